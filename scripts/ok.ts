/** `deno task ok [--seed S|random]`: the gate. Everything `check` looks at, then every test. */
import { check } from "./check.ts";
import { test } from "./test.ts";

const checked = await check();
Deno.exit(checked === 0 ? await test(Deno.args) : checked);

/** `deno task ok [--seed S|random]`: the gate for every change. Runs `check`, then every test. */
import { check } from "./check.ts";
import { test } from "./test.ts";

const checked = await check();
Deno.exit(checked === 0 ? await test(Deno.args) : checked);

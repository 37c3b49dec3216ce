/** `deno task conformance`: compares denit with runit. `tests/conformance/main.ts` has the options. */
import { main } from "../tests/conformance/main.ts";

Deno.exit(await main(Deno.args));

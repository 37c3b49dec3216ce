/** `deno task conformance`: runit and denit side by side; see `tests/conformance/main.ts` for its options. */
import { main } from "../tests/conformance/main.ts";

Deno.exit(await main(Deno.args));

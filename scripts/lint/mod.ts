/** The lint plugin of this repository: which place may import which, and what each may do. */
import { documented } from "./documented.ts";
import { exit } from "./exit.ts";
import { imports } from "./imports.ts";
import { pure } from "./pure.ts";
import { synchronous } from "./synchronous.ts";

const plugin: Deno.lint.Plugin = {
  name: "denit",
  rules: { documented, exit, imports, pure, synchronous },
};

export default plugin;

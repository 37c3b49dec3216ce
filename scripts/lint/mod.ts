/** The lint plugin of this repository. Its rules say which files may import which, what they may do, and what they document. */
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

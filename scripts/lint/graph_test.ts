import { assertEquals, assertMatch } from "@std/assert";
import { type Arrow, arrowsOf, arrowsOfAll, circles, drawing } from "./graph.ts";

function arrow(from: string, to: string, typeOnly = false): Arrow {
  return { from, to, typeOnly };
}

Deno.test("arrowsOf() sees every way to import, and which of them bind nothing", () => {
  const file = "src/control/line.ts";
  const source = `/** import { no } from "./comment.ts"; */
import "./a.ts";
import { b, type B } from "./b.ts";
import type { C } from "./c.ts";
import { type D, type E } from "./d.ts";
import {
  f,
} from "./f.ts";
export * from "./g.ts";
export { type H } from "./h.ts";
import { join } from "@std/path";
const i = () => import("./i.ts");
`;
  assertEquals(arrowsOf(file, source), [
    arrow(file, "src/control/a.ts"),
    arrow(file, "src/control/b.ts"),
    arrow(file, "src/control/c.ts", true),
    arrow(file, "src/control/d.ts", true),
    arrow(file, "src/control/f.ts"),
    arrow(file, "src/control/g.ts"),
    arrow(file, "src/control/h.ts", true),
    arrow(file, "src/control/i.ts"),
  ]);
});

Deno.test("arrowsOfAll() leaves tests, scripts and packages out", () => {
  const sources = new Map([
    ["src/cli/a.ts", `import "../posix/errno.ts"; import "npm:chalk";`],
    ["src/cli/a_test.ts", `import "./a.ts";`],
    ["scripts/build.ts", `import "../src/cli/a.ts";`],
  ]);
  assertEquals(arrowsOfAll(sources), [arrow("src/cli/a.ts", "src/posix/errno.ts")]);
});

Deno.test("drawing() marks code, types and the diagonal, and shows an arrow upwards on its right", () => {
  const text = drawing([
    arrow("src/runtime/loop.ts", "src/posix/errno.ts"),
    arrow("src/sys/files.ts", "src/time/now.ts", true),
    arrow("src/posix/errno.ts", "src/sys/files.ts"),
  ]);
  assertMatch(text, /^ 1 posix +\\ {5}#$/m);
  assertMatch(text, /^ 4 sys + {3}o {3}\\$/m);
  assertMatch(text, /^ 5 runtime +# {7}\\$/m);
});

Deno.test("circles() finds each circle once, those of types too, and no chain", () => {
  const chain = [arrow("src/cli/a.ts", "src/cli/b.ts"), arrow("src/cli/b.ts", "src/cli/c.ts")];
  assertEquals(circles(chain), []);
  const back = arrow("src/cli/c.ts", "src/cli/a.ts", true);
  assertEquals(circles([...chain, back]), [["src/cli/a.ts", "src/cli/b.ts", "src/cli/c.ts"]]);
  const other = [arrow("src/sys/a.ts", "src/sys/b.ts"), arrow("src/sys/b.ts", "src/sys/a.ts")];
  assertEquals(circles([...chain, back, ...other]).length, 2);
});

/** ARCHITECTURE.md tells the order of modules and draws their graph. Both must be those of the sources. */
import { assertEquals } from "@std/assert";
import { arrowsOfAll, circles, drawing } from "./graph.ts";
import { placeOf } from "./place.ts";
import { RANKS, standsBelow } from "./ranks.ts";
import { programSources, repositoryText } from "./sources.ts";

const PAGE = await repositoryText("ARCHITECTURE.md");
const ARROWS = arrowsOfAll(await programSources());

/** Returns the text between `<!-- NAME -->` and `<!-- /NAME -->`. */
function section(name: string): string {
  return PAGE.split(`<!-- ${name} -->`)[1]?.split(`<!-- /${name} -->`)[0] ?? "";
}

Deno.test("ARCHITECTURE.md gives every rank of the lint, in its order, with a reason", () => {
  const rows = [...section("ranks").matchAll(/^\| +(\d+) \| (.+?) +\| (.+?) +\|$/gm)];
  const told = rows.map(([, , modules = ""]) => [...modules.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assertEquals(told, RANKS.map((modules) => [...modules]));
  assertEquals(rows.map(([, rank]) => Number(rank)), RANKS.map((_, at) => at + 1));
  for (const [, rank, , reason = ""] of rows) assertEquals(reason.length > 20, true, `rank ${rank}`);
});

Deno.test("ARCHITECTURE.md has the drawing that `deno task check --graph` prints", () => {
  assertEquals(section("graph").trim(), `\`\`\`\n${drawing(ARROWS)}\`\`\``);
});

Deno.test("no arrow of the import graph points upwards or sideways, and every folder has a rank", () => {
  const moduleOf = (file: string) => {
    const place = placeOf(file);
    return place.kind === "outside" ? "outside" : place.module;
  };
  const wrong = ARROWS.filter(({ from, to }) => !standsBelow(moduleOf(to), moduleOf(from)));
  assertEquals(wrong, []);
  assertEquals(
    [...new Set(ARROWS.map(({ from }) => moduleOf(from)))].filter((name) => !RANKS.flat().includes(name)),
    [],
  );
});

Deno.test("no files of the program import each other in a circle, not even for types", () => {
  assertEquals(circles(ARROWS), []);
});

import { assertStringIncludes } from "@std/assert";
import { pageOf } from "./launch.ts";

Deno.test("the page says by how much denit loses, and what one start for a chain saves", () => {
  const all = ["denit, compiled", "denit, compiled, a start for each link", "runit"].map((name) => ({
    name,
  }));
  const times: Readonly<Record<string, readonly [number, number, number]>> = {
    "denit, compiled": [30, 40, 50],
    "denit, compiled, a start for each link": [30, 40, 120],
    "runit": [1, 2, 4],
  };
  const samples = new Map(
    Object.entries(times).flatMap(([name, [nothing, setuidgid, chain]]) =>
      [["nothing", nothing], ["setuidgid", setuidgid], ["chain of three", chain]].map((
        [command, ms],
      ) => [`${name}/${command}`, [Number(ms)]] as const)
    ),
  );
  const page = pageOf(all, samples, ["a machine"]);
  assertStringIncludes(page, "| denit, compiled | 30 ms | 40 ms | 50 ms | 12.5× |");
  assertStringIncludes(page, "loses 38 ms to runit for setuidgid and 46 ms for the chain.");
  assertStringIncludes(page, "One start for the chain saves 70 ms of 120 ms.");
});

/** The production hosts on the simulated kernel, by many seeds. `deno task simulate` runs others, and more. */
import { assertEquals } from "@std/assert";
import { runSeed } from "../seed.ts";
import { runSeeds, summaryLines } from "./seeds.ts";
import { simulate } from "./simulation.ts";

const SEEDS = 1000;

Deno.test(`supervision keeps its promises in ${SEEDS} simulations, and each seed tells one story`, () => {
  const summary = runSeeds(simulate, runSeed(), SEEDS);
  console.log(summaryLines(summary).join("\n"));
  assertEquals(summary.failures.map(({ seed, reason }) => `seed ${seed}: ${reason}`), []);
});

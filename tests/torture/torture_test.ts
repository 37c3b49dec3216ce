import { assert, assertEquals } from "@std/assert";
import { runSeed } from "../seed.ts";
import { LEFT_OUT } from "./ground.ts";
import { torture } from "./torture.ts";

/** The long run is `deno task torture`. */
const SECONDS = 20;
const WITHOUT = LEFT_OUT.length === 0 ? "" : ` (${LEFT_OUT.join(", ")})`;

Deno.test(`nobody notices when the supervisor dies, or its loggers, or both, at any moment${WITHOUT}`, async () => {
  const untilMs = performance.now() + SECONDS * 1000;
  const result = await torture({ seed: runSeed(), kills: 40, untilMs, services: 20 });
  assertEquals(result.problems, []);
  assert(result.supervisorsKilled > 0 && result.lines > 0, JSON.stringify(result));
});

Deno.test("the torture finds it when what a dead supervisor left is not there", async () => {
  const { problems } = await torture({
    seed: runSeed(),
    kills: 1,
    untilMs: Infinity,
    services: 5,
    planted: "records",
  });
  assert(problems.some((problem) => problem.includes("copies")), problems.join("\n"));
  assert(problems.some((problem) => problem.includes("was restarted")), problems.join("\n"));
});

Deno.test("the torture finds it when lines are lost", async () => {
  const { problems } = await torture({
    seed: runSeed(),
    kills: 1,
    untilMs: Infinity,
    services: 5,
    planted: "lines",
  });
  assert(problems.some((problem) => /"lost":[1-9]/.test(problem)), problems.join("\n"));
});

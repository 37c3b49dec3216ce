/** A short torture passes all checks, and each planted fault is found. */
import { assert, assertEquals } from "@std/assert";
import { runSeed } from "../seed.ts";
import { LEFT_OUT } from "./ground.ts";
import { torture } from "./torture.ts";

/** Length of the short torture. `deno task torture` runs the long one. */
const SECONDS = 20;
const WITHOUT = LEFT_OUT.length === 0 ? "" : ` (${LEFT_OUT.join(", ")})`;

Deno.test(`no service and no log notices when the supervisor or its loggers or both die at any moment${WITHOUT}`, async () => {
  const untilMs = performance.now() + SECONDS * 1000;
  const result = await torture({ seed: runSeed(), kills: 40, untilMs, services: 20 });
  assertEquals(result.problems, []);
  assert(result.supervisorsKilled > 0 && result.lines > 0, JSON.stringify(result));
});

Deno.test("the torture finds the fault if a dead supervisor's records are removed", async () => {
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

Deno.test("the torture finds the fault if lines are lost", async () => {
  const { problems } = await torture({
    seed: runSeed(),
    kills: 1,
    untilMs: Infinity,
    services: 5,
    planted: "lines",
  });
  assert(problems.some((problem) => /"lost":[1-9]/.test(problem)), problems.join("\n"));
});

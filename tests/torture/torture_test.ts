import { assert, assertEquals } from "@std/assert";
import { torture } from "./torture.ts";

/** The long run is `deno task torture`. */
const SECONDS = 20;

Deno.test("nobody notices when the supervisor dies, or its loggers, or both, at any moment", async () => {
  const untilMs = performance.now() + SECONDS * 1000;
  const result = await torture({ seed: 20_261_126, kills: 40, untilMs, services: 20 });
  assertEquals(result.problems, []);
  assert(result.supervisorsKilled > 0 && result.lines > 0, JSON.stringify(result));
});

import { assertEquals } from "@std/assert";
import { ended, forgottenAtMs, mayJoin, newSharedLogger, PAUSE_MS } from "./shared_logger.ts";
import { FAILURES_MOST, LIFE_MIN_MS, UNUSABLE_MS } from "./tree_logger.ts";

const FAILURE = 111 << 8;

Deno.test("mayJoin() lets anybody join a logger that never failed, and nothing is to be remembered", () => {
  assertEquals([mayJoin(newSharedLogger(), 0), forgottenAtMs(newSharedLogger())], ["now", -Infinity]);
});

Deno.test("after a short life the next one begins a second later, whatever ended it", () => {
  for (const status of [0, 9, FAILURE]) {
    const state = ended(newSharedLogger(), { startedAtMs: 0, status }, 10);
    assertEquals([mayJoin(state, 10), mayJoin(state, 9 + PAUSE_MS), mayJoin(state, 10 + PAUSE_MS)], [
      "later",
      "later",
      "now",
    ]);
  }
});

Deno.test("after a long life the next one begins at once, and failures before it are forgotten", () => {
  const failed = ended(newSharedLogger(), { startedAtMs: 0, status: FAILURE }, 10);
  const state = ended(failed, { startedAtMs: 0, status: FAILURE }, LIFE_MIN_MS);
  assertEquals(state, newSharedLogger());
});

Deno.test("after failed starts in a row nobody is let in for a while", () => {
  let state = newSharedLogger();
  for (let i = 0; i < FAILURES_MOST; i++) {
    assertEquals(mayJoin(state, i * PAUSE_MS), "now");
    state = ended(state, { startedAtMs: i * PAUSE_MS, status: FAILURE }, i * PAUSE_MS);
  }
  const lastMs = (FAILURES_MOST - 1) * PAUSE_MS;
  assertEquals([mayJoin(state, lastMs), mayJoin(state, lastMs + UNUSABLE_MS)], ["no", "now"]);
  assertEquals(forgottenAtMs(state), lastMs + UNUSABLE_MS);
});

Deno.test("a failed start is remembered until the next one had its time", () => {
  const state = ended(newSharedLogger(), { startedAtMs: 0, status: FAILURE }, 0);
  assertEquals(forgottenAtMs(state), PAUSE_MS + UNUSABLE_MS);
  const killed = ended(newSharedLogger(), { startedAtMs: 0, status: 9 }, 0);
  assertEquals(forgottenAtMs(killed), PAUSE_MS);
});

import { assertEquals } from "@std/assert";
import { EXIT } from "../posix/exit_code.ts";
import { SIGNAL } from "../posix/signal.ts";
import { exitedWith } from "../posix/wait_status.ts";
import { ended, forgottenAtMs, mayJoin, newSharedLogger, PAUSE_MS } from "./shared_logger.ts";
import { FAILURES_MOST, LOGGER_LIFE_MIN_MS, UNUSABLE_MS } from "./tree_logger.ts";

const FAILURE = exitedWith(EXIT.fatal);

Deno.test("a svlogd may join a logger that never failed, of which nothing is to be remembered", () => {
  assertEquals([mayJoin(newSharedLogger(), 0), forgottenAtMs(newSharedLogger())], ["now", -Infinity]);
});

Deno.test("after a short life the next process begins a second later, whatever ended the first", () => {
  for (const status of [0, SIGNAL.KILL, FAILURE]) {
    const state = ended(newSharedLogger(), { startedAtMs: 0, status }, 10);
    assertEquals([mayJoin(state, 10), mayJoin(state, 9 + PAUSE_MS), mayJoin(state, 10 + PAUSE_MS)], [
      "later",
      "later",
      "now",
    ]);
  }
});

Deno.test("after a long life the next process begins at once, and failures before it are forgotten", () => {
  const failed = ended(newSharedLogger(), { startedAtMs: 0, status: FAILURE }, 10);
  const state = ended(failed, { startedAtMs: 0, status: FAILURE }, LOGGER_LIFE_MIN_MS);
  assertEquals(state, newSharedLogger());
});

Deno.test("after three failed starts in a row svlogds are refused for a minute", () => {
  let state = newSharedLogger();
  for (let i = 0; i < FAILURES_MOST; i++) {
    assertEquals(mayJoin(state, i * PAUSE_MS), "now");
    state = ended(state, { startedAtMs: i * PAUSE_MS, status: FAILURE }, i * PAUSE_MS);
  }
  const lastMs = (FAILURES_MOST - 1) * PAUSE_MS;
  assertEquals([mayJoin(state, lastMs), mayJoin(state, lastMs + UNUSABLE_MS)], ["no", "now"]);
  assertEquals(forgottenAtMs(state), lastMs + UNUSABLE_MS);
});

Deno.test("a failed start is remembered until the next start has had the time to fail; a death by a signal is not", () => {
  const state = ended(newSharedLogger(), { startedAtMs: 0, status: FAILURE }, 0);
  assertEquals(forgottenAtMs(state), PAUSE_MS + UNUSABLE_MS);
  const killed = ended(newSharedLogger(), { startedAtMs: 0, status: SIGNAL.KILL }, 0);
  assertEquals(forgottenAtMs(killed), PAUSE_MS);
});

import { assertEquals } from "@std/assert";
import { EXIT } from "../posix/exit_code.ts";
import { SIGNAL } from "../posix/signal.ts";
import { exitedWith } from "../posix/wait_status.ts";
import { type FeedEffect, type FeedEvent, type FeedState, newFeed, step } from "./feed.ts";

const { HUP, INT, QUIT, KILL, USR1, USR2, ALRM, TERM, CONT, STOP } = SIGNAL;
/** The wait status of a logger that died of a segmentation fault. */
const SEGV = 11;
const DEATH: FeedEvent = { kind: "logger gone", planned: false, status: SEGV };
const REPLACEMENT: FeedEvent = { kind: "logger gone", planned: true, status: 0 };
const LOGGER: FeedEvent = { kind: "logger" };
const LISTENS: FeedEvent = { kind: "listens" };
const DRAIN: FeedEvent = { kind: "drain", heard: true };
const UNCOVERED: FeedEvent = { kind: "said uncovered" };
const NAMES = new Map<number, string>(Object.entries(SIGNAL).map(([name, number]) => [number, name]));

function signal(signal: number, heard = true): FeedEvent {
  return { kind: "signal", signal, heard };
}

function saidEnded(code: number): FeedEvent {
  return { kind: "said ended", code };
}

/** Tells a new feed these events. `said` is what it asks for, as words. */
function play(...events: readonly FeedEvent[]): { readonly said: string[]; readonly state: FeedState } {
  let state = newFeed();
  const said: string[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    said.push(...next.effects.map(wordOf));
  }
  return { said, state };
}

function wordOf(effect: FeedEffect): string {
  if (effect.kind === "give") return "give";
  return effect.kind === "send" ? `send ${NAMES.get(effect.signal)}` : `end ${effect.status}`;
}

Deno.test("a feed is given to one logger, and ends with the exit code that the logger reports", () => {
  const { said, state } = play(LOGGER, LOGGER, LISTENS, saidEnded(EXIT.fatal), DEATH);
  assertEquals([said, state.standing], [["give", `end ${exitedWith(EXIT.fatal)}`], "over"]);
});

Deno.test("a feed passes on the signals that a svlogd acts upon, and no other", () => {
  const { said } = play(
    LOGGER,
    LISTENS,
    ...[HUP, INT, QUIT, USR1, USR2, ALRM].map((number) => signal(number)),
  );
  assertEquals(said, ["give", "send HUP", "send ALRM"]);
});

Deno.test("a feed ends with its logger's wait status when the logger dies", () => {
  assertEquals(play(LOGGER, LISTENS, DEATH).said, ["give", `end ${SEGV}`]);
});

Deno.test("a feed waits for the next logger when its logger makes room, and stays paused", () => {
  const { said, state } = play(LOGGER, LISTENS, signal(STOP), REPLACEMENT, LOGGER, LISTENS);
  assertEquals([said, state.standing], [["give", "send STOP", "give", "send STOP"], "given"]);
});

Deno.test("a feed tells the next logger what came while no logger listened", () => {
  const { said } = play(
    LOGGER,
    LISTENS,
    signal(ALRM, false),
    signal(STOP, false),
    signal(CONT, false),
    REPLACEMENT,
    LOGGER,
    LISTENS,
  );
  assertEquals(said, ["give", "give", "send ALRM"]);
});

Deno.test("a feed that is told to end before its logger listens tells it when it does", () => {
  assertEquals(play(LOGGER, signal(TERM, false), LISTENS).said, ["give", "send TERM"]);
  assertEquals(play(LOGGER, signal(TERM, false), signal(KILL, false), LOGGER, LISTENS).said, [
    "give",
    "send KILL",
  ]);
});

Deno.test("a feed that was told to end is over, whatever becomes of its logger", () => {
  assertEquals(play(LOGGER, signal(TERM, false), REPLACEMENT).said, ["give", "end 0"]);
  assertEquals(play(LOGGER, LISTENS, signal(TERM), DEATH).said, ["give", "send TERM", "end 0"]);
  assertEquals(play(LOGGER, LISTENS, signal(TERM), UNCOVERED).said, ["give", "send TERM", "end 0"]);
});

Deno.test("a feed that waits and is told to end ends at once", () => {
  assertEquals(play(signal(TERM, false)).said, ["end 0"]);
  assertEquals(play(signal(KILL, false)).said, [`end ${KILL}`]);
});

Deno.test("a feed that was sent KILL ends as if KILL had ended a process, also after a TERM", () => {
  const { said } = play(LOGGER, LISTENS, signal(TERM), signal(KILL), signal(TERM), saidEnded(0));
  assertEquals(said, ["give", "send TERM", "send KILL", "send TERM", `end ${KILL}`]);
});

Deno.test("a feed that its logger may not write waits for another logger", () => {
  assertEquals(play(LOGGER, LISTENS, UNCOVERED, REPLACEMENT, LOGGER).said, ["give", "give"]);
});

Deno.test("when no logger can be started, a feed that waits ends, and a feed that is given goes on", () => {
  assertEquals(play({ kind: "no logger" }).said, ["end 0"]);
  assertEquals(play(LOGGER, { kind: "no logger" }).said, ["give"]);
});

Deno.test("a feed that drains outlives one logger that dies, and not the second", () => {
  assertEquals(play(LOGGER, LISTENS, DRAIN, DEATH, LOGGER, DEATH).said, ["give", "give", `end ${SEGV}`]);
});

Deno.test("draining ends the pause of a feed, and it cannot be paused again", () => {
  const { said, state } = play(LOGGER, LISTENS, signal(STOP), DRAIN, signal(STOP));
  assertEquals([said, state.paused], [["give", "send STOP", "send CONT"], false]);
});

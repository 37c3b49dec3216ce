import { assertEquals } from "@std/assert";
import { type FeedEffect, type FeedEvent, type FeedState, newFeed, step } from "./feed.ts";

const KILL = 9;
const ALRM = 14;
const TERM = 15;
const CONT = 18;
const STOP = 19;
const DEATH: FeedEvent = { kind: "logger gone", planned: false, status: 11 };
const REPLACEMENT: FeedEvent = { kind: "logger gone", planned: true, status: 0 };
const LOGGER: FeedEvent = { kind: "logger" };
const LISTENS: FeedEvent = { kind: "listens" };

function signal(signal: number, heard = true): FeedEvent {
  return { kind: "signal", signal, heard };
}

/** What becomes of a feed, and what it asks for, as words. */
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
  return effect.kind === "send" ? `send ${effect.signal}` : `end ${effect.status}`;
}

Deno.test("a feed is given once, and ends with the code that its logger says", () => {
  const { said, state } = play(LOGGER, LOGGER, LISTENS, { kind: "said ended", code: 111 }, DEATH);
  assertEquals([said, state.place], [["give", `end ${111 << 8}`], "over"]);
});

Deno.test("what the logger hears is sent on; USR1 and the like mean nothing", () => {
  assertEquals(
    play(LOGGER, LISTENS, signal(1), signal(2), signal(3), signal(10), signal(12), signal(ALRM)).said,
    [
      "give",
      "send 1",
      "send 14",
    ],
  );
});

Deno.test("a logger that dies ends its feeds with its own wait status", () => {
  assertEquals(play(LOGGER, LISTENS, DEATH).said, ["give", "end 11"]);
});

Deno.test("a logger that makes room ends none: they wait for the next, and stay paused", () => {
  const { said, state } = play(LOGGER, LISTENS, signal(STOP), REPLACEMENT, LOGGER, LISTENS);
  assertEquals([said, state.place], [["give", "send 19", "give", "send 19"], "given"]);
});

Deno.test("what is told while nobody hears is told to the next logger", () => {
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
  assertEquals(said, ["give", "give", "send 14"]);
});

Deno.test("what was told to end before its logger heard it is told when it does", () => {
  assertEquals(play(LOGGER, signal(TERM, false), LISTENS).said, ["give", "send 15"]);
  assertEquals(play(LOGGER, signal(TERM, false), signal(KILL, false), LOGGER, LISTENS).said, [
    "give",
    "send 9",
  ]);
});

Deno.test("what was told to end ends, whatever becomes of its logger", () => {
  assertEquals(play(LOGGER, signal(TERM, false), REPLACEMENT).said, ["give", "end 0"]);
  assertEquals(play(LOGGER, LISTENS, signal(TERM), DEATH).said, ["give", "send 15", "end 0"]);
  assertEquals(play(LOGGER, LISTENS, signal(TERM), { kind: "said uncovered" }).said, [
    "give",
    "send 15",
    "end 0",
  ]);
});

Deno.test("what waits and is told to end has nobody to wait for", () => {
  assertEquals(play(signal(TERM, false)).said, ["end 0"]);
  assertEquals(play(signal(KILL, false)).said, ["end 9"]);
});

Deno.test("what KILL ended looks like it, also after a TERM", () => {
  const killed = play(LOGGER, LISTENS, signal(TERM), signal(KILL), signal(TERM), {
    kind: "said ended",
    code: 0,
  });
  assertEquals(killed.said, ["give", "send 15", "send 9", "send 15", "end 9"]);
});

Deno.test("what is not covered waits for another logger", () => {
  assertEquals(play(LOGGER, LISTENS, { kind: "said uncovered" }, REPLACEMENT, LOGGER).said, ["give", "give"]);
});

Deno.test("where no logger can be had, what waits ends, and what is given is not concerned", () => {
  assertEquals(play({ kind: "no logger" }).said, ["end 0"]);
  assertEquals(play(LOGGER, { kind: "no logger" }).said, ["give"]);
});

Deno.test("what drains outlives one logger, and not the next", () => {
  const drain: FeedEvent = { kind: "drain", heard: true };
  assertEquals(play(LOGGER, LISTENS, drain, DEATH, LOGGER, DEATH).said, ["give", "give", "end 11"]);
});

Deno.test("what drains is not paused, and goes on if it was", () => {
  const drain: FeedEvent = { kind: "drain", heard: true };
  const { said, state } = play(LOGGER, LISTENS, signal(STOP), drain, signal(STOP));
  assertEquals([said, state.paused], [["give", "send 19", "send 18"], false]);
});

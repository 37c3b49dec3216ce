import { assertEquals } from "@std/assert";
import { EXIT } from "../posix/exit_code.ts";
import { SIGNAL } from "../posix/signal.ts";
import { exitedWith } from "../posix/wait_status.ts";
import {
  FAILURES_MOST,
  GATHER_MOST_MS,
  GATHER_MS,
  IDLE_MS,
  isUsable,
  newTreeLogger,
  REPLACE_MS,
  step,
  type TreeLoggerEvent,
  UNUSABLE_MS,
  wakeAtMs,
} from "./tree_logger.ts";

/** The life of a tree's logger as a transcript: events go in, effects come out as words, and `pass` moves the clock. */
class Story {
  state = newTreeLogger();
  nowMs = 1000;
  #pid = 100;

  tell(event: TreeLoggerEvent): string[] {
    const { state, effects } = step(this.state, event, this.#now);
    this.state = state;
    return effects.flatMap((effect) => {
      if (effect.kind === "start") return ["start", ...this.tell({ kind: "started", pid: this.#pid++ })];
      if (effect.kind !== "gone") return [effect.kind];
      return [`gone ${effect.planned ? "as planned" : effect.status}`];
    });
  }

  get #now() {
    return { monotonicMs: this.nowMs, wallNs: 0n };
  }

  get isUsable(): boolean {
    return isUsable(this.state, this.#now);
  }

  get wakesInMs(): number {
    return wakeAtMs(this.state) - this.nowMs;
  }

  pass(ms: number): string[] {
    this.nowMs += ms;
    return wakeAtMs(this.state) <= this.nowMs ? this.tell({ kind: "wake" }) : [];
  }

  /** A logger that was started for one log, and sealed. */
  static sealed(): Story {
    const story = new Story();
    story.tell({ kind: "wanted" });
    story.pass(GATHER_MS);
    return story;
  }
}

/** A logger that gives up at its start. */
const FAILURE = exitedWith(EXIT.fatal);
const WANTED: TreeLoggerEvent = { kind: "wanted" };
const UNCOVERED: TreeLoggerEvent = { kind: "said uncovered" };

Deno.test("the first log has the logger started, and the set is sealed when no other log comes", () => {
  const story = new Story();
  assertEquals([story.tell(WANTED), story.state.pid, story.state.phase], [["start"], 100, "gathering"]);
  assertEquals(story.pass(GATHER_MS - 1), []);
  assertEquals(story.tell(WANTED), []);
  assertEquals(story.pass(GATHER_MS - 1), []);
  assertEquals([story.pass(1), story.state.phase, story.wakesInMs], [["seal"], "sealed", Infinity]);
});

Deno.test("logs that keep coming do not put off the seal for ever", () => {
  const story = new Story();
  story.tell(WANTED);
  let ms = 0;
  for (let said: string[] = []; said.length === 0; ms += GATHER_MS / 2) {
    story.tell(WANTED);
    said = story.pass(GATHER_MS / 2);
  }
  assertEquals(ms, GATHER_MOST_MS);
});

Deno.test("a logger whose set is empty is not sealed: it waits for a log, and leaves when none comes", () => {
  const story = new Story();
  story.tell(WANTED);
  story.tell({ kind: "idle" });
  assertEquals(story.pass(IDLE_MS - 1), []);
  story.tell(WANTED);
  story.pass(GATHER_MS - 1);
  story.tell(WANTED);
  assertEquals([story.pass(GATHER_MS - 1), story.pass(1), story.state.pid], [[], ["seal"], 100]);
  const other = new Story();
  other.tell(WANTED);
  other.tell({ kind: "idle" });
  assertEquals(other.pass(IDLE_MS), ["leave"]);
});

Deno.test("the set is sealed at once when the fleet is about to end", () => {
  const story = new Story();
  assertEquals(story.tell({ kind: "hurry" }), []);
  story.tell(WANTED);
  assertEquals([story.tell({ kind: "hurry" }), story.tell({ kind: "hurry" })], [["seal"], []]);
});

Deno.test("a log that it may not write has the logger replaced, once, and not in its first second", () => {
  const story = Story.sealed();
  assertEquals(story.tell(UNCOVERED), []);
  assertEquals(story.wakesInMs, REPLACE_MS - GATHER_MS);
  story.pass(10);
  story.tell(UNCOVERED);
  assertEquals(story.pass(REPLACE_MS), ["leave"]);
  assertEquals([story.tell(WANTED), story.tell(UNCOVERED), story.wakesInMs], [[], [], Infinity]);
  assertEquals(story.tell({ kind: "ended", status: 0 }), ["gone as planned"]);
  assertEquals([story.tell(WANTED), story.state.pid], [["start"], 101]);
});

Deno.test("a log that it may not write has a logger replaced at once that is older than a second", () => {
  const story = Story.sealed();
  story.pass(REPLACE_MS);
  story.tell(UNCOVERED);
  assertEquals(story.pass(0), ["leave"]);
});

Deno.test("a logger without logs leaves after five seconds, unless a log comes before that", () => {
  const story = Story.sealed();
  story.tell({ kind: "idle" });
  assertEquals(story.wakesInMs, IDLE_MS);
  story.pass(IDLE_MS - 1);
  story.tell(WANTED);
  assertEquals(story.wakesInMs, Infinity);
  story.tell({ kind: "idle" });
  assertEquals(story.pass(IDLE_MS), ["leave"]);
});

Deno.test("a logger that is killed after it was told to leave has not left as planned", () => {
  const story = Story.sealed();
  story.tell({ kind: "idle" });
  story.pass(IDLE_MS);
  assertEquals(story.tell({ kind: "ended", status: SIGNAL.KILL }), [`gone ${SIGNAL.KILL}`]);
});

Deno.test("after three failed starts in a row no logger is started for a minute; deaths by signals do not count", () => {
  const story = new Story();
  for (let i = 0; i < 2 * FAILURES_MOST; i++) {
    story.tell(WANTED);
    story.tell({ kind: "ended", status: SIGNAL.KILL });
  }
  assertEquals(story.isUsable, true);
  for (let i = 0; i < FAILURES_MOST; i++) {
    assertEquals(story.isUsable, true);
    story.tell(WANTED);
    assertEquals(story.tell({ kind: "ended", status: FAILURE }), [`gone ${FAILURE}`]);
  }
  assertEquals(story.isUsable, false);
  story.pass(UNUSABLE_MS);
  assertEquals(story.isUsable, true);
});

Deno.test("a failure after a life of two seconds is no failed start", () => {
  const story = new Story();
  for (let i = 0; i < 2 * FAILURES_MOST; i++) {
    story.tell(WANTED);
    story.pass(2000);
    story.tell({ kind: "ended", status: FAILURE });
  }
  assertEquals(story.isUsable, true);
});

Deno.test("events that cannot happen change nothing: an end without a process, a second start, a wake too soon", () => {
  const story = new Story();
  assertEquals([
    story.tell({ kind: "ended", status: 0 }),
    story.tell({ kind: "wake" }),
    story.tell(UNCOVERED),
  ], [
    [],
    [],
    [],
  ]);
  story.tell(WANTED);
  assertEquals([story.tell({ kind: "started", pid: 999 }), story.state.pid], [[], 100]);
  assertEquals(story.tell({ kind: "wake" }), []);
});

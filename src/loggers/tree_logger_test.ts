import { assertEquals } from "@std/assert";
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

/** A logger's life: events go in, effects come out as words, and time passes when it is told to. */
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

  /** Started for one log, and sealed. */
  static sealed(): Story {
    const story = new Story();
    story.tell({ kind: "wanted" });
    story.pass(GATHER_MS);
    return story;
  }
}

const WANTED: TreeLoggerEvent = { kind: "wanted" };
const UNCOVERED: TreeLoggerEvent = { kind: "said uncovered" };

Deno.test("the first log has it started, and it is sealed when no other comes", () => {
  const story = new Story();
  assertEquals([story.tell(WANTED), story.state.pid, story.state.phase], [["start"], 100, "gathering"]);
  assertEquals(story.pass(GATHER_MS - 1), []);
  assertEquals(story.tell(WANTED), []);
  assertEquals(story.pass(GATHER_MS - 1), []);
  assertEquals([story.pass(1), story.state.phase, story.wakesInMs], [["seal"], "sealed", Infinity]);
});

Deno.test("logs without end do not put off the seal for ever", () => {
  const story = new Story();
  story.tell(WANTED);
  let ms = 0;
  for (let said: string[] = []; said.length === 0; ms += GATHER_MS / 2) {
    story.tell(WANTED);
    said = story.pass(GATHER_MS / 2);
  }
  assertEquals(ms, GATHER_MOST_MS);
});

Deno.test("an empty set is not sealed: it waits for a log, and leaves when none comes", () => {
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

Deno.test("a fleet that is about to end has the set sealed at once", () => {
  const story = new Story();
  assertEquals(story.tell({ kind: "hurry" }), []);
  story.tell(WANTED);
  assertEquals([story.tell({ kind: "hurry" }), story.tell({ kind: "hurry" })], [["seal"], []]);
});

Deno.test("what it may not write to has it replaced, once, and not in its first second", () => {
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

Deno.test("what is uncovered later has it replaced at once", () => {
  const story = Story.sealed();
  story.pass(REPLACE_MS);
  story.tell(UNCOVERED);
  assertEquals(story.pass(0), ["leave"]);
});

Deno.test("without a log it leaves after a while, unless one comes before that", () => {
  const story = Story.sealed();
  story.tell({ kind: "idle" });
  assertEquals(story.wakesInMs, IDLE_MS);
  story.pass(IDLE_MS - 1);
  story.tell(WANTED);
  assertEquals(story.wakesInMs, Infinity);
  story.tell({ kind: "idle" });
  assertEquals(story.pass(IDLE_MS), ["leave"]);
});

Deno.test("one that was told to leave and was killed has not left as planned", () => {
  const story = Story.sealed();
  story.tell({ kind: "idle" });
  story.pass(IDLE_MS);
  assertEquals(story.tell({ kind: "ended", status: 9 }), ["gone 9"]);
});

Deno.test("failed starts in a row are enough, for a while; deaths by signals are none of them", () => {
  const story = new Story();
  for (let i = 0; i < 2 * FAILURES_MOST; i++) {
    story.tell(WANTED);
    story.tell({ kind: "ended", status: 9 });
  }
  assertEquals(story.isUsable, true);
  for (let i = 0; i < FAILURES_MOST; i++) {
    assertEquals(story.isUsable, true);
    story.tell(WANTED);
    assertEquals(story.tell({ kind: "ended", status: 111 << 8 }), [`gone ${111 << 8}`]);
  }
  assertEquals(story.isUsable, false);
  story.pass(UNUSABLE_MS);
  assertEquals(story.isUsable, true);
});

Deno.test("a failure after a long life is no failed start", () => {
  const story = new Story();
  for (let i = 0; i < 2 * FAILURES_MOST; i++) {
    story.tell(WANTED);
    story.pass(2000);
    story.tell({ kind: "ended", status: 111 << 8 });
  }
  assertEquals(story.isUsable, true);
});

Deno.test("what cannot be is nothing: an end without a process, a second start, a wake too soon", () => {
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

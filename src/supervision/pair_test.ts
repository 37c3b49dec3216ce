import { assertEquals } from "@std/assert";
import { newPair, type PairEffect, type PairState, step, wakeAtMs } from "./pair.ts";
import { newService } from "./service_state.ts";
import { eventOf, lineOf, Pids } from "./story_test.ts";

/** A `Story` for two services: events are `main WORD` and `log WORD`, and so are the lines. */
class PairStory {
  state: PairState;
  nowMs = 0;
  readonly #pids = new Pids();

  constructor(logged: boolean, wanted: "up" | "down" = "up") {
    const log = logged ? newService("log", "up", this.#now) : undefined;
    this.state = newPair(newService("main", wanted, this.#now), log);
  }

  get #now(): { readonly monotonicMs: number; readonly wallNs: bigint } {
    return { monotonicMs: this.nowMs, wallNs: BigInt(this.nowMs) * 1_000_000n };
  }

  tell(...words: readonly string[]): string[] {
    return words.flatMap((word) => this.#step(word));
  }

  #step(word: string): string[] {
    if (word.startsWith("+")) return this.#pass(Number(word.slice(1)));
    if (word.startsWith("pipe ")) {
      return this.#feed({ kind: "pipe looked at", holdsLines: word === "pipe holds lines" });
    }
    const who = word.startsWith("log ") ? "log" : "main";
    const service = this.state[who];
    if (service === undefined) throw new RangeError("no log");
    return this.#feed({ kind: "to", who, event: eventOf(word.slice(who.length + 1), service, this.#pids) });
  }

  #pass(ms: number): string[] {
    this.nowMs += ms;
    if (wakeAtMs(this.state) > this.nowMs) return [];
    return (["log", "main"] as const).flatMap((who) =>
      this.#feed({ kind: "to", who, event: { kind: "wake" } })
    );
  }

  #feed(event: Parameters<typeof step>[1]): string[] {
    const { state, effects } = step(this.state, event, this.#now);
    this.state = state;
    return effects.map((effect) => this.#lineOf(effect));
  }

  #lineOf(effect: PairEffect): string {
    if (!("who" in effect)) return effect.kind;
    return `${effect.who} ${lineOf(effect, this.state[effect.who] ?? this.state.main)}`;
  }
}

/** Log is pid 100, main 101; both have been up for ten seconds. */
function running(): PairStory {
  const pair = new PairStory(true);
  pair.tell("log publish", "log starts", "main publish", "main hook absent", "main starts", "+10000");
  return pair;
}

/** Both told to exit, main's process about to end. */
function leaving(): PairStory {
  const pair = running();
  pair.tell("main x", "main hook absent", "main hook absent");
  return pair;
}

/** Main at its end, while the log is between two lives and lines are in the pipe. */
function withLinesLeft(): PairStory {
  const pair = leaving();
  pair.tell("log exits 0", "log starts", "log exits 0");
  pair.tell("main killed 15", "main finish absent", "pipe holds lines");
  return pair;
}

Deno.test("a service without a log leaves when it is down", () => {
  const pair = new PairStory(false);
  pair.tell(
    "main publish",
    "main hook absent",
    "main starts",
    "main x",
    "main hook absent",
    "main hook absent",
  );
  assertEquals(pair.tell("main killed 15", "main finish absent"), [
    "main look for finish",
    "main publish exit 0: down",
    "leave",
  ]);
});

Deno.test("a service that is down leaves at once when it is told x", () => {
  const pair = new PairStory(false, "down");
  pair.tell("main publish");
  assertEquals(pair.tell("main x"), ["main publish exit 0: down", "leave"]);
});

Deno.test("finish runs before anything is closed", () => {
  const pair = leaving();
  assertEquals(pair.tell("main killed 15", "main finish found", "main starts"), [
    "main look for finish",
    "main publish exit 0: finish, want exit",
    "main start finish -1 15",
    "main publish exit 102: finish, want exit",
  ]);
  assertEquals(pair.tell("main exits 0").slice(1), ["log publish exit 100: run, want exit", "close pipe"]);
});

Deno.test("a log that runs is given the end of the pipe, and no signal, and is waited for", () => {
  const pair = leaving();
  assertEquals(pair.tell("main killed 15", "main finish absent"), [
    "main look for finish",
    "main publish exit 0: down",
    "log publish exit 100: run, want exit",
    "close pipe",
  ]);
  assertEquals(pair.tell("+60000"), []);
  assertEquals(pair.tell("log exits 0"), ["log publish exit 0: down", "leave"]);
});

Deno.test("a pair does not wait for a log that is wanted down, nor for its lines", () => {
  const pair = running();
  pair.tell("log d", "log killed 15", "main x", "main hook absent", "main hook absent");
  assertEquals(pair.tell("main killed 15", "main finish absent").at(-1), "leave");
});

Deno.test("once the pipe is closed nothing starts, whatever is said to main or log", () => {
  const pair = leaving();
  pair.tell("main killed 15", "main finish absent");
  for (const letter of "uo") {
    assertEquals(pair.tell(`main ${letter}`), [
      "main warning: unable to start ./run: log service is closing",
    ]);
    assertEquals(pair.tell(`log ${letter}`), ["log warning: unable to start ./run: log service is closing"]);
  }
  assertEquals(pair.tell("main d"), ["main publish exit 0: down"]);
  assertEquals(pair.tell("log exits 0"), ["log publish exit 0: down", "leave"]);
});

Deno.test("a log that does not see the end of its pipe can still be told to stop", () => {
  const pair = leaving();
  pair.tell("main killed 15", "main finish absent");
  assertEquals(pair.tell("log d").slice(1), [
    "log publish exit 100: run, got TERM, want exit",
    "log signal 100 TERM",
    "log signal 100 CONT",
  ]);
  assertEquals(pair.tell("log killed 15").at(-1), "leave");
});

Deno.test("u takes the exit back before main is down", () => {
  const pair = leaving();
  pair.tell("main u");
  assertEquals(pair.tell("main killed 15", "main finish absent"), [
    "main look for finish",
    "main publish up 0: down",
    "main hook u",
  ]);
});

Deno.test("a log between two lives is not waited for when the pipe is empty", () => {
  const pair = leaving();
  pair.tell("log exits 0", "log starts", "log exits 0");
  assertEquals(pair.tell("main killed 15", "main finish absent").at(-1), "look at pipe");
  assertEquals(pair.tell("pipe empty"), ["leave"]);
});

Deno.test("a log between two lives is given one more when the pipe holds lines", () => {
  const pair = withLinesLeft();
  assertEquals(pair.tell("+1000"), ["log start run"]);
  assertEquals(pair.tell("log starts").slice(1), [
    "log publish exit 103: run, want exit",
    "close pipe",
  ]);
  assertEquals(pair.tell("log exits 0"), ["log publish exit 0: down", "leave"]);
});

Deno.test("a last life is waited for when its fork is refused, and not when its program cannot be executed", () => {
  const refused = withLinesLeft();
  refused.tell("+1000", "log refused");
  assertEquals(refused.tell("+5000"), ["log start run"]);
  const unusable = withLinesLeft();
  assertEquals(unusable.tell("+1000", "log unusable").slice(-2), ["log publish up 0: down", "leave"]);
});

Deno.test("a pair does not wait for a last life that is called off", () => {
  assertEquals(withLinesLeft().tell("log d"), ["log publish down 0: down", "leave"]);
});

Deno.test("u during the last life of the log makes that life an ordinary one", () => {
  const pair = withLinesLeft();
  assertEquals(pair.tell("main u"), ["main publish up 0: down", "main hook u"]);
  pair.tell("main hook absent", "main starts", "+1000", "log starts");
  assertEquals(pair.state.leaving, "no");
});

Deno.test("a pair wakes when the first of its two services is due", () => {
  const pair = running();
  pair.tell("log exits 0", "log starts", "log exits 0");
  assertEquals(wakeAtMs(pair.state) - pair.nowMs, 1000);
  assertEquals(pair.tell("+1000"), ["log start run"]);
});

Deno.test("the end of main means nothing to the log while main is not to exit", () => {
  const pair = running();
  assertEquals(pair.tell("main exits 0", "main finish absent"), [
    "main look for finish",
    "main publish up 0: down",
    "main hook u",
  ]);
});

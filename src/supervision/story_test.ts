/**
 * The life of a service as a transcript, for the tests beside: events go in as words, effects come out as lines.
 *
 * Words: a control letter; `publish`, `publish fails`, `retire`; `hook absent`, `hook starts`, `hook exits N`, `hook
 * killed N`; `starts`, `refused`, `unusable`, `replaced`; `finish found`, `finish absent`; `exits N`, `killed N` for the
 * process; `+N` for N milliseconds, after which the machine is woken if it asked to be.
 */
import { SIGNAL } from "../posix/signal.ts";
import { exitedWith } from "../posix/wait_status.ts";
import { type ServiceEffect, type ServiceEvent, step } from "./service.ts";
import { newService, type ServiceState, wakeAtMs } from "./service_state.ts";
import { statLine } from "../runit/status.ts";

const SIGNAL_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(SIGNAL).map(([name, signal]) => [signal, name]),
);
/** Pid of the first process; each further one gets the next. */
const FIRST_PID = 100;
/** Pid of the first hook. */
const FIRST_HOOK = 300;

/** One service, its clock, and its processes. */
export class Story {
  state: ServiceState;
  nowMs = 0;
  readonly #pids = new Pids();

  constructor(role: "main" | "log" = "main", wanted: "up" | "down" = "up") {
    this.state = newService(role, wanted, this.now);
  }

  get now(): { readonly monotonicMs: number; readonly wallNs: bigint } {
    return { monotonicMs: this.nowMs, wallNs: BigInt(this.nowMs) * 1_000_000n };
  }

  /** Milliseconds until the machine needs a wake; Infinity for never. */
  get wakesInMs(): number {
    return wakeAtMs(this.state) - this.nowMs;
  }

  /** Tells these events to the machine, and returns what it does about them. */
  tell(...words: readonly string[]): string[] {
    return words.flatMap((word) =>
      word.startsWith("+") ? this.#pass(Number(word.slice(1))) : this.#step(word)
    );
  }

  #pass(ms: number): string[] {
    this.nowMs += ms;
    return wakeAtMs(this.state) <= this.nowMs ? this.#feed({ kind: "wake" }) : [];
  }

  #step(word: string): string[] {
    return this.#feed(eventOf(word, this.state, this.#pids));
  }

  #feed(event: ServiceEvent): string[] {
    const { state, effects } = step(this.state, event, this.now);
    this.state = state;
    return effects.map((effect) => lineOf(effect, state));
  }
}

/** Numbers for the processes of one story. */
export class Pids {
  #pid = FIRST_PID;
  #hook = FIRST_HOOK;

  next(): number {
    return this.#pid++;
  }

  nextHook(): number {
    return this.#hook++;
  }
}

/** The event that a word stands for, for a service in this state. */
export function eventOf(word: string, state: ServiceState, pids: Pids): ServiceEvent {
  if (word.length === 1) return { kind: "command", letter: word };
  const [, subject = "", how, number] = /^(hook )?(exits|killed) (\d+)$/.exec(word) ?? [];
  if (how !== undefined) {
    const pid = subject === "" ? state.pid : state.hookPid;
    return { kind: "ended", pid, status: how === "exits" ? exitedWith(Number(number)) : Number(number) };
  }
  switch (word) {
    case "hook absent":
    case "finish found":
    case "finish absent":
    case "publish":
    case "retire":
    case "wake":
      return { kind: word };
    case "publish fails":
      return { kind: "publish failed" };
    case "hook starts":
      return { kind: "hook started", pid: pids.nextHook() };
    case "replaced":
      return { kind: "replaced", pid: pids.next() };
    case "starts":
      return { kind: "started", pid: pids.next() };
    case "refused":
      return { kind: "not started", why: "refused", text: "temporary failure" };
    case "unusable":
      return { kind: "not started", why: "unusable", text: "unable to start ./run: access denied" };
  }
  throw new RangeError(`no such event: ${word}`);
}

/** An effect as a line. `publish` says what the host is about to write: want, pid, and the line of `stat`. */
export function lineOf(effect: ServiceEffect, state: ServiceState): string {
  switch (effect.kind) {
    case "publish":
      return `publish ${state.want} ${state.pid}: ${statLine(state).trimEnd()}`;
    case "signal":
      return `signal ${effect.pid} ${SIGNAL_NAMES.get(effect.signal) ?? effect.signal}`;
    case "hook":
      return `hook ${effect.name}`;
    case "start":
      return effect.what === "run" ? "start run" : `start finish ${effect.code} ${effect.signal}`;
    case "probe finish":
      return "look for finish";
    case "report":
      return `${effect.level}: ${effect.text}`;
  }
}

/** A service that has been up for ten seconds; its `run` has pid 100. */
export function running(role: "main" | "log" = "main"): Story {
  const story = new Story(role);
  story.tell("publish", ...(role === "main" ? ["hook absent"] : []), "starts", "+10000");
  return story;
}

/** A service that was never up. */
export function down(role: "main" | "log" = "main"): Story {
  const story = new Story(role, "down");
  story.tell("publish");
  return story;
}

/** A service whose finish runs, as pid 101. */
export function finishing(): Story {
  const story = running();
  story.tell("exits 0", "finish found", "starts");
  return story;
}

/**
 * All that can happen to a service and its record, with the death of the supervisor at every point of every event:
 * before it hears of the event, before and after each write, before and after each effect.
 *
 * At each of these points the record on disk and the processes that live are given to a successor, made by the functions
 * that supervisors use (`inherited`, `adopted` and what finds a process again). It must not be about to do wrong: start a
 * second copy, lose a TERM, leave out finish, or signal a foreign process. And it lives on as one more state of the space, so
 * that it dies at every point, too.
 *
 * The service and its processes are modelled as in service_space.ts. Start times are those of two generations of
 * processes, a newer and an older one: the record is at most one behind. All processes of a kind have the same pid, as
 * if the kernel gave it out again at once. Strangers make it hard: whenever the recorded pid is free, a stranger has it; and
 * another service starts a `./run` right after ours.
 */
import {
  NEW_RECORD,
  type RecordedEffect,
  type RecordedReply,
  recordOf,
  type RecordStep,
} from "../../src/survival/record.ts";
import { type ServiceEffect, type ServiceEvent, step } from "../../src/supervision/service.ts";
import { newService, owesStop } from "../../src/supervision/service_state.ts";
import type { Space } from "./explore.ts";
import {
  afterNs,
  beforeNs,
  type Context,
  isTerm,
  LAST_PID,
  LIFETIME,
  MILLISECOND,
  type Recorded,
  SECOND,
  succeed,
  SURVIVAL,
  type Survival,
} from "./record_successor.ts";
import {
  type Bounds,
  type Happening,
  happenings,
  keyOf,
  NOW,
  perform,
  RUN,
  type Violate,
  withoutTime,
} from "./service_space.ts";

/** The space of a service or of a log. `onDeath` is called at every point at which the supervisor is killed. */
export function recordSpace(
  role: "main" | "log",
  bounds: Bounds,
  survival: Survival = SURVIVAL,
  onDeath: () => void = () => {},
): Space<Recorded> {
  const context: Context = { role, survival, onDeath };
  return {
    start: (["up", "down"] as const).map((wanted) => unwritten(role, wanted)),
    key: keyOfRecorded,
    check: checkAtRest,
    next: (state, violate) =>
      happeningsTo(state, bounds).flatMap((happening) => happenAndDie(context, state, happening, violate)),
  };
}

/** A supervisor that begins writes the status files first, and then the service starts. */
const BEGIN: Happening = { name: "begin", change: {}, event: { kind: "publish" } };

function happeningsTo({ begins, model }: Recorded, bounds: Bounds): Happening[] {
  return begins ? [BEGIN] : happenings(model, bounds).filter(({ event }) => event?.kind !== "replaced");
}

interface Next {
  readonly event: string;
  readonly state: Recorded;
}

/**
 * Plays a happening to its end. For every point at which the supervisor may die in it, also plays what its successor
 * makes of it.
 */
function happenAndDie(context: Context, state: Recorded, happening: Happening, violate: Violate): Next[] {
  const deaths = new Map<string, Next>();
  const play = new Play(context, state, (dead, rest, point) => {
    context.onDeath();
    const event = `${happening.name}, dies ${point}`;
    const successor = succeed(context, dead, rest, (text) => violate(`${text}\n  when ${event}`));
    deaths.set(keyOfRecorded(successor), { event, state: successor });
  });
  const next = { event: happening.name, state: play.happen(happening, violate) };
  return [next, ...deaths.values()];
}

/** A supervisor that begins, and has written nothing yet. */
function unwritten(role: "main" | "log", wanted: "up" | "down"): Recorded {
  const service = newService(role, wanted, NOW);
  return { ...NO_PROCESS, model: { ...NO_PROCESS.model, service } };
}

const NO_PROCESS: Recorded = {
  model: {
    service: newService("main", "up", NOW),
    asked: "nothing",
    runLives: false,
    runPid: RUN,
    finishLives: false,
    hookLives: false,
    owed: "nothing",
  },
  recording: NEW_RECORD,
  disk: undefined,
  generation: 0,
  stopped: false,
  begins: true,
  stopWritten: false,
};

/** Called with the state at a death, and with the effects that were still to be performed. */
type Dies = (state: Recorded, rest: readonly ServiceEffect[], point: string) => void;

/** Plays one event and what follows from it, as the host does (supervision/host/record_keeping.ts). */
class Play {
  #at: Recorded;
  /** Effects of the step that have not been performed. */
  #rest: readonly ServiceEffect[] = [];
  readonly #context: Context;
  readonly #dies: Dies;

  constructor(context: Context, at: Recorded, dies: Dies) {
    this.#context = context;
    this.#at = { ...at, begins: false };
    this.#dies = dies;
  }

  happen({ change, event }: Happening, violate: Violate): Recorded {
    if (event?.kind === "hook started") {
      this.#write(this.#context.survival.before(this.#at.recording, NOTICED));
    }
    this.#set({ model: { ...this.#at.model, ...change } });
    this.#die("before it hears of it");
    if (event === undefined) return this.#at;
    if (event.kind === "started") this.#answered({ kind: "started", atNs: afterNs(this.#at.generation) });
    if (event.kind === "not started") this.#answered({ kind: "not started" });
    this.#step(event, violate);
    if (this.#at.model.asked === "nothing") {
      this.#write(this.#context.survival.after(this.#at.recording, { kind: "settled" }));
    }
    return this.#at;
  }

  #answered(reply: RecordedReply): void {
    const { state } = this.#context.survival.after(this.#at.recording, reply);
    // A hook that could not be started is no start of a process.
    if (this.#at.recording.starting) this.#set({ recording: state });
  }

  #step(event: ServiceEvent, violate: Violate): void {
    const { state, effects } = step(this.#at.model.service, event, NOW);
    this.#rest = effects;
    this.#set({ model: { ...this.#at.model, service: withoutTime(state) } });
    for (const [i, effect] of effects.entries()) {
      this.#record(effect);
      this.#die(`before ${nameOf(effect)}`);
      this.#perform(effect, violate);
      this.#rest = effects.slice(i + 1);
      this.#set({});
      this.#die(`after ${nameOf(effect)}`);
    }
  }

  #record(effect: ServiceEffect): void {
    const recorded = this.#recorded(effect);
    if (recorded === undefined) return;
    this.#write(this.#context.survival.before(this.#at.recording, recorded));
  }

  #recorded(effect: ServiceEffect): RecordedEffect | undefined {
    switch (effect.kind) {
      case "publish":
      case "signal":
        return effect;
      case "start": {
        const generation = this.#at.generation === 0 ? 1 : 0;
        this.#set({ generation, stopped: false });
        return { kind: "start", atNs: beforeNs(generation) };
      }
      default:
        return undefined;
    }
  }

  #write({ state, write }: RecordStep): void {
    if (write !== "nothing") this.#die("before a write");
    this.#set({ recording: state });
    if (write === "nothing") return;
    const { service } = this.#at.model;
    const around = { lifetime: LIFETIME, lastPid: LAST_PID, holders: [], owesStop: owesStop(service) };
    this.#set({ disk: recordOf(state, service, around), stopWritten: this.#owesStop });
    this.#die("after a write");
  }

  #perform(effect: ServiceEffect, violate: Violate): void {
    const { model } = this.#at;
    if (effect.kind === "start" && (model.runLives || model.finishLives)) violate("starts a second process");
    if (effect.kind === "signal" && !(model.runLives && effect.pid === model.runPid)) {
      violate("signals a foreign process");
    }
    this.#set({ model: perform(model, effect, () => {}) });
  }

  /** True when the process was told to stop, and TERM has not been sent. */
  get #owesStop(): boolean {
    return owesStop(this.#at.model.service) || this.#rest.some(isTerm);
  }

  #set(change: Partial<Recorded>): void {
    this.#at = { ...this.#at, ...change };
    const owes = this.#owesStop;
    if (owes !== this.#at.stopped || this.#at.stopWritten) {
      this.#at = {
        ...this.#at,
        stopped: this.#at.stopped || owes,
        stopWritten: this.#at.stopWritten && owes,
      };
    }
  }

  #die(point: string): void {
    this.#dies(this.#at, this.#rest, point);
  }
}

const NOTICED: RecordedEffect = { kind: "noticed" };

function nameOf(effect: ServiceEffect): string {
  return effect.kind === "signal" ? `signal ${effect.signal}` : effect.kind;
}

// What is on disk at rest

function keyOfRecorded(
  { model, recording, disk, generation, stopped, begins, stopWritten }: Recorded,
): string {
  // Which generation has which number makes no difference.
  const time = (ns: bigint): string => {
    if (ns === 0n) return "-";
    const isNew = ns >= beforeNs(generation) && ns <= afterNs(generation);
    return `${isNew ? "new" : "old"} ${ns % SECOND / MILLISECOND}`;
  };
  const { behind, starting, owesStop, notBeforeNs, notAfterNs } = recording;
  const flags = [behind, starting, owesStop, time(notBeforeNs), time(notAfterNs)];
  const told = disk === undefined ? [] : [
    disk.phase,
    disk.want,
    disk.pid,
    disk.starting,
    disk.paused,
    disk.gotTerm,
    disk.once,
    disk.owesStop,
    disk.startedAtMs,
    disk.retryAtMs,
    disk.runStatus,
    time(disk.notBeforeNs),
    time(disk.notAfterNs),
  ];
  return `${keyOf(model)} / ${flags} / ${told} / ${stopped} ${begins} ${stopWritten}`;
}

/** Checks that the record tells the truth at rest. */
function checkAtRest(
  { model: { service, asked, hookLives }, recording, disk, begins }: Recorded,
  violate: Violate,
): void {
  if (begins || asked !== "nothing" || hookLives || disk === undefined) return;
  if (recording.behind !== "nothing") violate(`rests, and ${recording.behind} is not written`);
  if (disk.starting || recording.starting) violate("rests, and the record says it is starting");
  const told = [disk.phase, disk.want, disk.pid, disk.once, disk.gotTerm].join(" ");
  const is = [service.phase, service.want, service.pid, service.once, service.gotTerm].join(" ");
  if (told !== is) violate(`the record says ${told}, and the service is ${is}`);
}

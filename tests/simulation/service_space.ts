/**
 * All that can happen to the machine of one service, with the kernel as a model: which of its processes live, which
 * answer is due, and how much of finish is owed.
 *
 * Time has no numbers here: it is always 0; a deadline is over or is not, a life is short or is long. The inbox is
 * bounded. Letters that only send a signal differ in name and number alone, so one stands for all six
 * (`checkSignalLetters` proves that they do).
 */
import type { Now } from "../../src/time/now.ts";
import { type ServiceEffect, type ServiceEvent, step } from "../../src/supervision/service.ts";
import { isIdle, newService, type ServiceState, wakeAtMs } from "../../src/supervision/service_state.ts";
import type { Space } from "./explore.ts";

export const NOW: Now = { monotonicMs: 0, wallNs: 0n };
const SHORT_LIFE = -1;
const LONG_LIFE = -1_000_000;
const LATER = 1_000_000;

export const RUN = 100;
/** The pid of run after a replacement, until it is called RUN again (`renamed`). */
const OTHER = 101;
export const FINISH = 200;
export const HOOK = 300;

/** The bounds of what may happen, so that the space is finite, and small enough. */
export interface Bounds {
  /** Letters that may wait behind a hook. */
  readonly inboxMost: number;
  readonly letters: string;
  /** The wait statuses with which processes may end. */
  readonly ends: readonly number[];
  readonly publishFails: boolean;
}

/** `h` stands for a, h, i, q, 1 and 2; `Z` for every byte that means nothing. */
export const ALL_LETTERS = "udoxtkpchZ";
/** Success, a failure, a signal. */
export const ALL_ENDS = [0, 0x100, 15];
const SIGNAL_LETTERS = [["a", 14], ["i", 2], ["q", 3], ["1", 10], ["2", 12]] as const;

type Asked = "nothing" | "hook" | "run" | "finish" | "probe";

export interface Modelled {
  readonly service: ServiceState;
  readonly asked: Asked;
  readonly runLives: boolean;
  /** Under which pid: that of a log may change. */
  readonly runPid: number;
  readonly finishLives: boolean;
  readonly hookLives: boolean;
  /** An end of run: the host must look for finish (`probe`), then run it once (`finish`). */
  readonly owed: "nothing" | "probe" | "finish";
}

export type Violate = (text: string) => void;

/** Begins as the host does: the status files are written first. */
export function begun(role: "main" | "log", wanted: "up" | "down"): Modelled {
  const service = newService(role, wanted, NOW);
  const state = {
    service,
    asked: "nothing",
    runLives: false,
    runPid: RUN,
    finishLives: false,
    hookLives: false,
    owed: "nothing",
  };
  return feed(state as Modelled, { kind: "publish" }, () => {});
}

/** Times as classes, so that states that differ in nothing but moments are one. */
export function withoutTime(service: ServiceState): ServiceState {
  const { startedAtMs, retryAtMs, republishAtMs } = service;
  return {
    ...service,
    sinceNs: 0n,
    startedAtMs: startedAtMs > -1000 ? SHORT_LIFE : LONG_LIFE,
    retryAtMs: retryAtMs > 0 ? LATER : -Infinity,
    republishAtMs: republishAtMs === Infinity ? Infinity : LATER,
  };
}

export function keyOfService(s: ServiceState): string {
  const agenda = s.agenda.map((task) => Object.values(task).join(":")).join(";");
  return [
    s.phase,
    s.want,
    s.pid,
    s.paused,
    s.gotTerm,
    s.startedAtMs,
    s.retryAtMs,
    s.once,
    s.announced,
    s.runStatus,
    s.awaiting,
    s.hookPid,
    s.handled,
    agenda,
    s.inbox,
    s.ended,
    s.republishAtMs,
    s.closed,
    s.retired,
  ].join("|");
}

export function keyOf({ service, asked, runLives, runPid, finishLives, hookLives, owed }: Modelled): string {
  return `${keyOfService(service)} ${asked} ${runLives} ${runPid} ${finishLives} ${hookLives} ${owed}`;
}

export function serviceSpace(role: "main" | "log", bounds: Bounds): Space<Modelled> {
  return {
    start: (["up", "down"] as const).map((wanted) => begun(role, wanted)),
    key: keyOf,
    check: checkState,
    next(state, violate) {
      return happenings(state, bounds).map(({ event, name, change }) => {
        const before = { ...state, ...change };
        return { event: name, state: event === undefined ? before : feed(before, event, violate) };
      });
    },
  };
}

export interface Happening {
  readonly name: string;
  /** The changes in the kernel, or with time, before the machine hears of them. */
  readonly change: Partial<Modelled>;
  readonly event: ServiceEvent | undefined;
}

/** Returns everything that may happen in a state. */
export function happenings(state: Modelled, bounds: Bounds): Happening[] {
  const { service } = state;
  const mayFail = bounds.publishFails && service.republishAtMs === Infinity;
  const failures: Happening[] = mayFail
    ? [{ name: "publish fails", change: {}, event: { kind: "publish failed" } }]
    : [];
  const replies = repliesTo(state);
  if (replies.length > 0) return [...replies, ...failures];
  return [
    ...failures,
    ...(service.inbox.length < bounds.inboxMost ? commandsTo(service, bounds.letters) : []),
    ...endsOf(state, bounds.ends),
    ...replacementOf(state),
    ...timePassing(state),
  ];
}

export function repliesTo({ asked, service }: Modelled): Happening[] {
  const answered = { asked: "nothing" } as const;
  const text = "";
  const notStarted = (["refused", "unusable"] as const).map((why): Happening => ({
    name: `${asked} ${why}`,
    change: { ...answered, ...(why === "unusable" && asked !== "hook" ? endOf(asked, service) : {}) },
    event: { kind: "not started", why, text },
  }));
  switch (asked) {
    case "nothing":
      return [];
    case "hook":
      return [
        { name: "hook absent", change: answered, event: { kind: "hook absent" } },
        {
          name: "hook starts",
          change: { ...answered, hookLives: true },
          event: { kind: "hook started", pid: HOOK },
        },
        ...notStarted,
      ];
    case "run":
    case "finish": {
      const pid = asked === "run" ? RUN : FINISH;
      const lives = asked === "run"
        ? { runLives: true, runPid: RUN }
        : { finishLives: true, owed: "nothing" } as const;
      return [
        { name: `${asked} starts`, change: { ...answered, ...lives }, event: { kind: "started", pid } },
        ...notStarted,
      ];
    }
    case "probe":
      return [
        { name: "finish found", change: { ...answered, owed: "finish" }, event: { kind: "finish found" } },
        { name: "finish absent", change: { ...answered, owed: "nothing" }, event: { kind: "finish absent" } },
      ];
  }
}

/** Returns the changes that the end of a process brings. After a run a main service owes finish; a log has none. */
function endOf(what: "run" | "finish" | "probe" | "nothing", { role }: ServiceState): Partial<Modelled> {
  if (what !== "run") return { owed: "nothing" };
  return { owed: role === "main" ? "probe" : "nothing" };
}

function commandsTo(service: ServiceState, letters: string): Happening[] {
  const retire: Happening = { name: "retire", change: {}, event: { kind: "retire" } };
  return [
    ...[...letters].map((letter): Happening => ({
      name: letter,
      change: {},
      event: { kind: "command", letter },
    })),
    ...(service.role === "main" ? [retire] : []),
  ];
}

function endsOf(
  { runLives, runPid, finishLives, hookLives, service }: Modelled,
  statuses: readonly number[],
): Happening[] {
  const ends: Happening[] = [];
  for (const status of statuses) {
    if (runLives) ends.push(end("run", runPid, status, { runLives: false, ...endOf("run", service) }));
    if (finishLives) ends.push(end("finish", FINISH, status, { finishLives: false }));
    if (hookLives) ends.push(end("hook", HOOK, status, { hookLives: false }));
  }
  return ends;
}

function end(what: string, pid: number, status: number, change: Partial<Modelled>): Happening {
  return { name: `${what} ends with ${status}`, change, event: { kind: "ended", pid, status } };
}

/** The logger of the tree makes room for another one, which goes on with what this one read. */
function replacementOf({ service, runLives }: Modelled): Happening[] {
  if (service.role !== "log" || !runLives) return [];
  return [{ name: "replaced", change: { runPid: OTHER }, event: { kind: "replaced", pid: OTHER } }];
}

/** States that differ in nothing but a number are one: where the machine knows the new pid, that is RUN from now on. */
export function renamed(state: Modelled): Modelled {
  const { service, runPid } = state;
  if (runPid !== OTHER || service.pid !== OTHER) return state;
  return { ...state, runPid: RUN, service: { ...service, pid: RUN } };
}

/** Any of the deadlines may be the next that is over; and a short life becomes a long one. */
function timePassing({ service }: Modelled): Happening[] {
  const { startedAtMs, retryAtMs, republishAtMs } = service;
  const passing: Happening[] = [];
  const wake = (name: string, change: Partial<ServiceState>) =>
    passing.push({ name, change: { service: { ...service, ...change } }, event: { kind: "wake" } });
  if (retryAtMs > 0) wake("pause over", { retryAtMs: 0, startedAtMs: LONG_LIFE });
  if (republishAtMs !== Infinity) wake("publish again", { republishAtMs: 0, startedAtMs: LONG_LIFE });
  if (startedAtMs === SHORT_LIFE) {
    passing.push({
      name: "life is long",
      change: { service: { ...service, startedAtMs: LONG_LIFE } },
      event: undefined,
    });
  }
  return passing;
}

// Steps

function feed(before: Modelled, event: ServiceEvent, violate: Violate): Modelled {
  const { state, effects } = step(before.service, event, NOW);
  let after: Modelled = { ...before, service: withoutTime(state) };
  for (const effect of effects) after = perform(after, effect, violate);
  return renamed(after);
}

/** Performs an effect on the model. After an effect that asks for an answer no other may come. */
export function perform(state: Modelled, effect: ServiceEffect, violate: Violate): Modelled {
  if (state.asked !== "nothing") violate(`${effect.kind} behind a question (${state.asked})`);
  switch (effect.kind) {
    case "publish":
    case "report":
      return state;
    case "signal":
      if (!state.runLives || effect.pid !== state.runPid) {
        violate(`signal ${effect.signal} to ${effect.pid}, which is not run`);
      }
      return state;
    case "hook":
      if (state.hookLives) violate(`hook ${effect.name} beside another`);
      if (state.service.role === "log") violate(`hook ${effect.name} of a log`);
      return { ...state, asked: "hook" };
    case "probe finish":
      if (state.owed !== "probe") violate("looks for finish without an end of run");
      return { ...state, asked: "probe" };
    case "start":
      return start(state, effect.what, violate);
  }
}

function start(state: Modelled, what: "run" | "finish", violate: Violate): Modelled {
  if (state.runLives || state.finishLives) violate(`starts ${what} beside another process`);
  if (what === "run" && state.owed !== "nothing") violate("starts run before finish");
  if (what === "finish" && state.owed !== "finish") violate("starts finish that is not owed");
  if (state.hookLives) violate(`starts ${what} beside a hook`);
  return { ...state, asked: what };
}

// Invariants

export function checkState(state: Modelled, violate: Violate): void {
  checkProcesses(state, violate);
  checkAwaiting(state, violate);
  if (state.service.awaiting === "nothing") checkSettled(state.service, violate);
  if (isIdle(state.service) && state.owed !== "nothing") violate(`idle, and ${state.owed} of finish is owed`);
  checkAnswers(state.service, violate);
}

/** No child is forgotten, and none is believed in that is not. */
function checkProcesses(
  { service, runLives, runPid, finishLives, hookLives }: Modelled,
  violate: Violate,
): void {
  const { pid, phase, ended, hookPid, awaiting } = service;
  if (runLives && (pid !== runPid || phase !== "run")) violate("run is forgotten");
  if (finishLives && (pid !== FINISH || phase !== "finish")) violate("finish is forgotten");
  if (hookLives && (hookPid !== HOOK || awaiting !== "hook end")) violate("a hook is forgotten");
  if (!hookLives && awaiting === "hook end") violate("waits for a hook that has ended");
  if (pid !== 0 && !runLives && !finishLives && ended === undefined) {
    violate("believes in a process that has ended");
  }
  if (service.gotTerm && pid === 0) violate("TERM was sent to nobody");
}

function checkAwaiting({ service, asked, hookLives }: Modelled, violate: Violate): void {
  const expected = asked === "hook"
    ? "hook start"
    : asked === "probe"
    ? "finish probe"
    : asked !== "nothing"
    ? "process"
    : hookLives
    ? "hook end"
    : "nothing";
  if (service.awaiting !== expected) violate(`awaits ${service.awaiting} instead of ${expected}`);
}

/** Checks a service when nothing is under way: then only a deadline or an outside event may set it going again. */
function checkSettled(service: ServiceState, violate: Violate): void {
  const { phase, pid, want, once, closed, retired, agenda, inbox, ended, republishAtMs } = service;
  if (agenda.length > 0 || inbox !== "" || ended !== undefined) violate("rests with work to do");
  if (phase === "run" && pid === 0) violate("runs without a process");
  if (phase === "down" && pid !== 0) violate("is down with a process");
  const wakes = wakeAtMs(service) !== Infinity;
  const leaves = closed || retired;
  const toStart = pid === 0 && (phase === "finish" || (!leaves && (want === "up" || once)));
  if (toStart && !wakes) violate("is to be started, and nothing will wake it");
  if (!toStart && republishAtMs === Infinity && wakes) violate("is at rest, and has a deadline");
  if (wakes && wakeAtMs(service) < 0) violate("has a deadline that is over");
}

/** Checks that an answer without a question changes nothing, and that nothing is thrown. */
function checkAnswers(service: ServiceState, violate: Violate): void {
  const { awaiting } = service;
  const strange: ServiceEvent[] = [{ kind: "ended", pid: 999, status: 0 }, {
    kind: "ended",
    pid: -1,
    status: 0,
  }];
  if (awaiting !== "hook start") strange.push({ kind: "hook absent" }, { kind: "hook started", pid: 999 });
  if (awaiting !== "process") strange.push({ kind: "started", pid: 999 });
  if (awaiting !== "finish probe") strange.push({ kind: "finish found" }, { kind: "finish absent" });
  if (awaiting !== "process" && awaiting !== "hook start") {
    strange.push({ kind: "not started", why: "refused", text: "" }, {
      kind: "not started",
      why: "unusable",
      text: "",
    });
  }
  const { phase, pid, ended, role } = service;
  if (role === "main" || phase !== "run" || pid === 0 || ended !== undefined) {
    strange.push({ kind: "replaced", pid: 999 });
  }
  for (const event of strange) {
    const { state, effects } = step(service, event, NOW);
    if (effects.length > 0 || keyOfService(state) !== keyOfService(service)) {
      violate(`an unasked ${event.kind} counts`);
    }
  }
}

/** The letters left out of the space do what `h` does, under their own name and number. */
export function checkSignalLetters({ service }: Modelled, violate: Violate): void {
  if (service.inbox !== "" || service.awaiting !== "nothing") return;
  const byH = told(service, "h");
  for (const [letter, signal] of SIGNAL_LETTERS) {
    const renamed = told(service, letter).replaceAll(`"${letter}"`, '"h"').replaceAll(`:${signal}}`, ":1}");
    if (renamed !== byH) violate(`${letter} does not do as h: ${renamed}`);
  }
}

function told(service: ServiceState, letter: string): string {
  const { state, effects } = step(service, { kind: "command", letter }, NOW);
  return JSON.stringify([state.agenda, effects, state.awaiting]);
}

// Where it all leads

const STEPS_MOST = 60;

/**
 * Returns the next happening if nobody interferes. Answers come, hooks and finish end, and run ends when it was told
 * to.
 */
export function byItself(state: Modelled): Happening | undefined {
  const { service } = state;
  const reply = repliesTo(state)[0];
  if (reply !== undefined) return reply;
  if (state.hookLives) return end("hook", HOOK, 0x100, { hookLives: false });
  if (state.finishLives) return end("finish", FINISH, 0, { finishLives: false });
  if (state.runLives && service.want !== "up") {
    return end("run", state.runPid, 15, { runLives: false, ...endOf("run", service) });
  }
  return wakeAtMs(service) === Infinity
    ? undefined
    : timePassing(state).find(({ event }) => event !== undefined);
}

function leadsTo(state: Modelled, event: ServiceEvent): Modelled {
  const ignore = () => {};
  let at = feed(state, event, ignore);
  for (let steps = 0; steps < STEPS_MOST; steps++) {
    const next = byItself(at);
    if (next === undefined) return at;
    at = { ...at, ...next.change };
    if (next.event !== undefined) at = feed(at, next.event, ignore);
  }
  return at;
}

/**
 * Checks the ends from every state in which a service can be told: `u` leads to a run, `d` to rest, `x` and retiring to
 * the end.
 */
export function checkEnds(state: Modelled, violate: Violate): void {
  if (repliesTo(state).length > 0) return;
  const { role, closed, retired, inbox } = state.service;
  const leaves = closed || retired;
  const letter = (letter: string) => leadsTo(state, { kind: "command", letter }).service;
  const up = letter("u");
  if (!leaves && !inbox.includes("x") && (up.phase !== "run" || up.want !== "up")) {
    violate("u does not lead to a run");
  }
  if (leaves && !isIdle(up)) violate("u keeps up what leaves");
  if (!isIdle(letter("d"))) violate("d does not lead to rest");
  if (role === "log") return;
  const exit = letter("x");
  if (!isIdle(exit) || exit.want !== "exit") violate("x does not lead to the end");
  const gone = leadsTo(leadsTo(state, { kind: "retire" }), { kind: "command", letter: "u" }).service;
  if (!isIdle(gone) || gone.want !== "exit") violate("what is retired can be taken back");
}

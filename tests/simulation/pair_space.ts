/**
 * All that can happen to a service and its logger, which is where leaving is decided: who is told what, in which
 * order the pipe is closed, and that nobody is left behind. Each of the two is modelled as in service_space.ts.
 */
import {
  newPair,
  type PairEffect,
  type PairEvent,
  type PairState,
  step,
  type Who,
} from "../../src/supervision/pair.ts";
import type { ServiceEvent } from "../../src/supervision/service.ts";
import { isIdle } from "../../src/supervision/service_state.ts";
import type { Space } from "./explore.ts";
import {
  begun,
  type Bounds,
  byItself,
  checkState,
  type Happening,
  happenings,
  keyOf,
  type Modelled,
  NOW,
  perform,
  renamed,
  repliesTo,
  type Violate,
  withoutTime,
} from "./service_space.ts";

export interface ModelledPair {
  /** The model of main. Its `service` is kept equal to that of `leaving`'s pair. */
  readonly main: Modelled;
  readonly log: Modelled;
  readonly leaving: PairState["leaving"];
  /** The log has begun another life since it was last between two. */
  readonly previousLifeMs: number;
  readonly asksForPipe: boolean;
  readonly pipeClosed: boolean;
  readonly left: boolean;
}

function pairOf({ main, log, leaving, previousLifeMs }: ModelledPair): PairState {
  return { main: main.service, log: log.service, leaving, previousLifeMs };
}

export function pairSpace(main: Bounds, log: Bounds): Space<ModelledPair> {
  const { leaving, previousLifeMs } = newPair(begun("main", "up").service, undefined);
  const rest = { leaving, previousLifeMs, asksForPipe: false, pipeClosed: false, left: false };
  // The log begins first; main, which is down, is told to be up.
  const starts = (["up", "down"] as const).map((wanted) => ({
    main: begun("main", "down"),
    log: begun("log", wanted),
    ...rest,
  }));
  return {
    start: starts,
    key: keyOfPair,
    check: checkPair,
    next: (state, violate) =>
      happeningsOf(state, main, log).map(({ name, ...happening }) => ({
        event: name,
        state: happen(state, happening, violate),
      })),
  };
}

function keyOfPair(
  { main, log, leaving, previousLifeMs, asksForPipe, pipeClosed, left }: ModelledPair,
): string {
  return `${keyOf(main)} / ${keyOf(log)} / ${leaving} ${previousLifeMs} ${asksForPipe} ${pipeClosed} ${left}`;
}

interface PairHappening {
  readonly change: Partial<ModelledPair>;
  readonly event: PairEvent | undefined;
}

/** Returns what may happen. While an answer is due nothing else is heard: the host asks and answers in one go. */
function happeningsOf(
  state: ModelledPair,
  main: Bounds,
  log: Bounds,
): (PairHappening & { readonly name: string })[] {
  if (state.left) return [];
  if (state.asksForPipe) return [true, false].map((holdsLines) => pipeLookedAt(holdsLines));
  const ofMain = () => happenings(state.main, main).map((happening) => to(state, "main", happening));
  const ofLog = () => happenings(state.log, log).map((happening) => to(state, "log", happening));
  if (repliesTo(state.main).length > 0) return ofMain();
  if (repliesTo(state.log).length > 0) return ofLog();
  return [...ofMain(), ...ofLog()];
}

function pipeLookedAt(holdsLines: boolean): PairHappening & { readonly name: string } {
  return {
    name: holdsLines ? "pipe holds lines" : "pipe is empty",
    change: { asksForPipe: false },
    event: { kind: "pipe looked at", holdsLines },
  };
}

function to(state: ModelledPair, who: Who, happening: Happening): PairHappening & { readonly name: string } {
  const event: ServiceEvent | undefined = happening.event;
  return {
    name: `${who} ${happening.name}`,
    change: { [who]: { ...state[who], ...happening.change } },
    event: event === undefined ? undefined : { kind: "to", who, event },
  };
}

function happen(state: ModelledPair, { change, event }: PairHappening, violate: Violate): ModelledPair {
  const before = { ...state, ...change };
  if (event === undefined) return withoutTimes(before);
  const { state: pair, effects } = step(pairOf(before), event, NOW);
  let after: ModelledPair = {
    ...before,
    main: { ...before.main, service: pair.main },
    log: { ...before.log, service: pair.log ?? before.log.service },
    leaving: pair.leaving,
    previousLifeMs: pair.previousLifeMs,
  };
  for (const effect of effects) after = performed(after, effect, violate);
  return withoutTimes(after);
}

/**
 * Removes the times from a state. Only one thing matters of the previous life: whether there has been another since.
 */
function withoutTimes(state: ModelledPair): ModelledPair {
  const { main, log, leaving, previousLifeMs } = state;
  const timeless = withoutTime(log.service);
  const waits = leaving === "last life" && log.service.startedAtMs <= previousLifeMs;
  return {
    ...state,
    main: { ...main, service: withoutTime(main.service) },
    log: renamed({ ...log, service: timeless }),
    previousLifeMs: waits ? timeless.startedAtMs : -Infinity,
  };
}

function performed(state: ModelledPair, effect: PairEffect, violate: Violate): ModelledPair {
  if (state.left) violate(`${effect.kind} after it has left`);
  if (state.asksForPipe) violate(`${effect.kind} behind a question (pipe)`);
  switch (effect.kind) {
    case "look at pipe":
      if (isAsking(state)) violate("looks at the pipe behind a question");
      if (state.pipeClosed) violate("looks at a pipe that is closed");
      return { ...state, asksForPipe: true };
    case "close pipe":
      if (state.pipeClosed) violate("closes the pipe twice");
      if (!state.log.runLives) violate("closes the pipe with nobody there to see it");
      return { ...state, pipeClosed: true };
    case "leave":
      mayLeave(state, violate);
      return { ...state, left: true };
    default: {
      const other = effect.who === "main" ? state.log : state.main;
      if (other.asked !== "nothing") violate(`${effect.kind} behind a question of the other`);
      if (effect.kind === "start" && state.pipeClosed) violate(`starts ${effect.who} with the pipe closed`);
      return { ...state, [effect.who]: perform(state[effect.who], effect, violate) };
    }
  }
}

function isAsking({ main, log }: ModelledPair): boolean {
  return main.asked !== "nothing" || log.asked !== "nothing";
}

function mayLeave(state: ModelledPair, violate: Violate): void {
  const { main, log } = state;
  if (isAsking(state)) violate("leaves behind a question");
  if (main.service.want !== "exit" || !isIdle(main.service)) violate("leaves without being told");
  if (main.runLives || main.finishLives || main.hookLives || log.runLives) violate("leaves a child behind");
  if (main.owed !== "nothing") violate(`leaves, and ${main.owed} of finish is owed`);
}

function checkPair(state: ModelledPair, violate: Violate): void {
  const { main, log, leaving, pipeClosed, left } = state;
  checkState(main, (text) => violate(`main ${text}`));
  // What has left is not stepped any more; neither has to make sense after that.
  if (left) return;
  checkState(log, (text) => violate(`log ${text}`));
  const toldAndDown = main.service.want === "exit" && isIdle(main.service);
  if (toldAndDown && leaving === "no" && !isAsking(state)) violate("is told to exit, is down, and stays");
  if ((leaving === "draining") !== pipeClosed) violate("the pipe is closed while it drains, and only then");
  if (leaving === "draining" && !log.runLives && log.service.ended === undefined) {
    violate("drains without a logger");
  }
  if (leaving === "draining" && !toldAndDown) violate("is taken back while it drains");
}

const STEPS_MOST = 100;

/** Checks that a retired pair comes to its end, if nothing interferes and a logger ends with its input. */
export function checkLeaving(state: ModelledPair, violate: Violate): void {
  if (state.left || state.asksForPipe || isAsking(state)) return;
  let at = happen(
    state,
    { change: {}, event: { kind: "to", who: "main", event: { kind: "retire" } } },
    () => {},
  );
  for (let steps = 0; steps < STEPS_MOST; steps++) {
    const next = nextByItself(at);
    if (next === undefined) break;
    at = happen(at, next, violate);
  }
  if (!at.left) violate(`what is retired does not leave: ${keyOfPair(at)}`);
}

function nextByItself(state: ModelledPair): PairHappening | undefined {
  if (state.left) return undefined;
  if (state.asksForPipe) return pipeLookedAt(true);
  if (repliesTo(state.log).length > 0) return ofItself(state, "log");
  return ofItself(state, "main") ?? ofItself(state, "log");
}

function ofItself(state: ModelledPair, who: Who): PairHappening | undefined {
  const happening = byItself(state[who]);
  return happening === undefined ? undefined : to(state, who, happening);
}

/** Plays plans, one after the other, until enough loggers have been killed. */
import { CAN_MOUNT, has } from "../../machine.ts";
import { type Plan, planOf } from "./plan.ts";
import { type Disk, type Outcome, play } from "./run.ts";

/** The kinds of plans. */
export type Kind = "plain" | "processors" | "full disk";

/** A series of plans of one kind. */
export interface Series {
  /** Path of the svlogd. */
  readonly path: string;
  readonly kind: Kind;
  /** Seed of the first plan. Each following plan takes the next seed. */
  readonly seed: number;
  /** Number of loggers to kill in all. */
  readonly kills: number;
  /** Time at which the series ends early, as performance.now() tells it. */
  readonly untilMs?: number;
  readonly keepIn?: string;
  readonly onOutcome?: (outcome: Outcome) => void;
}

/**
 * Kills in a plan. One plan cannot meet everything that may go wrong, nor all options, so a series has several plans.
 */
export const KILLS_IN_A_PLAN = 30;

/** True when loggers can be killed at system calls. */
export const CAN_TRACE = has("strace");

/** The plan of a seed. */
export function planFor(kind: Kind, seed: number): Plan {
  const processors = kind === "processors";
  return planOf({ seed, kills: KILLS_IN_A_PLAN, processors, canTrace: CAN_TRACE, keep: 0 });
}

/** The disk that a kind of plan needs. */
export function diskFor(kind: Kind): Disk {
  return kind === "full disk" ? "full at times" : "plain";
}

/** The kinds that this machine allows. */
export function possibleKinds(): Kind[] {
  return CAN_MOUNT ? ["plain", "processors", "full disk"] : ["plain", "processors"];
}

/** Plays the series. Returns the number of killed loggers, and the problems, one a line, each with its seed. */
export async function playSeries(series: Series): Promise<{ killed: number; problems: string[] }> {
  const { path, kind, seed: first, kills, untilMs = Infinity, keepIn } = series;
  const problems: string[] = [];
  let killed = 0;
  for (let seed = first; killed < kills && performance.now() < untilMs; seed++) {
    const course = { path, disk: diskFor(kind), kills: true, pruned: false };
    const outcome = await play(planFor(kind, seed), keepIn === undefined ? course : { ...course, keepIn });
    series.onOutcome?.(outcome);
    killed += outcome.killed;
    problems.push(...outcome.problems.map((problem) => `seed ${seed}, ${kind}: ${problem}`));
  }
  return { killed, problems };
}

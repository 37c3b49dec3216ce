/** Many plans, one after the other, until enough loggers have been killed. */
import { CAN_MOUNT, has } from "../../machine.ts";
import { type Plan, planOf } from "./plan.ts";
import { type Disk, type Outcome, play } from "./run.ts";

export type Kind = "plain" | "processors" | "full disk";

export interface Series {
  /** A svlogd. */
  readonly path: string;
  readonly kind: Kind;
  /** Of the first plan; the next ones have those that follow. */
  readonly seed: number;
  /** Loggers to be killed in all. */
  readonly kills: number;
  /** Ends earlier when the time is over. */
  readonly untilMs?: number;
  readonly keepIn?: string;
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** One life is too short for all that can go wrong in it, and one set of options too few. */
export const KILLS_IN_A_PLAN = 30;

export const CAN_TRACE = has("strace");

export function planFor(kind: Kind, seed: number): Plan {
  const processors = kind === "processors";
  return planOf({ seed, kills: KILLS_IN_A_PLAN, processors, canTrace: CAN_TRACE, keep: 0 });
}

export function diskFor(kind: Kind): Disk {
  return kind === "full disk" ? "full at times" : "plain";
}

/** What the machine lets us do. */
export function possibleKinds(): Kind[] {
  return CAN_MOUNT ? ["plain", "processors", "full disk"] : ["plain", "processors"];
}

/** Returns how many were killed, and what went wrong, a line each that begins with the seed. */
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

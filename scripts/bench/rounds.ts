/** The rounds of a plan: which item is measured when, and the outcome. */

import {
  directoryOf,
  inWorkplace,
  makeArena,
  type Outcome,
  play,
  type Turn as NamedTurn,
} from "./campaign.ts";
import { installDenit, installEmpty } from "./denit.ts";
import { machineLines } from "./machine.ts";
import type { Contender, Item, Measure } from "./measurement.ts";
import { rotated } from "./statistics.ts";
import { type Installation, isDenit, type SystemId, SYSTEMS } from "./systems.ts";
import type { TrialRequest } from "./trial.ts";

/** A run of the benchmark of supervision. */
export interface Plan {
  readonly rounds: number;
  readonly items: readonly Item[];
  readonly systems: readonly SystemId[];
  readonly extent: Extent;
  /** The compiled file of an earlier build, for `denit-before`. */
  readonly before?: string | undefined;
}

/** The amount that one round measures. */
export interface Extent {
  /** The numbers of services for `up`. */
  readonly counts: readonly number[];
  /** The number of times that one trial repeats each measurement. */
  readonly repeats: { readonly [item in Item]: number };
  readonly idleSeconds: number;
}

/** The number of services for all items except `up`. */
const MIDDLE_COUNT = 100;

/** Runs a plan. */
export function measure(plan: Plan): Promise<Outcome<Measure, Contender>> {
  return inWorkplace(async (directory) => {
    const { installations, versions } = await install(plan.systems, directory, plan.before);
    const turns = turnsOf(plan, makeArena(directory), installations);
    const played = await play<Measure, Contender>(new URL("trial.ts", import.meta.url), turns);
    return { ...played, machine: machineLines(plan.systems, versions) };
  });
}

/** Installs the systems; denit is built into `directory`. `versions` says on which runtimes denit runs. */
export async function install(
  systems: readonly SystemId[],
  directory: string,
  before?: string,
): Promise<{ installations: Installation[]; versions: string[] }> {
  const installations: Installation[] = [];
  const versions: string[] = [];
  for (const system of systems) {
    const programs = isDenit(system)
      ? `${directory}/${system}`
      : directoryOf(system === "s6" ? "s6-svscan" : "runsvdir");
    installations.push({ system, programs });
    if (!isDenit(system)) continue;
    versions.push(`${SYSTEMS[system].label}: ${await installDenit(system, programs, before)}`);
    await installEmpty(system, programs);
  }
  return { installations, versions };
}

function turnsOf(plan: Plan, arena: string, installations: readonly Installation[]): NamedTurn[] {
  return Array.from({ length: plan.rounds }, (_, round) =>
    turns(plan, round, installations).map((turn) => ({
      name: nameOf(turn, round),
      request: requestOf(plan, turn, round, arena),
    }))).flat();
}

interface Turn {
  readonly item: Item;
  readonly services: number;
  readonly entrants: readonly Installation[];
}

/** The turns of one round. Systems that do not disturb each other are measured side by side, others alone. */
function turns({ items, extent }: Plan, round: number, installations: readonly Installation[]): Turn[] {
  const order = rotated(installations, round);
  return items.flatMap((item): Turn[] => {
    if (item === "idle" && round > 0) return [];
    if (item === "idle" || item === "status") return [{ item, services: MIDDLE_COUNT, entrants: order }];
    const counts = item === "up" ? extent.counts : [MIDDLE_COUNT];
    return counts.flatMap((services) => order.map((one) => ({ item, services, entrants: [one] })));
  });
}

function nameOf({ item, services, entrants }: Turn, round: number): string {
  return `round ${round + 1}: ${item} with ${services} services, ${entrants.map(({ system }) => system)}`;
}

function requestOf({ rounds, extent }: Plan, turn: Turn, round: number, arena: string): TrialRequest {
  return {
    item: turn.item,
    services: turn.services,
    installations: turn.entrants,
    repeats: extent.repeats[turn.item],
    phase: (round + 0.5) / rounds,
    idleSeconds: extent.idleSeconds,
    arena,
  };
}

/** All rounds of a plan: what is measured when, and what came of it. */

import { installDenit } from "./denit.ts";
import { machineLines } from "./machine.ts";
import { type Item, Ledger, type Samples } from "./measurement.ts";
import { runIsolated, TrialError } from "./namespace.ts";
import { UsageError } from "./options.ts";
import { rotated } from "./statistics.ts";
import { type Installation, isDenit, type SystemId, SYSTEMS } from "./systems.ts";
import type { TrialRequest } from "./trial.ts";

export interface Plan {
  readonly rounds: number;
  readonly items: readonly Item[];
  readonly systems: readonly SystemId[];
  readonly extent: Extent;
}

/** How much a round measures. */
export interface Extent {
  /** Numbers of services for `up`. */
  readonly counts: readonly number[];
  /** How often one trial repeats what it measures. */
  readonly repeats: { readonly [item in Item]: number };
  readonly idleSeconds: number;
}

export interface Outcome {
  readonly ledger: Ledger;
  /** Machine, versions. */
  readonly machine: readonly string[];
  /** Trials that ended without samples, and why. */
  readonly failures: readonly string[];
}

/** The number of services for everything but `up`. */
const MIDDLE_COUNT = 100;

/** Measure in a temporary directory that is gone afterwards, also when interrupted. */
export async function measure(plan: Plan): Promise<Outcome> {
  if (Deno.uid() !== 0) throw new UsageError("Only root can give every trial namespaces of its own");
  const directory = Deno.makeTempDirSync({ prefix: "denit-bench-" });
  const leave = () => {
    Deno.removeSync(directory, { recursive: true });
    Deno.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, leave);
  try {
    const { installations, versions } = await install(plan.systems, directory);
    const machine = machineLines(plan.systems, versions);
    return { ...await rounds(plan, directory, installations), machine };
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, leave);
    Deno.removeSync(directory, { recursive: true });
  }
}

async function install(
  systems: readonly SystemId[],
  directory: string,
): Promise<{ installations: Installation[]; versions: string[] }> {
  const installations: Installation[] = [];
  const versions: string[] = [];
  for (const system of systems) {
    const programs = isDenit(system) ? `${directory}/${system}` : peerPrograms(system);
    installations.push({ system, programs });
    if (!isDenit(system)) continue;
    versions.push(`${SYSTEMS[system].label}: ${await installDenit(system, programs)}`);
  }
  return { installations, versions };
}

function peerPrograms(system: SystemId): string {
  const program = system === "s6" ? "s6-svscan" : "runsvdir";
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if (Deno.statSync(`${directory}/${program}`).isFile) return directory;
    } catch {
      // Not in this directory.
    }
  }
  throw new Error(`Cannot find ${program}: \`deno task peers\` installs it`);
}

async function rounds(
  plan: Plan,
  directory: string,
  installations: readonly Installation[],
): Promise<Pick<Outcome, "ledger" | "failures">> {
  const ledger = new Ledger();
  const failures: string[] = [];
  const arena = `${directory}/arena`;
  Deno.mkdirSync(arena);
  for (let round = 0; round < plan.rounds; round++) {
    for (const turn of turns(plan, round, installations)) {
      const name = nameOf(turn, round);
      console.error(name);
      try {
        for (const samples of await trial(requestOf(plan, turn, round, arena))) ledger.add(samples);
      } catch (thrown) {
        if (!(thrown instanceof TrialError)) throw thrown;
        failures.push(`**failed**, ${name}: ${thrown.reason}`);
        console.error(`failed: ${thrown.reason}`);
      }
    }
  }
  return { ledger, failures };
}

interface Turn {
  readonly item: Item;
  readonly services: number;
  readonly entrants: readonly Installation[];
}

/** The turns of one round: alone, or (where they do not disturb each other) side by side. */
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

async function trial(request: TrialRequest): Promise<Samples[]> {
  const program = new URL("trial.ts", import.meta.url).pathname;
  const argv = [Deno.execPath(), "run", "-A", "--no-lock", program, JSON.stringify(request)];
  return JSON.parse(await runIsolated(argv, request.arena));
}

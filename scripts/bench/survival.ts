/**
 * `deno task bench survival`: kills supervisors of denit, runit and s6, and measures what becomes of their services.
 */

import { inWorkplace, loadOutcome, makeArena, play, saveOutcome, type Turn } from "./campaign.ts";
import { duration } from "./format.ts";
import { machineLines } from "./machine.ts";
import { choices, type Options, wholeNumber } from "./options.ts";
import { plot } from "./plot.ts";
import { publish } from "./publication.ts";
import { install } from "./rounds.ts";
import { median, rotated } from "./statistics.ts";
import { COLOURS } from "./supervision.ts";
import { type Installation, type SystemId, SYSTEMS } from "./systems.ts";
import type { SurvivalItem, SurvivalMeasure } from "./survival/measurement.ts";
import { page } from "./survival/report.ts";
import type { SurvivalRequest } from "./survival/trial.ts";

/** The usage of this benchmark. */
export const SURVIVAL_USAGE = `survival [options]
  --rounds N       rounds of every item (3)
  --peers LIST     runit,s6 (default), or none
  --forms LIST     of denit: compiled,script (default), or none
  --quick          one short round with 1 and 100 services
  --json FILE      write the samples
  --from FILE      read samples instead of measuring
  --out DIRECTORY  for survival.md and survival.svg; without it a complete run writes to
                   bench/, any other prints the page`;

/** The number of services in the trial that counts copies. */
const FEW = 20;

interface Extent {
  readonly counts: readonly number[];
  readonly returns: number;
  readonly kills: number;
  readonly memoryOf: number;
}

const FULL: Extent = { counts: [1, 100, 1000], returns: 3, kills: 20, memoryOf: 1000 };
const QUICK: Extent = { counts: [1, 100], returns: 1, kills: 3, memoryOf: 100 };

/** Runs this benchmark. */
export async function survival(options: Options): Promise<void> {
  const isQuick = options["quick"] !== undefined;
  const extent = isQuick ? QUICK : FULL;
  const rounds = wholeNumber(options, "rounds", isQuick ? 1 : 3);
  const forms = choices(options, "forms", ["compiled", "script"] as const);
  const peers = choices(options, "peers", ["runit", "s6"] as const);
  const systems: SystemId[] = [...forms.map((form) => `denit-${form}` as const), ...peers];
  const { from, json } = options;
  const outcome = from === undefined
    ? await measure(systems, extent, rounds)
    : loadOutcome<SurvivalMeasure, SystemId>(from);
  if (json !== undefined) saveOutcome(outcome, json);
  if (outcome.failures.length > 0) Deno.exitCode = 1;
  const { ledger, machine, failures } = outcome;
  const notes = [
    ...machine,
    `rounds: ${rounds}; deaths of all supervisors in a round: ${extent.returns}; copies are counted after ${extent.kills}`,
    ...failures,
  ];
  publish(options, "survival", page(ledger, systems, notes), () =>
    plot([{
      title: "Time until all services are supervised again",
      xTitle: "services",
      show: duration,
      series: systems.map((system) => ({
        name: SYSTEMS[system].label,
        colour: COLOURS[system],
        dashed: system === "denit-script",
        points: ledger.scales("return ms").flatMap((services) => {
          const values = ledger.values("return ms", system, services);
          return values.length === 0 ? [] : [[services, median(values)] as const];
        }),
      })),
    }]));
}

function measure(systems: readonly SystemId[], extent: Extent, rounds: number) {
  return inWorkplace(async (directory) => {
    const { installations, versions } = await install(systems, directory);
    const arena = makeArena(directory);
    const turns = Array.from(
      { length: rounds },
      (_, round) => rotated(installations, round).flatMap((one) => turnsOf(one, extent, arena, round)),
    ).flat();
    const played = await play<SurvivalMeasure, SystemId>(
      new URL("survival/trial.ts", import.meta.url),
      turns,
    );
    return { ...played, machine: machineLines(systems, versions) };
  });
}

function turnsOf(installation: Installation, extent: Extent, arena: string, round: number): Turn[] {
  const turn = (
    item: SurvivalItem,
    services: number,
    kills: number,
  ): Turn & { request: SurvivalRequest } => ({
    name: `round ${round + 1}: ${item} with ${services} services, ${installation.system}`,
    request: { item, installation, services, kills, arena },
  });
  return [
    ...extent.counts.map((services) => turn("return", services, extent.returns)),
    turn("memory", extent.memoryOf, 1),
    // Copies are counted and not measured, so once is enough.
    ...round === 0 ? [turn("copies", FEW, extent.kills)] : [],
  ];
}

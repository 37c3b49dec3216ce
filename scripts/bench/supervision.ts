/**
 * `deno task bench supervision`: denit against runit and s6, in one run. Every round measures every item on every system,
 * each measurement in namespaces of its own, and every round begins with another system.
 */

import { loadOutcome, saveOutcome } from "./campaign.ts";
import { duration, size } from "./format.ts";
import { type Contender, ITEMS, type Ledger, type Measure } from "./measurement.ts";
import { choice, choices, type Options, wholeNumber } from "./options.ts";
import { type Panel, plot, type Series } from "./plot.ts";
import { publish } from "./publication.ts";
import { page } from "./report.ts";
import { type Extent, measure, type Plan } from "./rounds.ts";
import { median } from "./statistics.ts";
import { type SystemId, SYSTEMS } from "./systems.ts";

/** The usage of this benchmark. */
export const SUPERVISION_USAGE = `supervision [options]
  --rounds N       rounds of every item (default 5)
  --only ITEM,...  of ${ITEMS.join(", ")}
  --peers LIST     runit,s6 (default), or none
  --forms LIST     of denit: compiled,script (default), or none
  --before FILE    measure an earlier build of denit, too (a compiled file)
  --quick          one short round with 1 and 100 services
  --json FILE      write the samples
  --from FILE      read samples instead of measuring
  --out DIRECTORY  for supervision.md and supervision.svg; without it a complete run
                   writes to bench/, any other prints the page`;

const DEFAULT_ROUNDS = 5;

const FULL: Extent = {
  counts: [1, 100, 1000, 5000],
  repeats: { up: 1, restart: 30, notice: 2, stop: 1, "sv-stop": 1, status: 25, idle: 1 },
  idleSeconds: 30,
};

const QUICK: Extent = {
  counts: [1, 100],
  repeats: { ...FULL.repeats, restart: 5, notice: 1, status: 5 },
  idleSeconds: 5,
};

/** Runs this benchmark. */
export async function supervision(options: Options): Promise<void> {
  const plan = planOf(options);
  const { from, json } = options;
  const outcome = from === undefined ? await measure(plan) : loadOutcome<Measure, Contender>(from);
  if (json !== undefined) saveOutcome(outcome, json);
  if (outcome.failures.length > 0) Deno.exitCode = 1;
  const notes = [...outcome.machine, ...settings(plan), ...outcome.failures];
  const markdown = page(outcome.ledger, plan.systems, notes);
  publish(options, "supervision", markdown, () => plot(panels(outcome.ledger, plan.systems)));
}

function planOf(options: Options): Plan {
  const quick = options["quick"] !== undefined;
  const forms = choices(options, "forms", ["compiled", "script"] as const);
  const peers = choices(options, "peers", ["runit", "s6"] as const);
  return {
    rounds: wholeNumber(options, "rounds", quick ? 1 : DEFAULT_ROUNDS),
    items: choice(options, "only", ITEMS),
    systems: [
      ...forms.map((form) => `denit-${form}` as const),
      ...options["before"] === undefined ? [] : ["denit-before" as const],
      ...peers,
    ],
    before: options["before"],
    extent: quick ? QUICK : FULL,
  };
}

function settings({ rounds, extent: { repeats, idleSeconds }, systems }: Plan): string[] {
  const ofRunit = ["one runsvdir of runit takes 1,000 services: 5,000 are five runsvdir with 1,000 each"];
  const ofS6 = [
    "s6 looks at its directory when told: a new one is linked and `s6-svscanctl -a` follows; it waits a second " +
    "before every restart",
    "`s6-svstat` and `s6-svc` take one service: for 100 a shell calls them 100 times",
  ];
  return [
    `rounds: ${rounds}; restarts in a round: ${repeats.restart}; new directories in a round: ${repeats.notice}; ` +
    `status commands of each kind in a round: ${repeats.status}; seconds of idling: ${idleSeconds}, once`,
    ...(systems.includes("runit") ? ofRunit : []),
    ...(systems.includes("s6") ? ofS6 : []),
  ];
}

/** The colour of each system in plots. */
export const COLOURS: Record<SystemId, string> = {
  "denit-compiled": "#0550ae",
  "denit-script": "#0969da",
  "denit-before": "#57606a",
  runit: "#bc4c00",
  s6: "#6e40c9",
};

function panels(ledger: Ledger, systems: readonly SystemId[]): Panel[] {
  const series = (measure: "up ms" | "memory kB"): Series[] =>
    systems.map((system) => ({
      name: SYSTEMS[system].label,
      colour: COLOURS[system],
      dashed: system === "denit-script",
      points: ledger.scales(measure).flatMap((services) => {
        const values = ledger.values(measure, system, services);
        return values.length === 0 ? [] : [[services, median(values)] as const];
      }),
    }));
  const xTitle = "services";
  return [
    { title: "Time until all services run", xTitle, series: series("up ms"), show: duration },
    { title: "Memory of the idle supervisors (PSS)", xTitle, series: series("memory kB"), show: size },
  ];
}

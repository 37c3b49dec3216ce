/**
 * `deno task bench logging`: denit's svlogd against Debian's svlogd and s6-log, in one run. Every round measures every
 * item on every logger, each measurement in namespaces of its own, and every round begins with another logger.
 */

import {
  directoryOf,
  inWorkplace,
  loadOutcome,
  makeArena,
  type Outcome,
  play,
  saveOutcome,
  type Turn,
} from "./campaign.ts";
import { installDenit } from "./denit.ts";
import {
  isOurs,
  type LoggerId,
  type LoggerInstallation,
  LOGGERS,
  PEERS,
  ROTATION,
} from "./logging/contenders.ts";
import { type Contender, type Item, ITEMS, type Measure } from "./logging/measurement.ts";
import { drawing, page } from "./logging/report.ts";
import type { Extent, TrialRequest } from "./logging/trial.ts";
import { machineLines } from "./machine.ts";
import { choice, choices, type Options, wholeNumber } from "./options.ts";
import { publish } from "./publication.ts";
import { rotated } from "./statistics.ts";

/** The usage of this benchmark. */
export const LOGGING_USAGE = `logging [options]
  --rounds N       rounds of every item (default 3)
  --only ITEM,...  of ${ITEMS.slice(0, 5).join(", ")},
                   ${ITEMS.slice(5).join(", ")}
  --peers LIST     ${PEERS.join(",")} (default), or none
  --forms LIST     of denit: compiled,script (default), or none
  --before FILE    measure an earlier build of denit, too (a compiled file)
  --quick          one short round
  --json FILE      write the samples
  --from FILE      read samples instead of measuring
  --out DIRECTORY  for logging.md and logging.svg; without it a complete run
                   writes to bench/, any other prints the page`;

const DEFAULT_ROUNDS = 3;

/** Even with stamps no timing fills more than `current` and the old files that are kept, so every byte is counted. */
const FULL: Extent = {
  megabytes: { throughput: 400, writes: 200, patterns: 200, lengths: 200 },
  lineBytes: [10, 30, 100, 300, 1000, 3000, 10_000, 65_536],
  mostLines: 3_000_000,
  latencyLines: 500,
  memoryMegabytes: [1000, 2000, 5000, 10_000],
  peerMemoryMegabytes: [1000, 2000],
  trees: {
    fleet: { services: 1000, settleSeconds: 12, seconds: 30 },
    unmodified: { services: 100, settleSeconds: 12, seconds: 10 },
  },
};

const QUICK: Extent = {
  megabytes: { throughput: 30, writes: 10, patterns: 10, lengths: 10 },
  lineBytes: [10, 1000, 65_536],
  mostLines: 500_000,
  latencyLines: 50,
  memoryMegabytes: [20, 100],
  peerMemoryMegabytes: [20, 100],
  trees: {
    fleet: { services: 50, settleSeconds: 1, seconds: 2 },
    unmodified: { services: 10, settleSeconds: 1, seconds: 2 },
  },
};

interface Plan {
  readonly rounds: number;
  readonly items: readonly Item[];
  readonly loggers: readonly LoggerId[];
  readonly extent: Extent;
  readonly before: string | undefined;
}

/** Runs this benchmark. */
export async function logging(options: Options): Promise<void> {
  const plan = planOf(options);
  const { from, json } = options;
  const outcome = from === undefined ? await measure(plan) : loadOutcome<Measure, Contender>(from);
  if (json !== undefined) saveOutcome(outcome, json);
  if (outcome.failures.length > 0) Deno.exitCode = 1;
  const notes = [...outcome.machine, ...settings(plan), ...outcome.failures];
  const markdown = page(outcome.ledger, plan.loggers, notes);
  publish(options, "logging", markdown, () => drawing(outcome.ledger, plan.loggers));
}

function planOf(options: Options): Plan {
  const quick = options["quick"] !== undefined;
  const forms = choices(options, "forms", ["compiled", "script"] as const);
  const peers = choices(options, "peers", PEERS);
  return {
    rounds: wholeNumber(options, "rounds", quick ? 1 : DEFAULT_ROUNDS),
    items: choice(options, "only", ITEMS),
    loggers: [
      ...forms.map((form) => `denit-${form}` as const),
      ...options["before"] === undefined ? [] : ["denit-before" as const],
      ...peers,
    ],
    before: options["before"],
    extent: quick ? QUICK : FULL,
  };
}

function measure(plan: Plan): Promise<Outcome<Measure, Contender>> {
  return inWorkplace(async (directory) => {
    const installations: LoggerInstallation[] = [];
    const versions: string[] = [];
    for (const logger of plan.loggers) {
      const programs = isOurs(logger) ? `${directory}/${logger}` : directoryOf(logger);
      installations.push({ logger, programs });
      if (isOurs(logger)) {
        versions.push(`${LOGGERS[logger].label}: ${await installDenit(logger, programs, plan.before)}`);
      }
    }
    const turns = turnsOf(plan, makeArena(directory), installations);
    const played = await play<Measure, Contender>(new URL("logging/trial.ts", import.meta.url), turns);
    return {
      ...played,
      machine: machineLines(plan.loggers.map((logger) => LOGGERS[logger].system), versions),
    };
  });
}

function turnsOf(plan: Plan, arena: string, installations: readonly LoggerInstallation[]): Turn[] {
  return Array.from({ length: plan.rounds }, (_, round) =>
    plan.items.flatMap((item) => {
      const name = `round ${round + 1}: ${item}`;
      const request = { item, extent: plan.extent, arena } satisfies TrialRequest;
      return [
        ...(hasWriter(item) ? [{ name: `${name}, the writer alone`, request }] : []),
        ...entrants(item, round, installations).map((installation) => ({
          name: `${name}, ${installation.logger}`,
          request: { ...request, installation },
        })),
      ];
    })).flat();
}

function hasWriter(item: Item): boolean {
  return item === "throughput" || item === "writes";
}

/** Memory over 10 GB takes long to measure and hardly varies, so it is measured once. */
function entrants(
  item: Item,
  round: number,
  all: readonly LoggerInstallation[],
): readonly LoggerInstallation[] {
  if (item === "memory" && round > 0) return [];
  // An unmodified service is one that was written for runit.
  const able = item === "unmodified" ? all.filter(({ logger }) => logger !== "s6-log") : all;
  return rotated(able, round);
}

function settings({ rounds, loggers, extent }: Plan): string[] {
  const { megabytes, latencyLines, trees } = extent;
  const bytes = ROTATION.fileBytes.toLocaleString("en-US");
  const ofS6 = [
    "s6-log stamps with `t` and `T` for `-t` and `-tt`; its `T` is 31 bytes, `-tt` is 26; it gets `-l 0`, which leaves " +
    "long lines whole; its patterns are the same rules as regular expressions",
  ];
  const ofQuick = ["a quick run: with so little input, how fast a process warms up decides"];
  const ofDenit = [
    "PSS counts a page that k processes map as 1/k in each: a supervisor of denit and its logger are one program, and " +
    "each is charged half of it",
  ];
  return [
    ...(extent === QUICK ? ofQuick : []),
    `rounds: ${rounds}; input of one timing: ${megabytes.throughput} MB, ${megabytes.writes} MB with a write for each ` +
    `line, ${megabytes.patterns} MB with patterns, at most ${megabytes.lengths} MB for a length of lines; lines timed ` +
    `one by one in a round: ${latencyLines}; memory over time: once`,
    `rotation is the same for all: files of ${bytes} bytes, ${ROTATION.oldFiles} old ones (\`s${ROTATION.fileBytes}\`, ` +
    `\`n${ROTATION.oldFiles}\`); svlogd's own 1 MB would be smaller`,
    `services of a tree write a line of 100 bytes ten times a second; processor time is that of ` +
    `${trees.fleet.seconds} s, and of ${trees.unmodified.seconds} s with an unmodified \`log/run\``,
    'an unmodified `log/run` is `exec env - PATH="$PATH" chpst -u USER svlogd -tt DIR`',
    ...(loggers.some(isOurs) ? ofDenit : []),
    ...(loggers.includes("s6-log") ? ofS6 : []),
  ];
}

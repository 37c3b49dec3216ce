/** The command line: every option, joined, clustered, twice, without an argument, and out of range. */
import type { Scenario } from "../../scenario.ts";
import { played } from "./play.ts";

const BYTES = String.raw`printf 'a\tb:c \300!\nplain line of words\n\001\177~\n'`;

/** Options that svlogd accepts. The first word tells what the options show, and becomes the scenario's name. */
const TAKEN: readonly (readonly [name: string, options: string])[] = [
  ["none", ""],
  ["t-joined-with-r", "-tr_"],
  ["t-twice-apart", "-t -t"],
  ["r-joined", "-r_"],
  ["r-twice", "-r ? -r !"],
  ["r-dash", "-r -"],
  ["R-alone", "-R abc"],
  ["R-joined", "-Rabc"],
  ["R-empty", "-R ''"],
  ["R-twice", "-R a -R b"],
  ["R-range-is-no-range", "-R a-c"],
  ["r-and-R", "-r ? -R ab:"],
  ["R-two-bytes", "-R $(printf '\\303\\200')"],
  ["l-small", "-l 5 -r _"],
  ["l-joined", "-l5 -r_"],
  ["l-1", "-l 1 -r _"],
  ["l-0", "-l 0"],
  ["l-no-number", "-l x"],
  ["l-number-and-more", "-l 5x -r _"],
  ["l-negative", "-l -5"],
  ["l-empty", "-l ''"],
  ["l-space-before", "-l ' 5' -r _"],
  ["l-below-b", "-l 1023"],
  ["b", "-b 2000"],
  ["b-joined", "-b2000 -l1999"],
  ["b-0", "-b 0"],
  ["b-no-number", "-b x"],
  ["b-then-l", "-b 10 -l 9 -r _"],
  ["two-dashes", "--"],
  ["two-dashes-after", "-r _ --"],
];

const REFUSED: readonly (readonly [name: string, options: string])[] = [
  ["r-empty", "-r ''"],
  ["r-two", "-r ab"],
  ["r-two-joined", "-rab"],
  ["r-two-bytes", "-r $(printf '\\303\\200')"],
  ["l-is-b", "-l 1024"],
  ["b-is-l", "-b 1000"],
  ["b-less", "-b 5 -l 5"],
  ["unknown", "-q"],
  ["unknown-in-cluster", "-tvq"],
  ["version", "-V"],
  ["version-and-more", "-tV -l 5"],
  ["long-option", "--verbose"],
];

function taken([name, options]: readonly [string, string]): Scenario {
  return played(`option/${name}`, `svlogd ${options}`, { options, feeder: [BYTES] });
}

function refused([name, options]: readonly [string, string]): Scenario {
  return played(`option/${name}`, `svlogd ${options} is refused`, {
    options,
    feeder: [],
    // The first line of -V is a version, which differs between the sides.
    saying: "sed 's/^[$]Id: .*/VERSION/; s/^svlogd (denit) .*/VERSION/' said",
  });
}

/** Scenarios of options. */
export const OPTION_SCENARIOS: readonly Scenario[] = [
  ...TAKEN.map(taken),
  ...REFUSED.map(refused),
  ...["-l", "-b", "-r", "-R", "-tl"].map((options) =>
    played(`option/no-argument${options}`, `svlogd ${options} without an argument`, {
      logs: [],
      options,
      feeder: [],
    })
  ),
  played("option/after-directory", "an option behind a directory is a directory", {
    options: "log -t",
    logs: [],
    feeder: ["echo one"],
  }),
  played("option/dash", "a dash alone is a directory", { options: "-", feeder: ["echo one"] }),
  played("option/verbose", "the messages of -v", {
    options: "-vv",
    tree: { "log/config": "s2000\nn1\n" },
    feeder: ["lines 350"],
  }),
  played("option/directory-twice", "a directory named twice is locked for the second", {
    options: "log",
    feeder: ["echo one"],
  }),
  played("option/directory-empty-name", "a directory without a name", {
    options: "''",
    feeder: ["echo one"],
  }),
  played("option/directory-slash", "a name with slashes", {
    options: "./log///",
    logs: [],
    feeder: ["echo one"],
  }),
];

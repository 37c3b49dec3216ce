/** The sizes of files: S around L, lines that pass S, and the files that are kept. */
import { file, type Scenario, type Tree } from "../../scenario.ts";
import { played } from "./play.ts";

/**
 * Feeders: 1000 bytes in lines of ten, or 3000 bytes in lines of 150. With a small size they feed less, because a
 * line would become hundreds of files.
 */
const FEEDERS: Readonly<Record<string, (size: number) => string>> = {
  short: (size) => `lines ${size < 100 ? 20 : 100}`,
  long: (size) => `for i in $(seq ${size < 100 ? 2 : 20}); do letters 149; echo; done`,
};

const AROUND: readonly (readonly [size: number, options: string])[] = [
  [1, ""],
  [10, ""],
  [500, ""],
  [999, ""],
  [1000, ""],
  [1001, ""],
  [1009, ""],
  [1010, ""],
  [1011, ""],
  [1024, ""],
  [1999, ""],
  [2000, ""],
  [9, "-l 10"],
  [10, "-l 10"],
  [11, "-l 10"],
  [19, "-l 10"],
  [20, "-l 10"],
  [21, "-l 10"],
  [30, "-l 10"],
  [200, "-l 100 -b 101"],
  [200, "-t -l 100"],
  [300, "-tt -l 100"],
];

function old(count: number, letter = "s"): Tree {
  const label = (at: number) => `@40000000000000000000000${at}`;
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`log/${label(at)}.${letter}`, file(`old ${at}\n`, 0o744)]),
  );
}

/** Scenarios of sizes. */
export const SIZE_SCENARIOS: readonly Scenario[] = [
  ...Object.entries(FEEDERS).flatMap(([lengths, feeder]) =>
    AROUND.map(([size, options]) =>
      played(
        `size/${lengths}/${`${size} ${options}`.trim().replaceAll(" ", "_")}`,
        `s${size}, ${lengths} lines`,
        { tree: { "log/config": `s${size}\nn0\n` }, options, feeder: [feeder(size)] },
      )
    )
  ),
  ...[1, 2, 3, 5].map((keep) =>
    played(`keep/n${keep}-of-3-old`, `three old logs, n${keep}, one rotation`, {
      tree: { "log/config": `s2000\nn${keep}\n`, ...old(3) },
      feeder: ["lines 150"],
    })
  ),
  played("keep/many-rotations", "each rotation removes at most one old log", {
    tree: { "log/config": "s2000\nn2\n", ...old(6) },
    feeder: ["lines 350"],
    options: "-v",
  }),
  played("keep/u-does-not-count", ".u files do not count and stay", {
    tree: { "log/config": "s2000\nn2\n", ...old(4, "u") },
    feeder: ["lines 350"],
    options: "-v",
  }),
  played("keep/t-goes", "the next rotation removes .t files", {
    tree: { "log/config": "s2000\nn5\n", ...old(4, "t") },
    feeder: ["lines 150"],
    options: "-v",
  }),
  played("keep/t-stays-without-rotation", ".t files stay until the next rotation", {
    tree: { ...old(2, "t") },
    feeder: ["lines 2"],
  }),
  played("keep/other-letters", "a name of the right length counts, whatever its letter", {
    tree: { "log/config": "s2000\nn2\n", ...old(2, "x"), ...old(2, "S") },
    feeder: ["lines 350"],
    options: "-v",
  }),
  played("keep/other-names", "names of another length do not count", {
    tree: {
      "log/config": "s2000\nn1\n",
      "log/@short.s": "kept",
      "log/@400000000000000000000000000.s": "kept",
      "log/notes": "kept",
    },
    feeder: ["lines 350"],
  }),
  played("keep/later-label", "an old log that claims to be of the future", {
    tree: { "log/config": "s2000\nn1\n", "log/@4fffffffffffffff00000000.s": file("late\n", 0o744) },
    feeder: ["lines 150"],
  }),
  played("keep/empty-current", "an empty current is not rotated at the end", {
    tree: { "log/config": "s2000\nn0\n" },
    feeder: ["lines 100"],
  }),
  played("size/current-is-larger", "a current that is larger than s", {
    tree: { "log/config": "s2000\nn0\n", "log/current": file(`${"o".repeat(2500)}\n`, 0o744) },
    feeder: ["lines 3"],
  }),
  played("size/current-is-as-large", "a current that is as large as s", {
    tree: { "log/config": "s2000\nn0\n", "log/current": file(`${"o".repeat(1999)}\n`, 0o744) },
    feeder: ["lines 3"],
  }),
  played("size/current-is-nearly-as-large", "a current that is almost as large as s", {
    tree: { "log/config": "s2000\nn0\n", "log/current": file(`${"o".repeat(1989)}\n`, 0o744) },
    feeder: ["lines 3"],
  }),
  played("size/one-line-many-files", "a line that fills several files", {
    tree: { "log/config": "s1500\nn0\n" },
    feeder: ["letters 8000; echo; echo next"],
  }),
  played("size/two-directories", "two directories with other sizes", {
    tree: { "a/config": "s1200\nn0\n", "b/config": "s3000\nn0\npP: \n" },
    logs: ["a", "b"],
    feeder: ["lines 400"],
  }),
];

/** Derives a plan from a seed: the logger's options, its log directories, and the moments of the kills. */
import { Random } from "../../random.ts";
import { CLASSES } from "./lines.ts";
import { type Expectation, REPLACED, type StampName } from "./check.ts";

/** A log directory: its `config`, and what its files must hold as a result. */
export interface Directory extends Pick<Expectation, "prefix" | "classes"> {
  readonly name: string;
  readonly config: string;
  readonly processor: string;
}

/**
 * The moment of a kill. Milliseconds count from the start of the logger, or from the event for which the kill waits.
 */
export type Kill =
  /** A kill after a time. */
  | { readonly at: "time"; readonly delayMs: number }
  /** Just after the logger has got this signal, unless the signal kills it. */
  | { readonly at: "signal"; readonly signal: "SIGHUP" | "SIGALRM"; readonly delayMs: number }
  /** A kill after this number of bytes has come into `current`. */
  | { readonly at: "bytes"; readonly directory: string; readonly bytes: number }
  /** A kill after a rotated file has got its name. */
  | { readonly at: "rename"; readonly directory: string; readonly delayMs: number }
  /** A kill while a processor runs. With `both` the processor is killed, too. */
  | { readonly at: "processor"; readonly directory: string; readonly delayMs: number; readonly both: boolean }
  /** A kill at the logger's nth call of one of these system calls, before the call has an effect. */
  | { readonly at: "call"; readonly calls: string; readonly nth: number };

/** The options of a logger, its directories, and the moments of its kills. */
export interface Plan {
  readonly seed: number;
  readonly stamp: StampName;
  readonly options: readonly string[];
  readonly replacedBytes: number;
  readonly directories: readonly Directory[];
  readonly bytesPerSecond: number;
  /** True when the last line has no newline. The logger must add one. */
  readonly unended: boolean;
  readonly kills: readonly Kill[];
  /** The number of kills that come after the writer has ended. */
  readonly late: number;
}

/** Conditions for a plan. */
export interface Wishes {
  readonly seed: number;
  readonly kills: number;
  /** True when every directory has a processor. */
  readonly processors: boolean;
  /** True when strace can kill a logger at a system call. */
  readonly canTrace: boolean;
  /** Number of old files that svlogd keeps; 0 for all. */
  readonly keep: number;
}

const STAMPS: readonly (readonly [StampName, readonly string[]])[] = [
  ["none", []],
  ["tai64n", ["-t"]],
  ["utc", ["-tt"]],
  ["iso", ["-ttt"]],
];

const SELECTIONS: readonly (readonly [rules: string, classes: string])[] = [
  ["", CLASSES],
  ["", CLASSES],
  ["-b*\n", "acd"],
  ["-*\n+c*\n", "c"],
  ["-*\n+a*\n+d*\n", "ad"],
];

/** Each must leave what it got, plain or compressed, or fail; some of them do not succeed at the first try. */
const PROCESSORS: readonly string[] = [
  "cat",
  "exec gzip -c",
  "exec zstd -q -c",
  "sleep 0.03; cat",
  "head -c 3000 && sleep 0.02 && cat",
  // The output is another each time: two at work on one log must not come into each other's way.
  "echo >>tries; n=$(($(wc -l <tries) % 9 + 1)); head -c 9000 | gzip -c -$n && sleep 0.03 && exec gzip -c -$n",
  "echo >>tries; test $(($(wc -l <tries) % 3)) -ne 1 || { head -c 2000; exit 3; }; cat",
  "echo >>tries; test $(($(wc -l <tries) % 4)) -ne 1 || { head -c 2000; kill -9 $$; }; cat",
];

/** System calls by what the logger is at: input and its record, output, rotation, names, all of them. */
const CALLS: readonly (readonly [calls: string, most: number])[] = [
  ["splice", 25],
  ["splice,read,fstat,newfstatat,fallocate", 120],
  ["write", 60],
  ["rename,renameat,renameat2", 4],
  ["openat", 60],
  ["fsync,fdatasync,msync", 4],
  ["fchmod,chmod,fchmodat", 6],
  ["unlink,unlinkat,ftruncate,truncate,fallocate", 6],
  ["close", 60],
  ["getdents64", 8],
  ["splice,write,pwrite64,rename,renameat,openat,fsync,fchmod,unlink,unlinkat,close,ftruncate,lseek", 400],
  ["splice,write,pwrite64,rename,renameat,openat,fsync,fchmod,unlink,unlinkat,close,ftruncate,lseek", 400],
  ["epoll_wait,epoll_pwait,poll,ppoll", 40],
];

const LONGEST_MS = 250;
/** The bytes of a line that svlogd looks at without -l. */
const LINE_BYTES = 1000;

/** The plan of a seed. The same wishes lead to the same plan. */
export function planOf(wishes: Wishes): Plan {
  const random = new Random(wishes.seed);
  const [stamp, stampOptions] = random.pick(STAMPS);
  const directories = Array.from(
    { length: random.pick([1, 1, 2, 3]) },
    (_, index) => directoryOf(random, index, wishes),
  );
  const lineBytes = random.pick([0, 0, 20, 200, 900]);
  const replaces = random.chance(0.25);
  return {
    seed: wishes.seed,
    stamp,
    options: [
      ...stampOptions,
      ...lineBytes === 0 ? [] : ["-l", `${lineBytes}`],
      ...replaces ? ["-R", REPLACED] : [],
    ],
    replacedBytes: replaces ? lineBytes || LINE_BYTES : 0,
    directories,
    bytesPerSecond: random.pick([200_000, 600_000, 2_000_000]),
    unended: random.chance(0.3),
    kills: Array.from({ length: wishes.kills }, () => killOf(random, directories, wishes)),
    late: random.below(Math.min(4, wishes.kills)),
  };
}

function directoryOf(random: Random, index: number, wishes: Wishes): Directory {
  const [rules, classes] = random.pick(SELECTIONS);
  const prefix = random.chance(0.25) ? "p: " : "";
  const processor = wishes.processors || random.chance(0.2) ? random.pick(PROCESSORS) : "";
  const size = processor === "" ? random.pick([2500, 6000, 20_000, 60_000]) : random.pick([20_000, 60_000]);
  const config = [
    `s${size}\nn${wishes.keep}\n`,
    rules,
    prefix === "" ? "" : `p${prefix}\n`,
    processor === "" ? "" : `!${processor}\n`,
    random.chance(0.2) ? "t1\n" : "",
  ].join("");
  return { name: `log${index}`, config, processor, prefix, classes };
}

function killOf(random: Random, directories: readonly Directory[], { canTrace }: Wishes): Kill {
  const directory = random.pick(directories);
  const { name } = directory;
  const kinds: Kill["at"][] = ["time", "time", "signal", "bytes", "rename"];
  if (directory.processor !== "") kinds.push("processor", "processor");
  if (canTrace) kinds.push("call", "call", "call");
  const at = random.pick(kinds);
  switch (at) {
    case "time":
      return { at, delayMs: random.between(0, LONGEST_MS) };
    case "signal":
      return {
        at,
        signal: random.chance(0.5) ? "SIGHUP" : "SIGALRM",
        delayMs: random.between(0, LONGEST_MS),
      };
    case "bytes":
      return { at, directory: name, bytes: random.below(60_000) };
    case "rename":
      return { at, directory: name, delayMs: random.chance(0.5) ? 0 : random.between(0, 3) };
    case "processor":
      return { at, directory: name, delayMs: random.between(0, 30), both: random.chance(0.5) };
    case "call": {
      const [calls, most] = random.pick(CALLS);
      return { at, calls, nth: 1 + random.below(most) };
    }
  }
}

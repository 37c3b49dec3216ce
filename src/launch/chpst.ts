/**
 * The command line of chpst(8), with the long options that denit adds to it.
 *
 * The messages are those of Debian's chpst. The usage line is runit's own and does not name the added options.
 */
import { type Grammar, type Option, readOptions } from "../cli/getopt.ts";
import { EXIT } from "../posix/exit_code.ts";
import type { Resource } from "../runtime/kernel.ts";
import { parseAccount } from "./accounts.ts";
import { ALL_MEMORY, amountOfLong } from "./limits.ts";
import { cpuList, signedNumber, unsignedLong } from "./numbers.ts";
import { type LaunchRequest, type LimitRequest, refusal, type Step } from "./plan.ts";

/** The usage line behind the name of the program, word for word as runit prints it. */
export const CHPST_SYNOPSIS =
  "[-vVP012] [-u user[:group]] [-U user[:group]] [-b argv0] [-e dir] [-/ root] [-n nice] [-l|-L lock] [-m n] [-d n] " +
  "[-o n] [-p n] [-f n] [-c n] [-t n] prog";

const GRAMMAR: Grammar = {
  flags: "vVP012",
  valued: "uUbe/CnlLmdopfcrt",
  long: {
    "cgroup": true,
    "no-new-privs": false,
    "landlock-ro": true,
    "landlock-rw": true,
    "nice": true,
    "oom-score": true,
    "cpu-affinity": true,
  },
};

/** Bounds of setpriority(2) and of oom_score_adj (proc(5)). */
const LEAST_NICE = -20;
const MOST_NICE = 19;
const MOST_OOM_SCORE = 1000;

/** The letters that limit resources. */
const LETTERS: readonly (readonly [letter: string, resources: readonly Resource[]])[] = [
  ["m", ALL_MEMORY],
  ["d", ["data"]],
  ["o", ["nofile"]],
  ["p", ["nproc"]],
  ["f", ["fsize"]],
  ["c", ["core"]],
  ["r", ["rss"]],
  ["t", ["cpu"]],
];

/** The options of a command line. */
interface Given {
  /** The last value of each option, which is the one that counts for most. */
  readonly last: ReadonlyMap<string, string>;
  /** Every option in the order typed. */
  readonly all: readonly Option[];
}

/** Reads a call of chpst. `name` is the last part of argv[0]; `version` is the line that -V prints. */
export function readChpst(args: readonly string[], name: string, version: string): LaunchRequest {
  const usage = (first = "") => refusal(`${first}usage: ${name} ${CHPST_SYNOPSIS}\n\n`, EXIT.usage);
  const read = readOptions(args, GRAMMAR);
  if (read.kind === "complaint") return usage(`${name}: ${read.complaint}\n`);
  const given: Given = {
    last: new Map(read.options.map(({ name, value }) => [name, value])),
    all: read.options,
  };
  if (given.last.has("V")) return usage(`${version}\n`);
  const [program, ...rest] = read.rest;
  const locks = read.options.filter(({ name }) => name === "l" || name === "L");
  const limits = requestsOf(read.options);
  if (program === undefined || locks.length > 1 || limits === undefined) return usage();
  const steps = stepsOf(given, limits);
  if (steps === undefined) return usage();
  const argv = [given.last.get("b") ?? program, ...rest];
  return { kind: "plan", plan: { dialect: { family: "runit" }, steps, program, argv } };
}

/** The limits in the order typed, because a later option replaces an earlier one. Undefined if a number is none. */
function requestsOf(options: readonly Option[]): readonly LimitRequest[] | undefined {
  const requests: LimitRequest[] = [];
  for (const { name, value } of options) {
    const resources = LETTERS.find(([letter]) => letter === name)?.[1];
    if (resources === undefined) continue;
    const number = unsignedLong(value);
    if (number === undefined) return undefined;
    const amount = amountOfLong(number);
    for (const resource of amount === undefined ? [] : resources) {
      requests.push({ resource, amount: amount ?? "hard" });
    }
  }
  return requests;
}

/** Undefined if a number is none or is out of range. */
function stepsOf({ last, all }: Given, requests: readonly LimitRequest[]): readonly Step[] | undefined {
  const additions = additionsOf(last);
  const steps = all.filter(({ name }) => name === "n").map(({ value }) => signedNumber(value));
  if (additions === undefined || steps.includes(undefined)) return undefined;
  const by = steps.at(-1) ?? 0;
  return [
    ...additions,
    ...last.has("P") ? [{ step: "session" } as const] : [],
    ...withValue(last, "e", (directory) => ({
      step: "variables",
      directory,
      passesOver: true,
      verbose: last.has("v"),
    })),
    ...withValue(last, "/", (directory) => ({ step: "root", directory })),
    ...withValue(last, "C", (directory) => ({ step: "directory", directory })),
    ...by === 0 ? [] : [{ step: "nice", by } as const],
    ...withValue(last, "U", (text) => ({ step: "account variables", account: parseAccount(text) })),
    ...withValue(last, "u", (text) => ({ step: "account", account: parseAccount(text) })),
    ...withValue(last, "l", (file) => ({ step: "lock", file, waits: true, forgives: false })),
    ...withValue(last, "L", (file) => ({ step: "lock", file, waits: false, forgives: false })),
    ...([0, 1, 2] as const).filter((fd) => last.has(`${fd}`)).map((fd) => ({ step: "close", fd }) as const),
    ...confinementSteps(last, all),
    ...requests.length === 0 ? [] : [{ step: "limits", requests } as const],
  ];
}

function withValue(last: Given["last"], name: string, step: (value: string) => Step): readonly Step[] {
  const value = last.get(name);
  return value === undefined ? [] : [step(value)];
}

/** The steps of denit's own options that come first. Undefined if a number is none or is out of range. */
function additionsOf(last: Given["last"]): readonly Step[] | undefined {
  const level = inRange(last.get("nice"), LEAST_NICE, MOST_NICE);
  const score = inRange(last.get("oom-score"), -MOST_OOM_SCORE, MOST_OOM_SCORE);
  const list = last.get("cpu-affinity");
  const cpus = list === undefined ? [] : cpuList(list);
  if (level === "wrong" || score === "wrong" || cpus === undefined) return undefined;
  return [
    ...withValue(last, "cgroup", (directory) => ({ step: "control group", directory })),
    ...score === undefined ? [] : [{ step: "oom score", score } as const],
    ...level === undefined ? [] : [{ step: "priority", level } as const],
    ...cpus.length === 0 ? [] : [{ step: "processors", cpus } as const],
  ];
}

/** The number that `text` holds; undefined if there is no text. */
function inRange(text: string | undefined, least: number, most: number): number | undefined | "wrong" {
  if (text === undefined) return undefined;
  if (!/^[-+]?[0-9]{1,5}$/.test(text)) return "wrong";
  const number = Number(text);
  return number < least || number > most ? "wrong" : number;
}

/** The kernel lets only a process with no_new_privs use Landlock (landlock(7)). */
function confinementSteps(last: Given["last"], all: readonly Option[]): readonly Step[] {
  const paths = all.filter(({ name }) => name.startsWith("landlock-"))
    .map(({ name, value }) => ({ path: value, writes: name === "landlock-rw" }));
  const isConfined = paths.length > 0;
  return [
    ...isConfined || last.has("no-new-privs") ? [{ step: "no new privileges" } as const] : [],
    ...isConfined ? [{ step: "confinement", paths } as const] : [],
  ];
}

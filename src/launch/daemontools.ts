/** The command lines of daemontools' programs that become another: their options, messages and exit codes. */
import { EXIT } from "../posix/exit_code.ts";
import { parseName } from "./accounts.ts";
import { type Option, readOptions } from "../cli/getopt.ts";
import type { Resource } from "./limits.ts";
import { unsignedLong } from "./numbers.ts";
import { type Reading, refusal, type Request, type Step } from "./plan.ts";

export const SYNOPSES = {
  envdir: "dir child",
  envuidgid: "account child",
  fghack: "child",
  pgrphack: "child",
  setlock: "[ -nNxX ] file program [ arg ... ]",
  setuidgid: "account child",
  softlimit: "[-a allbytes] [-c corebytes] [-d databytes] [-f filebytes] [-l lockbytes] [-m membytes] " +
    "[-o openfiles] [-p processes] [-r residentbytes] [-s stackbytes] [-t cpusecs] child",
} as const;

export type Name = keyof typeof SYNOPSES;

/** envdir's own. */
const ENVDIR_USAGE = 111;

const SOFTLIMIT_LETTERS: Readonly<Record<string, readonly Resource[]>> = {
  a: ["as"],
  c: ["core"],
  d: ["data"],
  f: ["fsize"],
  l: ["memlock"],
  m: ["data", "stack", "memlock", "as"],
  o: ["nofile"],
  p: ["nproc"],
  r: ["rss"],
  s: ["stack"],
  t: ["cpu"],
};

export function usageOf(name: Name, first = ""): Reading {
  const code = name === "envdir" ? ENVDIR_USAGE : EXIT.usage;
  return refusal(`${first}${name}: usage: ${name} ${SYNOPSES[name]}\n`, code);
}

export function readEnvdir([directory, ...argv]: readonly string[]): Reading {
  if (directory === undefined) return usageOf("envdir");
  return planOf("envdir", [{ step: "variables", directory, passesOver: false, verbose: false }], argv);
}

export function readEnvuidgid([name, ...argv]: readonly string[]): Reading {
  if (name === undefined) return usageOf("envuidgid");
  return planOf("envuidgid", [{ step: "account variables", account: parseName(name) }], argv);
}

export function readSetuidgid([name, ...argv]: readonly string[]): Reading {
  if (name === undefined) return usageOf("setuidgid");
  return planOf("setuidgid", [{ step: "account", account: parseName(name) }], argv);
}

export function readPgrphack(argv: readonly string[]): Reading {
  return planOf("pgrphack", [{ step: "session" }], argv);
}

/** It waits, and -n does not: runit's chpst under this name has the two exchanged. */
export function readSetlock(args: readonly string[]): Reading {
  const read = readOptions(args, { flags: "nNxX", valued: "" });
  if (read.kind === "complaint") return usageOf("setlock", `setlock: ${read.complaint}\n`);
  const [file, ...argv] = read.rest;
  if (file === undefined) return usageOf("setlock");
  const last = (letters: string) => read.options.findLast(({ name }) => letters.includes(name))?.name;
  const waits = last("nN") !== "n";
  return planOf("setlock", [{ step: "lock", file, waits, forgives: last("xX") === "x" }], argv);
}

export function readSoftlimit(args: readonly string[]): Reading {
  const valued = Object.keys(SOFTLIMIT_LETTERS).join("");
  const read = readOptions(args, { flags: "", valued });
  if (read.kind === "complaint") return usageOf("softlimit", `softlimit: ${read.complaint}\n`);
  const requests = requestsOf(read.options);
  if (requests === undefined) return usageOf("softlimit");
  return planOf("softlimit", requests.length === 0 ? [] : [{ step: "limits", requests }], read.rest);
}

/** Undefined: not a number. */
function requestsOf(options: readonly Option[]): readonly Request[] | undefined {
  const requests: Request[] = [];
  for (const { name, value } of options) {
    const amount = value === "=" ? "hard" : unsignedLong(value);
    if (amount === undefined) return undefined;
    for (const resource of SOFTLIMIT_LETTERS[name] ?? []) requests.push({ resource, amount });
  }
  return requests;
}

function planOf(name: Name, steps: readonly Step[], argv: readonly string[]): Reading {
  const [program] = argv;
  if (program === undefined) return usageOf(name);
  return { kind: "plan", plan: { dialect: { family: "daemontools", name }, steps, program, argv } };
}

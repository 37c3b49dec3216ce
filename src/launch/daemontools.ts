/** The command lines of daemontools' programs that become another program: options, messages and exit codes. */
import { type Option, readOptions } from "../cli/getopt.ts";
import { EXIT } from "../posix/exit_code.ts";
import type { Resource } from "../runtime/kernel.ts";
import { parseName } from "./accounts.ts";
import { ALL_MEMORY, RESOURCES } from "./limits.ts";
import { unsignedLong } from "./numbers.ts";
import { type LaunchRequest, type LimitRequest, refusal, type Step } from "./plan.ts";

/** The usage line of each program behind its name, word for word as daemontools prints it. */
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

/** The name of one of these programs. */
export type LauncherName = keyof typeof SYNOPSES;

/** softlimit's letter for each resource. */
const LETTER_OF: { readonly [resource in Resource]: string } = {
  as: "a",
  core: "c",
  data: "d",
  fsize: "f",
  memlock: "l",
  nofile: "o",
  nproc: "p",
  rss: "r",
  stack: "s",
  cpu: "t",
};

/** The resources that each letter of softlimit limits. */
const SOFTLIMIT_LETTERS: ReadonlyMap<string, readonly Resource[]> = new Map([
  ...RESOURCES.map((resource) => [LETTER_OF[resource], [resource]] as const),
  ["m", ALL_MEMORY],
]);

/** The option by which softlimit limits `resource`. */
export function softlimitOption(resource: Resource): string {
  return `-${LETTER_OF[resource]}`;
}

/** A refusal with the usage line of `name`; `first` is a text to print before it. */
export function usageOf(name: LauncherName, first = ""): LaunchRequest {
  // envdir alone exits with 111 when it is called with wrong arguments.
  const code = name === "envdir" ? EXIT.fatal : EXIT.usage;
  return refusal(`${first}${name}: usage: ${name} ${SYNOPSES[name]}\n`, code);
}

/** Reads a call of envdir(8). */
export function readEnvdir([directory, ...argv]: readonly string[]): LaunchRequest {
  if (directory === undefined) return usageOf("envdir");
  return planOf("envdir", [{ step: "variables", directory, passesOver: false, verbose: false }], argv);
}

/** Reads a call of envuidgid(8). */
export function readEnvuidgid([name, ...argv]: readonly string[]): LaunchRequest {
  if (name === undefined) return usageOf("envuidgid");
  return planOf("envuidgid", [{ step: "account variables", account: parseName(name) }], argv);
}

/** Reads a call of setuidgid(8). */
export function readSetuidgid([name, ...argv]: readonly string[]): LaunchRequest {
  if (name === undefined) return usageOf("setuidgid");
  return planOf("setuidgid", [{ step: "account", account: parseName(name) }], argv);
}

/** Reads a call of pgrphack(8). */
export function readPgrphack(argv: readonly string[]): LaunchRequest {
  return planOf("pgrphack", [{ step: "session" }], argv);
}

/** Reads a call of setlock(8). It waits unless -n is given; runit's chpst under this name has the two exchanged. */
export function readSetlock(args: readonly string[]): LaunchRequest {
  const read = readOptions(args, { flags: "nNxX", valued: "" });
  if (read.kind === "complaint") return usageOf("setlock", `setlock: ${read.complaint}\n`);
  const [file, ...argv] = read.rest;
  if (file === undefined) return usageOf("setlock");
  const last = (letters: string) => read.options.findLast(({ name }) => letters.includes(name))?.name;
  const waits = last("nN") !== "n";
  return planOf("setlock", [{ step: "lock", file, waits, forgives: last("xX") === "x" }], argv);
}

/** Reads a call of softlimit(8). */
export function readSoftlimit(args: readonly string[]): LaunchRequest {
  const valued = [...SOFTLIMIT_LETTERS.keys()].join("");
  const read = readOptions(args, { flags: "", valued });
  if (read.kind === "complaint") return usageOf("softlimit", `softlimit: ${read.complaint}\n`);
  const requests = requestsOf(read.options);
  if (requests === undefined) return usageOf("softlimit");
  return planOf("softlimit", requests.length === 0 ? [] : [{ step: "limits", requests }], read.rest);
}

/** Undefined if a number is none. */
function requestsOf(options: readonly Option[]): readonly LimitRequest[] | undefined {
  const requests: LimitRequest[] = [];
  for (const { name, value } of options) {
    const amount = value === "=" ? "hard" : unsignedLong(value);
    if (amount === undefined) return undefined;
    for (const resource of SOFTLIMIT_LETTERS.get(name) ?? []) requests.push({ resource, amount });
  }
  return requests;
}

function planOf(name: LauncherName, steps: readonly Step[], argv: readonly string[]): LaunchRequest {
  const [program] = argv;
  if (program === undefined) return usageOf(name);
  return { kind: "plan", plan: { dialect: { family: "daemontools", name }, steps, program, argv } };
}

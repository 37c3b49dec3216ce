/**
 * A run of many trials, one after another, and its outcome: the part that all benchmarks share.
 */

import { Ledger, type Samples } from "./ledger.ts";
import { runIsolated, TrialError } from "./namespace.ts";
import { UsageError } from "./options.ts";

/** The samples of a run, and what is to be said about it. */
export interface Outcome<Measure extends string = string, Contender extends string = string> {
  readonly ledger: Ledger<Measure, Contender>;
  /** The machine and the versions, one line each. */
  readonly machine: readonly string[];
  /** Trials that ended without samples, one line each, with the reason. */
  readonly failures: readonly string[];
}

/** One trial of the campaign. */
export interface Turn {
  readonly name: string;
  /** The only argument of the trial's program, as JSON. */
  readonly request: { readonly arena: string };
}

/** Everybody may read and search the directory, because loggers of other users run from it. */
const OPEN_TO_ALL = 0o755;
const INTERRUPTED = 130;

/** Runs `measure` in a temporary directory and removes that afterwards, even if it is interrupted. */
export async function inWorkplace<T>(measure: (directory: string) => Promise<T>): Promise<T> {
  if (Deno.uid() !== 0) throw new UsageError("Only root can give every trial namespaces of its own");
  const directory = Deno.makeTempDirSync({ prefix: "denit-bench-" });
  Deno.chmodSync(directory, OPEN_TO_ALL);
  const leave = () => {
    Deno.removeSync(directory, { recursive: true });
    Deno.exit(INTERRUPTED);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, leave);
  try {
    return await measure(directory);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, leave);
    Deno.removeSync(directory, { recursive: true });
  }
}

/** Makes the empty directory on which every trial mounts a tmpfs of its own. Returns its path. */
export function makeArena(directory: string): string {
  const arena = `${directory}/arena`;
  Deno.mkdirSync(arena);
  return arena;
}

/** Plays every turn: runs `program`, which prints its samples as JSON. */
export async function play<Measure extends string, Contender extends string>(
  program: URL,
  turns: Iterable<Turn>,
): Promise<Pick<Outcome<Measure, Contender>, "ledger" | "failures">> {
  const ledger = new Ledger<Measure, Contender>();
  const failures: string[] = [];
  for (const { name, request } of turns) {
    console.error(name);
    try {
      const argv = [Deno.execPath(), "run", "-A", "--no-lock", program.pathname, JSON.stringify(request)];
      const samples: Samples<Measure, Contender>[] = JSON.parse(await runIsolated(argv, request.arena));
      for (const more of samples) ledger.add(more);
    } catch (thrown) {
      if (!(thrown instanceof TrialError)) throw thrown;
      failures.push(`**failed**, ${name}: ${thrown.reason}`);
      console.error(`failed: ${thrown.reason}`);
    }
  }
  return { ledger, failures };
}

/** Writes an outcome to a file as JSON. */
export function saveOutcome({ ledger, machine, failures }: Outcome, file: string): void {
  Deno.writeTextFileSync(file, JSON.stringify({ machine, failures, samples: ledger.all() }));
}

/** Reads an outcome that `saveOutcome` has written. */
export function loadOutcome<Measure extends string, Contender extends string>(
  file: string,
): Outcome<Measure, Contender> {
  type Saved = Omit<Outcome, "ledger"> & { samples: Samples<Measure, Contender>[] };
  const saved: Saved = JSON.parse(Deno.readTextFileSync(file));
  const ledger = new Ledger<Measure, Contender>();
  for (const samples of saved.samples) ledger.add(samples);
  return { ledger, machine: saved.machine, failures: saved.failures };
}

/** The directory of PATH in which a peer's program lies. */
export function directoryOf(program: string): string {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if (Deno.statSync(`${directory}/${program}`).isFile) return directory;
    } catch {
      // Not in this directory.
    }
  }
  throw new Error(`Cannot find ${program}: \`deno task peers\` installs it`);
}

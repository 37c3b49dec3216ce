/**
 * A run of many trials, one after another, and what came of it: the part that all benchmarks have in common.
 */

import { Ledger, type Samples } from "./ledger.ts";
import { runIsolated, TrialError } from "./namespace.ts";
import { UsageError } from "./options.ts";

export interface Outcome<Measure extends string = string, Contender extends string = string> {
  readonly ledger: Ledger<Measure, Contender>;
  /** Machine, versions. */
  readonly machine: readonly string[];
  /** Trials that ended without samples, and why. */
  readonly failures: readonly string[];
}

/** One trial. */
export interface Turn {
  readonly name: string;
  /** Becomes the only argument of the trial's program. */
  readonly request: { readonly arena: string };
}

/** What may be read and searched by everybody: loggers of other users run from here. */
const OPEN_TO_ALL = 0o755;
const INTERRUPTED = 130;

/** Measure in a temporary directory that is gone afterwards, also when interrupted. */
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

/** The empty directory on which every trial gets a tmpfs of its own. */
export function makeArena(directory: string): string {
  const arena = `${directory}/arena`;
  Deno.mkdirSync(arena);
  return arena;
}

/** Play every turn by running `program`, which prints its samples as JSON. */
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

export function saveOutcome({ ledger, machine, failures }: Outcome, file: string): void {
  Deno.writeTextFileSync(file, JSON.stringify({ machine, failures, samples: ledger.all() }));
}

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

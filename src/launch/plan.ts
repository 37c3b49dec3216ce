/**
 * A plan: the steps that make a process ready for the program it becomes, as plain data in the order in which the host
 * does them.
 *
 * chpst(8) does its steps in one order, whatever the order of its options: session, variables, root, directory, nice,
 * UID and GID, account, lock, descriptors, limits. So accounts are looked up inside the new root, and the lock is
 * opened by the user that the process has become. The steps that denit adds stand where they can work. Control group,
 * OOM score, priority and processors need the old root and its rights, so they come first; rights that are given up
 * for good come last.
 */
import type { Resource } from "../runtime/kernel.ts";
import type { Account } from "./accounts.ts";
import type { Amount } from "./limits.ts";

/** One step of a plan. */
export type Step =
  | { readonly step: "control group"; readonly directory: string }
  | { readonly step: "oom score"; readonly score: number }
  | { readonly step: "priority"; readonly level: number }
  | { readonly step: "processors"; readonly cpus: readonly number[] }
  | { readonly step: "session" }
  | VariablesStep
  | { readonly step: "root"; readonly directory: string }
  | { readonly step: "directory"; readonly directory: string }
  | { readonly step: "nice"; readonly by: number }
  /** Sets UID and GID in the environment. */
  | { readonly step: "account variables"; readonly account: Account }
  | { readonly step: "account"; readonly account: Account }
  /** Take a lock. If it cannot be had and `forgives` is set, nothing is executed and the exit code is 0. */
  | { readonly step: "lock"; readonly file: string; readonly waits: boolean; readonly forgives: boolean }
  | { readonly step: "close"; readonly fd: StandardFd }
  | { readonly step: "no new privileges" }
  | { readonly step: "confinement"; readonly paths: readonly ReachablePath[] }
  | { readonly step: "limits"; readonly requests: readonly LimitRequest[] };

/** Reads the variables of a directory that has one file for each. */
export interface VariablesStep {
  readonly step: "variables";
  readonly directory: string;
  /** True when a subdirectory is passed over; else it is an error. */
  readonly passesOver: boolean;
  /** True when a warning tells of each subdirectory that is passed over. */
  readonly verbose: boolean;
}

/** Standard input, output or error. */
export type StandardFd = 0 | 1 | 2;

/** A path that stays within reach under Landlock, with all beneath it. */
export interface ReachablePath {
  readonly path: string;
  readonly writes: boolean;
}

/** A soft limit that a command line asks for. */
export interface LimitRequest {
  readonly resource: Resource;
  readonly amount: Amount;
}

/** The program in whose words a failure is told: runit's chpst, or the daemontools program of that name. */
export type LauncherDialect = { readonly family: "runit" } | {
  readonly family: "daemontools";
  readonly name: string;
};

/** Steps, and the program that is executed after them. */
export interface Plan {
  readonly dialect: LauncherDialect;
  readonly steps: readonly Step[];
  /** A name to be looked for along PATH as it was at the start, or a path. */
  readonly program: string;
  readonly argv: readonly string[];
}

/** A launcher's command line, read: a plan, or a refusal with the text to print and the exit code. */
export type LaunchRequest =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "refusal"; readonly said: string; readonly code: number };

/** A refusal that prints `said` and exits with `code`. */
export function refusal(said: string, code: number): LaunchRequest {
  return { kind: "refusal", said, code };
}

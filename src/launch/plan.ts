/**
 * What happens to a process before it becomes a program: steps, as plain data, in the order in which they are done.
 *
 * chpst(8) does its steps in one order, whatever the order of its options: session, variables, root, directory, nice,
 * UID and GID, account, lock, descriptors, limits. So accounts are looked up inside the new root, and the lock is
 * opened by who the process has become. What denit adds stands where it can work: control group, OOM score, priority
 * and processors need the old root and its rights and come first; what is given up for good comes last.
 */
import type { Account } from "./accounts.ts";
import type { Amount, Resource } from "./limits.ts";

export type Step =
  | { readonly step: "control group"; readonly directory: string }
  | { readonly step: "oom score"; readonly score: number }
  | { readonly step: "priority"; readonly level: number }
  | { readonly step: "processors"; readonly cpus: readonly number[] }
  | { readonly step: "session" }
  /** One variable a file. A directory in there is passed over, and told about with `verbose`; or it is an error. */
  | {
    readonly step: "variables";
    readonly directory: string;
    readonly passesOver: boolean;
    readonly verbose: boolean;
  }
  | { readonly step: "root"; readonly directory: string }
  | { readonly step: "directory"; readonly directory: string }
  | { readonly step: "nice"; readonly by: number }
  /** UID and GID in the environment. */
  | { readonly step: "account variables"; readonly account: Account }
  | { readonly step: "account"; readonly account: Account }
  /** `forgives`: where it cannot be had, nothing is executed and all is well. */
  | { readonly step: "lock"; readonly file: string; readonly waits: boolean; readonly forgives: boolean }
  | { readonly step: "close"; readonly fd: 0 | 1 | 2 }
  | { readonly step: "no new privileges" }
  | { readonly step: "confinement"; readonly places: readonly Place[] }
  | { readonly step: "limits"; readonly requests: readonly Request[] };

/** What stays within reach under Landlock. */
export interface Place {
  readonly path: string;
  readonly writes: boolean;
}

export interface Request {
  readonly resource: Resource;
  readonly amount: Amount;
}

/** Whose words a failure is told in. */
export type Dialect = { readonly family: "runit" } | {
  readonly family: "daemontools";
  readonly name: string;
};

export interface Plan {
  readonly dialect: Dialect;
  readonly steps: readonly Step[];
  /** To be looked for along PATH as it was at the start. */
  readonly program: string;
  readonly argv: readonly string[];
}

/** A command line read: a plan, or what is to be said instead. */
export type Reading =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "refusal"; readonly said: string; readonly code: number };

export function refusal(said: string, code: number): Reading {
  return { kind: "refusal", said, code };
}

/**
 * What the machines of a log directory ask for, and what they are told. At most one call is under way in a
 * machine, and every call is answered by `done` or `failed`; a `say` has no answer.
 */

/** Descriptors a machine has, by what they are for. Paths of its calls are relative to `directory`. */
export type Role = "directory" | "lock" | "current" | "input" | "output" | "state" | "newstate";

export type How = "directory" | "read" | "append" | "truncate";

export type Call =
  /** `directory` opens relative to where the process was started, everything else in the directory. */
  | { readonly call: "open"; readonly role: Role; readonly path: string; readonly how: How }
  /** The log directory itself, relative to where the process was started. */
  | { readonly call: "make"; readonly path: string }
  /** Does not wait; EAGAIN when another has it. */
  | { readonly call: "lock"; readonly role: Role }
  /** Takes back what a process that died had written in part. */
  | { readonly call: "recover" }
  | { readonly call: "configure" }
  | { readonly call: "stat"; readonly path: string }
  | { readonly call: "list" }
  | { readonly call: "sync"; readonly role: Role }
  | { readonly call: "close"; readonly role: Role }
  | { readonly call: "mode"; readonly role: Role; readonly mode: number }
  | { readonly call: "rename"; readonly from: string; readonly to: string }
  | { readonly call: "unlink"; readonly path: string }
  /** The processor, on the descriptors that are open. */
  | { readonly call: "spawn"; readonly command: string };

/** `svlogd: KIND: TEXT`, with the text of `errno` behind it when there is one. */
export interface Say {
  readonly call: "say";
  readonly kind: "info" | "warning" | "pausing" | "fatal";
  readonly text: string;
  readonly errno?: number;
}

/** The file with this label is ready for the processor; `final`: its output has its final name already. */
export interface Process {
  readonly call: "process";
  readonly label: string;
  readonly final: boolean;
}

export type Effect = Call | Say | Process;

/** What of `config` the machine needs. */
export interface Limits {
  readonly keep: number;
  readonly keepWhenFull: number;
  /** A full disk costs old logs, then lines, instead of time. */
  readonly dropsWhenFull: boolean;
  readonly processed: boolean;
}

/** What a call brought back: `stat` size, mode and number of names, `list` names, `configure` limits and
 * processor. */
export interface Reply {
  readonly size?: number;
  readonly mode?: number;
  readonly names?: readonly string[];
  readonly limits?: Limits;
  readonly links?: number;
  readonly processor?: string;
}

/** A failed step is tried again after this time (svlogd(8) sleeps as long). */
export const RETRY_MS = 3000;

/** A file that is being written, and one that was closed cleanly (runit's marks; the owner's x tells them apart). */
export const MODE_WRITTEN = 0o644;
export const MODE_CLOSED = 0o744;
export const OWNER_EXECUTE = 0o100;

/** Until `config` says otherwise, as svlogd(8). */
export const DEFAULT_LIMITS: Limits = { keep: 10, keepWhenFull: 10, dropsWhenFull: false, processed: false };

/** errno.h, what these machines tell apart. */
export const ERRNO = { ENOENT: 2, ENOTDIR: 20, ENOSPC: 28, EDQUOT: 122 } as const;

/**
 * The effects that the machines of a log directory ask of their host, and the host's answers.
 *
 * A machine has at most one call under way. The host answers every call by the event `done` or `failed`. A `say` and a
 * `process` get no answer.
 */
import type { Fd } from "../posix/descriptor.ts";

/** Names the descriptors of a machine by their purpose. Paths in its calls are relative to `directory`. */
export type Role = "directory" | "lock" | "current" | "input" | "output" | "state" | "newstate";

/** The open descriptors of one machine. */
export type Descriptors = { [R in Role]?: Fd | undefined };

/** The way in which a file is opened. `append` and `truncate` create a file that is missing. */
export type How = "directory" | "read" | "append" | "truncate";

/** A system call on a file of the log directory, or the start of a processor. */
export type FileCall =
  /** `directory` is relative to the directory that the process was started in; every other role, to the log directory. */
  | { readonly call: "open"; readonly role: Role; readonly path: string; readonly how: How }
  /** Makes the log directory. The path is relative to the directory that the process was started in. */
  | { readonly call: "make"; readonly path: string }
  /** Takes the lock without waiting. Fails with EAGAIN when another process has it. */
  | { readonly call: "lock"; readonly role: Role }
  | { readonly call: "stat"; readonly path: string }
  | { readonly call: "list" }
  | { readonly call: "sync"; readonly role: Role }
  | { readonly call: "close"; readonly role: Role }
  | { readonly call: "mode"; readonly role: Role; readonly mode: number }
  | { readonly call: "rename"; readonly from: string; readonly to: string }
  | { readonly call: "unlink"; readonly path: string }
  /** Starts the processor. Its descriptors are the open ones: input, output, state, newstate. */
  | { readonly call: "spawn"; readonly command: string };

/** Something that the host does for a machine, and answers. */
export type LogCall =
  | FileCall
  /** Finds out whether the last write of a process that died is in the file, and takes back half a write. */
  | { readonly call: "recover" }
  /** Reads `config`. The reply has `retention` and `processor`. */
  | { readonly call: "configure" };

/** Prints `svlogd: KIND: TEXT`, followed by the text of `errno` when there is one. */
export interface Say {
  readonly call: "say";
  readonly kind: "info" | "warning" | "pausing" | "fatal";
  readonly text: string;
  readonly errno?: number;
}

/** Gives the log `LABEL.u` to the processor. `final`: its output already has its final name, `LABEL.s`. */
export interface ProcessLog {
  readonly call: "process";
  readonly label: string;
  readonly final: boolean;
}

/** The effects that a machine asks of its host. */
export type Effect = LogCall | Say | ProcessLog;

/** The part of `config` that decides about old logs. */
export interface Retention {
  /** Old logs that a rotation leaves; 0: all of them. */
  readonly keep: number;
  /** Old logs that stay even when the disk is full. */
  readonly keepWhenFull: number;
  /** True when old logs go first on a full disk, then new lines. Then nothing waits for room. */
  readonly dropsWhenFull: boolean;
  /** True when `config` names a processor. */
  readonly processed: boolean;
}

/** The result of a call that succeeded. A call that brings back nothing has none of these fields. */
export interface Reply {
  /** The bytes of the file, from `stat`. */
  readonly size?: number;
  /** The permission bits, from `stat`. */
  readonly mode?: number;
  /** The number of names that the file has, from `stat`. */
  readonly links?: number;
  /** All names in the directory, from `list`. */
  readonly names?: readonly string[];
  /** The old logs to keep, from `configure`. */
  readonly retention?: Retention;
  /** The processor's command, from `configure`; empty when there is none. */
  readonly processor?: string;
  /** The process id of the processor, from `spawn`. */
  readonly pid?: number;
}

/** A failed step is tried again after this time (svlogd(8) sleeps as long). */
export const RETRY_MS = 3000;

/** Mode of a log that is being written. The owner's x tells it from one that was closed (runit's marks). */
export const MODE_WRITTEN = 0o644;
/** Mode of a log that was closed in order. */
export const MODE_CLOSED = 0o744;
/** The bit that the two modes differ in. */
export const OWNER_EXECUTE = 0o100;

/** The old logs that svlogd(8) keeps until `config` says otherwise. */
export const DEFAULT_RETENTION: Retention = {
  keep: 10,
  keepWhenFull: 10,
  dropsWhenFull: false,
  processed: false,
};

/** A message for those who asked for more (`-v`). */
export function info(text: string): Say {
  return { call: "say", kind: "info", text };
}

/** A warning, with the text of `errno` behind it when there is one. */
export function warning(text: string, errno?: number): Say {
  return errno === undefined
    ? { call: "say", kind: "warning", text }
    : { call: "say", kind: "warning", text, errno };
}

/** What a look into a service directory finds, and how sv(8) and svstat(8) word what is wrong. */
import type { StatusRecord } from "../runit/status.ts";

export type Reading =
  | { readonly kind: "record"; readonly record: StatusRecord }
  /** No supervisor holds `supervise/ok` open. */
  | { readonly kind: "dead" }
  /** The directory cannot be entered; `missing` when there is none. */
  | { readonly kind: "absent"; readonly missing: boolean; readonly why: string }
  /** A file in it cannot be used: the failed action and why. */
  | { readonly kind: "unusable"; readonly why: string };

export type Trouble = Exclude<Reading, { kind: "record" }>;

/** A line of sv. With `exiting` a supervisor that is gone is what was asked for. */
export function svTrouble(name: string, trouble: Trouble, exiting: boolean): string {
  switch (trouble.kind) {
    case "dead":
      return `${exiting ? "ok" : "fail"}: ${name}: runsv not running`;
    case "absent":
      return `fail: ${name}: unable to change to service directory: ${trouble.why}`;
    case "unusable":
      return `warning: ${name}: ${trouble.why}`;
  }
}

/** What stands for the logger in a line of `sv status`; undefined when there is none. */
export function loggerTrouble(name: string, trouble: Trouble): string | undefined {
  if (trouble.kind !== "absent") return svTrouble(`${name}/log`, trouble, false);
  return trouble.missing ? undefined : `warning: ${name}/log: unable to change directory: ${trouble.why}`;
}

/** What stands behind the name in a line of svstat. */
export function svstatTrouble(trouble: Trouble): string {
  switch (trouble.kind) {
    case "dead":
      return "supervise not running";
    case "absent":
      return `unable to chdir: ${trouble.why}`;
    case "unusable":
      return trouble.why;
  }
}

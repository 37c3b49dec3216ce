/** The result of a look into a service directory, and the words of sv(8) and svstat(8) for what is wrong there. */
import type { StatusRecord } from "../runit/status.ts";

/** The status of a service, or why it cannot be told. `why` is runit's wording of the error. */
export type StatusReading =
  | { readonly kind: "record"; readonly record: StatusRecord }
  /** No supervisor has `supervise/ok` open. */
  | { readonly kind: "dead" }
  /** The directory cannot be entered; `missing` if there is none. */
  | { readonly kind: "absent"; readonly missing: boolean; readonly why: string }
  /** A file in the directory cannot be used. `why` names the failed action first. */
  | { readonly kind: "unusable"; readonly why: string };

/** A reading without a status. */
export type Trouble = Exclude<StatusReading, { kind: "record" }>;

/** The line that sv prints. With `exiting` sv was asked to end the supervisor, so a dead one is a success. */
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

/** The part of a line of `sv status` that stands for the logger; undefined if the service has no logger. */
export function loggerTrouble(name: string, trouble: Trouble): string | undefined {
  if (trouble.kind !== "absent") return svTrouble(`${name}/log`, trouble, false);
  return trouble.missing ? undefined : `warning: ${name}/log: unable to change directory: ${trouble.why}`;
}

/** The text that svstat prints behind the service's name and a colon. */
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

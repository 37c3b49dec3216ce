/** The messages for a step of a launcher that fails: in runit's words, or in daemontools'. */
import type { Dialect } from "./plan.ts";

/**
 * A step that failed. `on` is the file, directory or name that the step was for. `why` is the errno's text, empty if no
 * system call failed.
 */
export interface Failure {
  readonly deed: Deed;
  readonly on: string;
  readonly why: string;
}

/** The step that failed, as a key of the tables of texts. */
export type Deed = keyof typeof RUNIT;

/** The text of each failure; `%` stands for `on`. Steps that runit does not have get a text in runit's manner. */
const RUNIT = {
  "join control group": "unable to join cgroup: %: ",
  "set oom score": "unable to set oom score: ",
  "set nice level": "unable to set nice level: ",
  "set processors": "unable to set cpu affinity: ",
  "switch to variables": "unable to switch to directory: %: ",
  "open variables": "unable to open directory: %: ",
  "read variables": "unable to read directory: %: ",
  "read variable": "unable to read %: ",
  "change directory": "unable to change directory: %: ",
  "change root": "unable to change root directory: ",
  "read account files": "unable to get password/group file entry: ",
  "invalid numbers": "invalid uid/gids: %",
  "unknown account": "unknown user/group: %",
  "set groups": "unable to setgroups: ",
  "set group": "unable to setgid: ",
  "set user": "unable to setuid: ",
  "open lock": "unable to open lock: %: ",
  "lock": "unable to lock: %: ",
  "close": "unable to close %: ",
  "set no new privileges": "unable to set no_new_privs: ",
  "open place": "unable to open %: ",
  "confine": "unable to confine: ",
  "get limit": "unable to getrlimit(): ",
  "set limit": "unable to setrlimit(): ",
  "run": "unable to run: %: ",
} as const;

/** The texts of daemontools, where they differ. */
const DAEMONTOOLS: Readonly<Partial<Record<Deed, string>>> = {
  "switch to variables": "unable to switch to directory %: ",
  "open variables": "unable to read directory %: ",
  "read variables": "unable to read directory %: ",
  "unknown account": "unknown account %",
  "read account files": "unknown account %",
  "set groups": "unable to setgid: ",
  "open lock": "unable to open %: ",
  "lock": "unable to lock %: ",
  "get limit": "getrlimit failed: ",
  "set limit": "setrlimit failed: ",
  "run": "unable to run %: ",
};

/** The whole line that is printed when a step fails, without its newline. */
export function failureText(dialect: Dialect, failure: Failure): string {
  const form = formOf(dialect, failure.deed);
  // A form without ": " at its end, such as that of an unknown account, has no errno behind it.
  const why = form.endsWith(": ") ? failure.why : "";
  return `${programName(dialect)}: fatal: ${form.replace("%", () => failure.on)}${why}`;
}

/** A whole warning line, without its newline. */
export function warningText(dialect: Dialect, text: string): string {
  return `${programName(dialect)}: warning: ${text}`;
}

/** The front of the line for a program that cannot be executed. The caller appends the errno's text. */
export function runRefusal(dialect: Dialect, program: string): string {
  return failureText(dialect, { deed: "run", on: program, why: "" });
}

function formOf(dialect: Dialect, deed: Deed): string {
  return (dialect.family === "daemontools" ? DAEMONTOOLS[deed] : undefined) ?? RUNIT[deed];
}

/** The name in front of messages. runit's chpst always says `chpst`, by whatever name it was called. */
function programName(dialect: Dialect): string {
  return dialect.family === "daemontools" ? dialect.name : "chpst";
}

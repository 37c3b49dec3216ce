/** The messages for steps that fail, in runit's words or in daemontools'. */
import type { LauncherDialect } from "./plan.ts";

/** A step that could not be done. */
export interface StepFailure {
  readonly deed: Deed;
  /** The file, directory or name with which the deed was to be done. */
  readonly on: string;
  /** The errno's text; empty if no system call has failed. */
  readonly why: string;
}

/** The things that a step may fail to do. */
export type Deed = keyof typeof RUNIT;

/** `%` stands for `on`. The deeds that runit does not know are worded in its manner. */
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
  "open path": "unable to open %: ",
  "confine": "unable to confine: ",
  "get limit": "unable to getrlimit(): ",
  "set limit": "unable to setrlimit(): ",
  "run": "unable to run: %: ",
} as const;

/** The deeds for which daemontools has other words than runit. */
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

/** The line for a failure, without its newline. */
export function failureText(dialect: LauncherDialect, failure: StepFailure): string {
  const form = formOf(dialect, failure.deed);
  // An unknown account has no errno to tell.
  const why = form.endsWith(": ") ? failure.why : "";
  return `${programName(dialect)}: fatal: ${form.replace("%", () => failure.on)}${why}`;
}

/** The line for a warning, without its newline. */
export function warningText(dialect: LauncherDialect, text: string): string {
  return `${programName(dialect)}: warning: ${text}`;
}

/** The line for a program that cannot be executed, up to the errno's text. */
export function runRefusal(dialect: LauncherDialect, program: string): string {
  return failureText(dialect, { deed: "run", on: program, why: "" });
}

function formOf(dialect: LauncherDialect, deed: Deed): string {
  return (dialect.family === "daemontools" ? DAEMONTOOLS[deed] : undefined) ?? RUNIT[deed];
}

/** The name in messages. runit's chpst calls itself chpst, also when it was called by another name. */
function programName(dialect: LauncherDialect): string {
  return dialect.family === "daemontools" ? dialect.name : "chpst";
}

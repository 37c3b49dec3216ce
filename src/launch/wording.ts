/** What is said when a step fails: in runit's words, or in daemontools'. */
import type { Dialect } from "./plan.ts";

/**
 * What could not be done. `on` is the file, directory or name that it was to be done with. `why` is the errno's text,
 * empty where no call has failed.
 */
export interface Failure {
  readonly deed: Deed;
  readonly on: string;
  readonly why: string;
}

export type Deed = keyof typeof RUNIT;

/** `%` stands for `on`. What runit does not know is said in its manner. */
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

/** Where daemontools says it in other words. */
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

/** The line, without its newline. */
export function failureText(dialect: Dialect, failure: Failure): string {
  const form = formOf(dialect, failure.deed);
  // An account that is not known has no errno to be told.
  const why = form.endsWith(": ") ? failure.why : "";
  return `${programName(dialect)}: fatal: ${form.replace("%", () => failure.on)}${why}`;
}

export function warningText(dialect: Dialect, text: string): string {
  return `${programName(dialect)}: warning: ${text}`;
}

/** The front of what is said when the program cannot be executed; the errno's text follows. */
export function runRefusal(dialect: Dialect, program: string): string {
  return failureText(dialect, { deed: "run", on: program, why: "" });
}

function formOf(dialect: Dialect, deed: Deed): string {
  return (dialect.family === "daemontools" ? DAEMONTOOLS[deed] : undefined) ?? RUNIT[deed];
}

/** runit's says chpst whatever it is called. */
function programName(dialect: Dialect): string {
  return dialect.family === "daemontools" ? dialect.name : "chpst";
}

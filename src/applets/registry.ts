/**
 * The one table of all applets. Names, summaries, links, completions and the test matrix come from it, and nothing
 * else lists applets. `loaders.ts` has the code of each row; the compiler counts that none is missing there.
 *
 * It is data that every call reads in, so a row holds what must be known before the applet is loaded, and no more.
 */
import type { Row } from "../cli/applet.ts";
import type { Registry } from "../cli/call.ts";

const DENIT = { name: "denit", summary: "init and service supervision in one program" } as const;

const SV = { name: "sv", summary: "control and report services" } as const;

/** The rows, in the order in which `--list` and `--help` print them. */
const ROWS = [
  DENIT,
  {
    name: "chpst",
    summary: "run a program as another user, with limits, a lock, variables",
    launches: true,
  },
  {
    name: "envdir",
    summary: "run a program with variables from a directory",
    foreignName: true,
    launches: true,
  },
  {
    name: "envuidgid",
    summary: "run a program with UID and GID of an account in its environment",
    foreignName: true,
    launches: true,
  },
  {
    name: "fghack",
    summary: "keep a program that goes into the background in the foreground",
    foreignName: true,
    startsItself: true,
  },
  {
    name: "getty",
    summary: "open a terminal, ask for a login name, become login",
    foreignName: true,
  },
  {
    name: "pgrphack",
    summary: "run a program in a session of its own",
    foreignName: true,
    launches: true,
  },
  {
    name: "readproctitle",
    summary: "show errors in the process list",
    foreignName: true,
  },
  {
    name: "logs",
    summary: "print what services have logged, merged by time, and follow it",
    foreignName: true,
  },
  {
    name: "multilog",
    summary: "write selected lines to files and automatically rotated logs",
    foreignName: true,
    longLived: true,
  },
  {
    name: "runsv",
    summary: "start and monitor a service and its log service",
    longLived: true,
    startsItself: true,
  },
  {
    name: "runsvdir",
    summary: "start and monitor a directory of services, in one process",
    longLived: true,
    startsItself: true,
  },
  {
    name: "setlock",
    summary: "run a program with a file locked",
    foreignName: true,
    launches: true,
  },
  {
    name: "setuidgid",
    summary: "run a program as another user",
    foreignName: true,
    launches: true,
  },
  {
    name: "softlimit",
    summary: "run a program with limits",
    foreignName: true,
    launches: true,
  },
  {
    name: "supervise",
    summary: "start and monitor a service (daemontools' name for runsv)",
    foreignName: true,
    longLived: true,
    startsItself: true,
  },
  SV,
  {
    name: "svc",
    summary: "send control bytes to services",
    foreignName: true,
  },
  {
    name: "svlogd",
    summary: "write standard input to automatically rotated logs",
    longLived: true,
    startsItself: true,
  },
  {
    name: "svlogfleet",
    summary: "write the logs of many services (a supervisor starts it)",
    longLived: true,
  },
  {
    name: "svok",
    summary: "ask whether a service is supervised",
    foreignName: true,
  },
  {
    name: "svscan",
    summary: "monitor a directory of services (daemontools' name for runsvdir)",
    foreignName: true,
    longLived: true,
    startsItself: true,
  },
  {
    name: "svstat",
    summary: "print the state of services as daemontools does",
    foreignName: true,
  },
  {
    name: "svlogzip",
    summary: "compress old logs for svlogd (!gzip, !zstd)",
  },
  {
    name: "tai64n",
    summary: "put a precise time in front of each line",
    foreignName: true,
  },
  {
    name: "tai64nlocal",
    summary: "turn precise times in front of lines into local time",
    foreignName: true,
  },
  {
    name: "utmpset",
    summary: "tell utmp and wtmp that a session is over",
  },
] as const satisfies readonly Row[];

/** The names of all applets. */
export type AppletName = (typeof ROWS)[number]["name"];

/** A row of the table. */
export interface AppletRow extends Row {
  /** The name of the link that calls the applet. */
  readonly name: AppletName;
}

/** The row of the program under its own name. */
export const MULTICALL: AppletRow = DENIT;

/** sv(8) as an LSB init script. The row tells the same as that of sv; its code is another (`loaders.ts`). */
export const INIT_SCRIPT: AppletRow = { ...SV };

/** Every applet, the program's own name included. */
export const APPLETS: readonly AppletRow[] = ROWS;

/** The table as `cli/call.ts` takes it. */
export const REGISTRY: Registry<AppletRow> = {
  applets: APPLETS,
  multicall: MULTICALL,
  initScript: INIT_SCRIPT,
};

/** The one table of all applets: names, summaries, links and the tests' matrix come from it. */
import type { Row } from "../cli/applet.ts";

/** What the program is under its own name. */
export const MULTICALL: Row = {
  name: "denit",
  summary: "init and service supervision in one program",
  load: () => import("./denit.ts").then(({ denit }) => denit),
};

const loadStatus = () => import("./sv_status.ts");

const SV: Row = {
  name: "sv",
  summary: "control and report services",
  load: () => import("./sv.ts").then(({ sv }) => sv),
  loadFor: ([command, service]) =>
    command === "status" && service !== undefined ? loadStatus().then(({ svStatus }) => svStatus) : undefined,
};

export const APPLETS: readonly Row[] = [
  MULTICALL,
  {
    name: "chpst",
    summary: "run a program as another user, with limits, a lock, variables",
    launches: true,
    load: () => import("./chpst.ts").then(({ chpst }) => chpst),
  },
  {
    name: "envdir",
    summary: "run a program with variables from a directory",
    foreignName: true,
    launches: true,
    load: () => import("./envdir.ts").then(({ envdir }) => envdir),
  },
  {
    name: "envuidgid",
    summary: "run a program with UID and GID of an account in its environment",
    foreignName: true,
    launches: true,
    load: () => import("./envuidgid.ts").then(({ envuidgid }) => envuidgid),
  },
  {
    name: "fghack",
    summary: "keep a program that goes into the background in the foreground",
    foreignName: true,
    startsItself: true,
    load: () => import("./fghack.ts").then(({ fghack }) => fghack),
  },
  {
    name: "getty",
    summary: "open a terminal, ask for a login name, become login",
    foreignName: true,
    load: () => import("./getty.ts").then(({ getty }) => getty),
  },
  {
    name: "pgrphack",
    summary: "run a program in a session of its own",
    foreignName: true,
    launches: true,
    load: () => import("./pgrphack.ts").then(({ pgrphack }) => pgrphack),
  },
  {
    name: "readproctitle",
    summary: "show errors in the process list",
    foreignName: true,
    load: () => import("./readproctitle.ts").then(({ readproctitle }) => readproctitle),
  },
  {
    name: "logs",
    summary: "print what services have logged, merged by time, and follow it",
    foreignName: true,
    load: () => import("./logs.ts").then(({ logs }) => logs),
  },
  {
    name: "multilog",
    summary: "write selected lines to files and automatically rotated logs",
    foreignName: true,
    longLived: true,
    load: () => import("./multilog.ts").then(({ multilog }) => multilog),
  },
  {
    name: "runsv",
    summary: "start and monitor a service and its log service",
    longLived: true,
    startsItself: true,
    load: () => import("./runsv.ts").then(({ runsv }) => runsv),
  },
  {
    name: "runsvdir",
    summary: "start and monitor a directory of services, in one process",
    longLived: true,
    startsItself: true,
    load: () => import("./runsvdir.ts").then(({ runsvdir }) => runsvdir),
  },
  {
    name: "setlock",
    summary: "run a program with a file locked",
    foreignName: true,
    launches: true,
    load: () => import("./setlock.ts").then(({ setlock }) => setlock),
  },
  {
    name: "setuidgid",
    summary: "run a program as another user",
    foreignName: true,
    launches: true,
    load: () => import("./setuidgid.ts").then(({ setuidgid }) => setuidgid),
  },
  {
    name: "softlimit",
    summary: "run a program with limits",
    foreignName: true,
    launches: true,
    load: () => import("./softlimit.ts").then(({ softlimit }) => softlimit),
  },
  {
    name: "supervise",
    summary: "start and monitor a service (daemontools' name for runsv)",
    foreignName: true,
    longLived: true,
    startsItself: true,
    load: () => import("./runsv.ts").then(({ supervise }) => supervise),
  },
  SV,
  {
    name: "svc",
    summary: "send control bytes to services",
    foreignName: true,
    load: () => import("./svc.ts").then(({ svc }) => svc),
  },
  {
    name: "svlogd",
    summary: "write standard input to automatically rotated logs",
    longLived: true,
    startsItself: true,
    load: () => import("./svlogd.ts").then(({ svlogd }) => svlogd),
  },
  {
    name: "svlogfleet",
    summary: "write the logs of many services (started by runsvdir only)",
    longLived: true,
    load: () => import("./svlogfleet.ts").then(({ svlogfleet }) => svlogfleet),
  },
  {
    name: "svok",
    summary: "ask whether a service is supervised",
    foreignName: true,
    load: () => import("./svok.ts").then(({ svok }) => svok),
  },
  {
    name: "svscan",
    summary: "monitor a directory of services (daemontools' name for runsvdir)",
    foreignName: true,
    longLived: true,
    startsItself: true,
    load: () => import("./runsvdir.ts").then(({ svscan }) => svscan),
  },
  {
    name: "svstat",
    summary: "print the state of services as daemontools does",
    foreignName: true,
    load: () => import("./svstat.ts").then(({ svstat }) => svstat),
  },
  {
    name: "svlogzip",
    summary: "compress old logs for svlogd (!gzip, !zstd)",
    load: () => import("./svlogzip.ts").then(({ svlogzip }) => svlogzip),
  },
  {
    name: "tai64n",
    summary: "put a precise time in front of each line",
    foreignName: true,
    load: () => import("./tai64n.ts").then(({ tai64n }) => tai64n),
  },
  {
    name: "tai64nlocal",
    summary: "turn precise times in front of lines into local time",
    foreignName: true,
    load: () => import("./tai64n.ts").then(({ tai64nlocal }) => tai64nlocal),
  },
  {
    name: "utmpset",
    summary: "tell utmp and wtmp that a session is over",
    load: () => import("./utmpset.ts").then(({ utmpset }) => utmpset),
  },
];

/** What becomes other programs: read in where an applet asks for it. */
export const loadLaunching = () => import("../launch/host.ts");

/** Whether one of the words may be the name of an applet: then a launcher may lead to it. */
export function namesApplet(words: readonly string[]): boolean {
  return namesOneOf(APPLETS, words);
}

/** Whether one of them may be the name of an applet that stays. */
export function namesLongLived(words: readonly string[]): boolean {
  return namesOneOf(APPLETS.filter(({ longLived }) => longLived === true), words);
}

function namesOneOf(rows: readonly Row[], words: readonly string[]): boolean {
  return words.some((word) => rows.some(({ name }) => word === name || word.endsWith(`/${name}`)));
}

/** sv(8) as an LSB init script: any other name, called through /etc/init.d. */
const LSB: Row = {
  ...SV,
  load: () => import("./sv.ts").then(({ lsb }) => lsb),
  loadFor: ([command]) => command === "status" ? loadStatus().then(({ lsbStatus }) => lsbStatus) : undefined,
};

/** The row of a name and of the path it was called by. */
export function rowOf(name: string, path: string): Row | undefined {
  const found = APPLETS.find((row) => row.name === name);
  if (found !== undefined) return found;
  // runit knows daemontools' launchers by these names, too, where both are installed.
  const launcher = APPLETS.find((row) =>
    row.launches === true && row.foreignName === true && `d${row.name}` === name
  );
  if (launcher !== undefined) return launcher;
  return /(^|\/)init\.d\/[^/]+$/.test(path) ? LSB : undefined;
}

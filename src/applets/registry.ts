/** The one table of all applets: names, summaries, links and the tests' matrix come from it. */
import type { Row } from "../cli/applet.ts";

/** What the program is under its own name. */
export const MULTICALL: Row = {
  name: "denit",
  summary: "init and service supervision in one program",
  load: () => import("./denit.ts").then(({ denit }) => denit),
};

const SV: Row = {
  name: "sv",
  summary: "control and report services",
  load: () => import("./sv.ts").then(({ sv }) => sv),
};

export const APPLETS: readonly Row[] = [
  MULTICALL,
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
];

/** sv(8) as an LSB init script: any other name, called through /etc/init.d. */
const LSB: Row = { ...SV, load: () => import("./sv.ts").then(({ lsb }) => lsb) };

/** The row of a name and of the path it was called by. */
export function rowOf(name: string, path: string): Row | undefined {
  const found = APPLETS.find((row) => row.name === name);
  if (found !== undefined) return found;
  return /(^|\/)init\.d\/[^/]+$/.test(path) ? LSB : undefined;
}

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
];

/** sv(8) as an LSB init script: any other name, called through /etc/init.d. */
const LSB: Row = { ...SV, load: () => import("./sv.ts").then(({ lsb }) => lsb) };

/** The row of a name and of the path it was called by. */
export function rowOf(name: string, path: string): Row | undefined {
  const found = APPLETS.find((row) => row.name === name);
  if (found !== undefined) return found;
  return /(^|\/)init\.d\/[^/]+$/.test(path) ? LSB : undefined;
}

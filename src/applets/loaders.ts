/**
 * The code of every applet, read in when a call needs it. The bundler makes a chunk of its own of each module that is
 * named here, so a call pays for its own applet alone. `registry.ts` has the rows.
 */
import type { Applet, Runnable } from "../cli/applet.ts";
import { type AppletName, type AppletRow, INIT_SCRIPT } from "./registry.ts";

/** Reads in the code of one applet. */
interface Loader {
  /** Reads in the whole applet, its help included. */
  load(): Promise<Applet>;
  /** Reads in no more of the applet than a call with these arguments runs; undefined where that is not less. */
  loadFor?(args: readonly string[]): Promise<Runnable> | undefined;
}

const loadStatus = () => import("./sv_status.ts");

const LOADERS: { readonly [Name in AppletName]: Loader } = {
  denit: { load: () => import("./denit.ts").then(({ denit }) => denit) },
  chpst: { load: () => import("./chpst.ts").then(({ chpst }) => chpst) },
  envdir: { load: () => import("./envdir.ts").then(({ envdir }) => envdir) },
  envuidgid: { load: () => import("./envuidgid.ts").then(({ envuidgid }) => envuidgid) },
  fghack: { load: () => import("./fghack.ts").then(({ fghack }) => fghack) },
  getty: { load: () => import("./getty.ts").then(({ getty }) => getty) },
  pgrphack: { load: () => import("./pgrphack.ts").then(({ pgrphack }) => pgrphack) },
  readproctitle: { load: () => import("./readproctitle.ts").then(({ readproctitle }) => readproctitle) },
  logs: { load: () => import("./logs.ts").then(({ logs }) => logs) },
  multilog: { load: () => import("./multilog.ts").then(({ multilog }) => multilog) },
  runsv: { load: () => import("./runsv.ts").then(({ runsv }) => runsv) },
  runsvdir: { load: () => import("./runsvdir.ts").then(({ runsvdir }) => runsvdir) },
  setlock: { load: () => import("./setlock.ts").then(({ setlock }) => setlock) },
  setuidgid: { load: () => import("./setuidgid.ts").then(({ setuidgid }) => setuidgid) },
  softlimit: { load: () => import("./softlimit.ts").then(({ softlimit }) => softlimit) },
  supervise: { load: () => import("./runsv.ts").then(({ supervise }) => supervise) },
  sv: {
    load: () => import("./sv.ts").then(({ sv }) => sv),
    loadFor: ([command, service]) =>
      command === "status" && service !== undefined
        ? loadStatus().then(({ svStatus }) => svStatus)
        : undefined,
  },
  svc: { load: () => import("./svc.ts").then(({ svc }) => svc) },
  svlogd: { load: () => import("./svlogd.ts").then(({ svlogd }) => svlogd) },
  svlogfleet: { load: () => import("./svlogfleet.ts").then(({ svlogfleet }) => svlogfleet) },
  svok: { load: () => import("./svok.ts").then(({ svok }) => svok) },
  svscan: { load: () => import("./runsvdir.ts").then(({ svscan }) => svscan) },
  svstat: { load: () => import("./svstat.ts").then(({ svstat }) => svstat) },
  svlogzip: { load: () => import("./svlogzip.ts").then(({ svlogzip }) => svlogzip) },
  tai64n: { load: () => import("./tai64n.ts").then(({ tai64n }) => tai64n) },
  tai64nlocal: { load: () => import("./tai64n.ts").then(({ tai64nlocal }) => tai64nlocal) },
  utmpset: { load: () => import("./utmpset.ts").then(({ utmpset }) => utmpset) },
};

const INIT_SCRIPT_LOADER: Loader = {
  load: () => import("./sv.ts").then(({ lsb }) => lsb),
  loadFor: ([command]) => command === "status" ? loadStatus().then(({ lsbStatus }) => lsbStatus) : undefined,
};

function loaderOf(row: AppletRow): Loader {
  return row === INIT_SCRIPT ? INIT_SCRIPT_LOADER : LOADERS[row.name];
}

/** Reads in the whole applet of a row. */
export function loadApplet(row: AppletRow): Promise<Applet> {
  return loaderOf(row).load();
}

/** Reads in what a call of the row's applet with these arguments runs. */
export function loadForCall(row: AppletRow, args: readonly string[]): Promise<Runnable> {
  const loader = loaderOf(row);
  return loader.loadFor?.(args) ?? loader.load();
}

/** Reads in what turns a process into another program: for an applet that asks for that. */
export const loadLaunching = () => import("../launch/host.ts");

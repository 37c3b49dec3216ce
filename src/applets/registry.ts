/** The one table of all applets: names, help, links and the tests' matrix come from it. */
import type { Applet } from "../cli/applet.ts";
import { denit } from "./denit.ts";
import { runsv, supervise } from "./runsv.ts";
import { runsvdir, svscan } from "./runsvdir.ts";
import { lsb, sv } from "./sv.ts";
import { svc } from "./svc.ts";
import { svlogd } from "./svlogd.ts";
import { svok } from "./svok.ts";
import { svstat } from "./svstat.ts";

/** What the program is under its own name. */
export const MULTICALL: Applet = denit;

export const APPLETS: readonly Applet[] = [
  denit,
  runsv,
  runsvdir,
  supervise,
  sv,
  svc,
  svlogd,
  svok,
  svscan,
  svstat,
];

/** sv(8) as an LSB init script: any other name, called through /etc/init.d. */
const LSB: Applet = { ...sv, name: "sv", run: lsb };

/** The applet of a name and of the path it was called by. */
export function appletOf(name: string, path: string): Applet | undefined {
  const found = APPLETS.find((applet) => applet.name === name);
  if (found !== undefined) return found;
  return /(^|\/)init\.d\/[^/]+$/.test(path) ? LSB : undefined;
}

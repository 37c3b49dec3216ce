/**
 * Supervision done: the machines of pairs and of the scan, put before a kernel.
 *
 * `Supervisor` has the services of one process: it opens what runsv(8) opens, performs effects and feeds every
 * reply back. `runsv` gives it one directory, `Fleet` (runsvdir) a directory of them. All of it runs in one loop;
 * no call waits.
 */
export { type FleetOptions, superviseDirectory } from "./host/fleet.ts";
export { entryTrouble } from "./host/listing.ts";
export { superviseOne } from "./host/runsv.ts";
export { titleOf } from "./host/title.ts";

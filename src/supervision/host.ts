/**
 * Supervision put before a kernel: the machines of pairs and of the scan.
 *
 * `Supervisor` has the services of one process, from their beginning to their end. runsv gives it one directory, `Fleet`
 * (runsvdir) a directory of them. All of it runs in one loop, and no call waits.
 */
export { type FleetOptions, superviseDirectory } from "./host/fleet.ts";
export { entryTrouble } from "./host/listing.ts";
export { superviseOne } from "./host/runsv.ts";
export { titleOf } from "./host/title.ts";

/** svlogfleet: the one logger of many services, which a fleet starts (`logging/host/fleet_logger.ts`). */
import type { Applet } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runFleetLogger } from "../logging/host/fleet_logger.ts";
import { FLEET_LOGGING } from "../logging/permissions.ts";

/** The applet that runsvdir and runsv start for themselves. */
export const svlogfleet: Applet = {
  synopsis: "identity",
  help: `\
Only runsvdir and runsv start it, for their own use. It writes the logs of many
services: either those whose log/ has no run, or those whose log/run becomes a
svlogd. identity is own, or UID:GID:GROUP,GROUP... to write as.

It opens nothing but the log directories it was given, and can neither start a
program nor open a socket. TERM ends it in order; a log that still needs it is
started again.`,
  scopes: [FLEET_LOGGING],
  run: ({ kernel, args }) => exit(runFleetLogger(kernel, args)),
};

import type { Runnable } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runStatus } from "../control/host/status_report.ts";
import { isPath } from "../cli/service_path.ts";
import { asking, naming } from "../control/permissions.ts";

/** `sv status SERVICE...`, read in without the rest of sv. */
export const svStatus: Runnable = {
  scopes: [asking, naming],
  narrowed: ([, ...services]) => services.every(isPath) ? [asking] : svStatus.scopes,
  run: ({ kernel, args: [, ...services] }) => exit(runStatus(kernel, services, false)),
};

/** `/etc/init.d/SERVICE status`. */
export const lsbStatus: Runnable = {
  scopes: [asking, naming],
  run: ({ kernel, name }) => exit(runStatus(kernel, [name], true)),
};

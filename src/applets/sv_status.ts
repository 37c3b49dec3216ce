/** `sv status`, read in without the rest of sv: the command that is called most is over the soonest. */
import type { Runnable } from "../cli/applet.ts";
import { exit } from "../cli/outcome.ts";
import { runStatus } from "../control/host/status_report.ts";
import { isPath } from "../cli/service_path.ts";
import { asking, naming } from "../control/permissions.ts";

/** `sv status SERVICE...`. A path needs no services directory, and so no environment. */
export const svStatus: Runnable = {
  scopes: [asking, naming],
  narrowed: ([, ...services]) => services.every(isPath) ? [asking] : svStatus.scopes,
  run: ({ kernel, args: [, ...services] }) => exit(runStatus(kernel, services, false)),
};

/** `/etc/init.d/SERVICE status`; `invocation.name` is the service. */
export const lsbStatus: Runnable = {
  scopes: [asking, naming],
  run: ({ kernel, name }) => exit(runStatus(kernel, [name], true)),
};

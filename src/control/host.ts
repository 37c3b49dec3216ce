/** sv(8). What it does with service directories is in `host/`. */
import { svRequest } from "./request.ts";
import { LSB_USAGE_CODE, USAGE_CODE } from "./tally.ts";
import { type ControlKernel, Places, say, STDERR, variable } from "./host/directory.ts";
import { Errand } from "./host/errand.ts";
import { runStatus } from "./host/status_report.ts";

export interface SvInvocation {
  /** The name it was called by, in messages; the service's name where `lsb`. */
  readonly name: string;
  readonly args: readonly string[];
  /** Called as an init script, /etc/init.d/NAME. */
  readonly lsb: boolean;
  /** What -V prints. */
  readonly version: string;
}

/** sv(8). Returns the exit code. */
export function runSv(kernel: ControlKernel, { name, args, lsb, version }: SvInvocation): number {
  const request = svRequest({ name, args, lsb, svwait: variable(kernel, "SVWAIT") });
  switch (request.kind) {
    case "version":
      return svUsage(kernel, name, lsb, version);
    case "usage":
      return svUsage(kernel, name, lsb, request.complaint);
    case "status":
      return runStatus(kernel, request.services, lsb);
    case "command": {
      const places = new Places(kernel);
      const errand = new Errand(kernel, request.command, request.waits ? request.timeoutMs : undefined);
      return errand.run(request.services, (service) => places.ofSv(service));
    }
  }
}

function svUsage(kernel: ControlKernel, name: string, lsb: boolean, complaint: string | undefined): number {
  if (complaint !== undefined) say(kernel, STDERR, `${complaint}\n`);
  // runit's usage ends in an empty line.
  say(kernel, STDERR, `usage: ${name}${lsb ? "" : " [-v]"} [-w sec] command${lsb ? "" : " service ..."}\n\n`);
  return lsb ? LSB_USAGE_CODE : USAGE_CODE;
}

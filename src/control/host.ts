/** sv(8): reads the call and hands it to `host/`, which looks into service directories and writes to them. */
import { valueOf } from "../cli/environment.ts";
import { ServiceFinder } from "../cli/host/service_finder.ts";
import { EXIT } from "../posix/exit_code.ts";
import { STDERR } from "../posix/descriptor.ts";
import { printIfPossible } from "../runtime/report.ts";
import { CommandRun } from "./host/command_run.ts";
import type { ControlKernel } from "./host/service_directory.ts";

import { runStatus } from "./host/status_report.ts";
import { LSB } from "./exit_codes.ts";
import { svRequest } from "./request.ts";

/** A call of sv. */
export interface SvInvocation {
  /** The name by which sv was called, for messages; with `lsb` the name of the service. */
  readonly name: string;
  readonly args: readonly string[];
  /** True when sv was called as an init script, /etc/init.d/NAME. */
  readonly lsb: boolean;
  /** The line that -V prints. */
  readonly version: string;
}

/** Runs sv(8). Returns the exit code. */
export function runSv(kernel: ControlKernel, { name, args, lsb, version }: SvInvocation): number {
  const request = svRequest({ name, args, lsb, svwait: valueOf(kernel.environment, "SVWAIT") });
  switch (request.kind) {
    case "version":
      return printUsage(kernel, name, lsb, version);
    case "usage":
      return printUsage(kernel, name, lsb, request.complaint);
    case "status":
      return runStatus(kernel, request.services, lsb);
    case "command": {
      const finder = new ServiceFinder(kernel);
      const run = new CommandRun(kernel, request.command, request.waits ? request.timeoutMs : undefined);
      return run.run(request.services, (service) => finder.directoryOf(service));
    }
  }
}

function printUsage(kernel: ControlKernel, name: string, lsb: boolean, first: string | undefined): number {
  if (first !== undefined) printIfPossible(kernel, STDERR, `${first}\n`);
  // runit's usage ends in an empty line.
  const usage = `usage: ${name}${lsb ? "" : " [-v]"} [-w sec] command${lsb ? "" : " service ..."}\n\n`;
  printIfPossible(kernel, STDERR, usage);
  return lsb ? LSB.usage : EXIT.usage;
}

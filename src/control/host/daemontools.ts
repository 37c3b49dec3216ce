/** svc, svstat and svok of daemontools. */
import { ServiceFinder } from "../../cli/host/service_finder.ts";
import { within } from "../../cli/service_path.ts";
import { STDERR, STDOUT } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { OPEN } from "../../runtime/kernel.ts";
import { openOrErrno, statErrno } from "../../runtime/probe.ts";
import { errnoText, printIfPossible } from "../../runtime/report.ts";
import { svstatLine, unpackShortStatus } from "../line.ts";
import { svstatTrouble } from "../status_reading.ts";
import { SVC_OPTIONS, svcRequest } from "../svc_request.ts";
import { writeControl } from "./control_fifo.ts";
import { type ControlKernel, entryErrno, readStatus } from "./service_directory.ts";

/** The exit code of svc when at least one service got no bytes. */
const SVC_FAILED = 1;
/** The exit code of svok(8) when no supervisor runs in the directory. */
const SVOK_DEAD = 100;

/** Runs svc(8). Returns the exit code. */
export function runSvc(kernel: ControlKernel, args: readonly string[]): number {
  const request = svcRequest(args);
  if (request.kind === "usage") {
    if (request.complaint !== undefined) printIfPossible(kernel, STDERR, `${request.complaint}\n`);
    printIfPossible(kernel, STDERR, `${SVC_OPTIONS}\n`);
    return EXIT.usage;
  }
  const finder = new ServiceFinder(kernel);
  let failed = false;
  for (const service of request.services) {
    const complaint = sendBytes(kernel, service, finder.directoryHereFirst(service), request.bytes);
    if (complaint === undefined) continue;
    failed = true;
    printIfPossible(kernel, STDERR, `svc: warning: ${complaint}\n`);
  }
  return failed ? SVC_FAILED : EXIT.done;
}

/** Returns a complaint if the bytes could not be sent. */
function sendBytes(
  kernel: ControlKernel,
  service: string,
  directory: string,
  bytes: string,
): string | undefined {
  const sent = writeControl(kernel, directory, bytes);
  switch (sent.kind) {
    case "sent":
      return undefined;
    case "dead":
      return `unable to control ${service}: supervise not running`;
    case "unwritten":
      return `error writing commands to ${service}: ${sent.why}`;
    case "unopened": {
      const entering = entryErrno(kernel, directory);
      return entering !== 0
        ? `unable to chdir to ${service}: ${errnoText(entering)}`
        : `unable to control ${service}: ${sent.why}`;
    }
  }
}

/** Runs svstat(8). Returns the exit code, which is always 0. */
export function runSvstat(kernel: ControlKernel, services: readonly string[]): number {
  const finder = new ServiceFinder(kernel);
  let text = "";
  for (const service of services) {
    text += `${service}: ${svstatText(kernel, finder.directoryHereFirst(service))}\n`;
  }
  printIfPossible(kernel, STDOUT, text);
  return EXIT.done;
}

function svstatText(kernel: ControlKernel, directory: string): string {
  const reading = readStatus(kernel, directory, unpackShortStatus);
  if (reading.kind !== "record") return svstatTrouble(reading);
  const errno = statErrno(kernel, within(directory, "down"));
  if (errno !== 0 && errno !== ERRNO.ENOENT) return `unable to stat down: ${errnoText(errno)}`;
  return svstatLine(reading.record, errno === ERRNO.ENOENT, kernel.wallNs());
}

/** Runs svok(8). Returns 0 if a supervisor runs, 100 if none does, 111 if that could not be found out. */
export function runSvok(kernel: ControlKernel, args: readonly string[]): number {
  const [service] = args;
  if (service === undefined) {
    printIfPossible(kernel, STDERR, "svok: usage: svok dir\n");
    return EXIT.usage;
  }
  const directory = new ServiceFinder(kernel).directoryHereFirst(service);
  const ok = openOrErrno(kernel, within(directory, "supervise/ok"), OPEN.write | OPEN.nonBlock);
  if (ok >= 0) {
    kernel.close(ok);
    return EXIT.done;
  }
  const entering = -ok === ERRNO.ENXIO ? 0 : entryErrno(kernel, directory);
  if (entering === 0 && (-ok === ERRNO.ENXIO || -ok === ERRNO.ENOENT)) return SVOK_DEAD;
  const complaint = entering !== 0
    ? `unable to chdir to ${service}: ${errnoText(entering)}`
    : `unable to open ${service}/supervise/ok: ${errnoText(-ok)}`;
  printIfPossible(kernel, STDERR, `svok: fatal: ${complaint}\n`);
  return EXIT.fatal;
}

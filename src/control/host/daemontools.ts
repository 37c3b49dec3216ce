/** svc, svstat and svok. */
import { ERRNO } from "../../posix/errno.ts";
import { errnoText } from "../../runtime/report.ts";
import { OPEN } from "../../runtime/kernel.ts";
import { svstatLine, unpackShortStatus } from "../line.ts";
import { within } from "../../cli/service_path.ts";
import { svstatTrouble } from "../reading.ts";
import { SVC_OPTIONS, svcRequest } from "../svc_request.ts";
import { USAGE_CODE } from "../tally.ts";
import { writeControl } from "./control_fifo.ts";
import {
  type ControlKernel,
  entryErrno,
  look,
  openOrErrno,
  Places,
  say,
  statErrno,
  STDERR,
  STDOUT,
} from "./directory.ts";

/** svc(8). Returns the exit code. */
export function runSvc(kernel: ControlKernel, args: readonly string[]): number {
  const request = svcRequest(args);
  if (request.kind === "usage") {
    if (request.complaint !== undefined) say(kernel, STDERR, `${request.complaint}\n`);
    say(kernel, STDERR, `${SVC_OPTIONS}\n`);
    return USAGE_CODE;
  }
  const places = new Places(kernel);
  let failed = false;
  for (const service of request.services) {
    const complaint = svcComplaint(kernel, service, places.ofSvc(service), request.bytes);
    if (complaint === undefined) continue;
    failed = true;
    say(kernel, STDERR, `svc: warning: ${complaint}\n`);
  }
  return failed ? 1 : 0;
}

function svcComplaint(
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

/** svstat(8). Returns the exit code, which is always 0. */
export function runSvstat(kernel: ControlKernel, services: readonly string[]): number {
  const places = new Places(kernel);
  let text = "";
  for (const service of services) text += `${service}: ${svstatOf(kernel, places.ofSvc(service))}\n`;
  say(kernel, STDOUT, text);
  return 0;
}

function svstatOf(kernel: ControlKernel, directory: string): string {
  const reading = look(kernel, directory, unpackShortStatus);
  if (reading.kind !== "record") return svstatTrouble(reading);
  const errno = statErrno(kernel, within(directory, "down"));
  if (errno !== 0 && errno !== ERRNO.ENOENT) return `unable to stat down: ${errnoText(errno)}`;
  return svstatLine(reading.record, errno === ERRNO.ENOENT, kernel.wallNs());
}

const SVOK_USAGE_CODE = 100;
const SVOK_DEAD_CODE = 100;
const SVOK_TROUBLE_CODE = 111;

/** svok(8): 0 when a supervisor is there, 100 when not, 111 when that could not be found out. */
export function runSvok(kernel: ControlKernel, args: readonly string[]): number {
  const [service] = args;
  if (service === undefined) {
    say(kernel, STDERR, "svok: usage: svok dir\n");
    return SVOK_USAGE_CODE;
  }
  const directory = new Places(kernel).ofSvc(service);
  const ok = openOrErrno(kernel, within(directory, "supervise/ok"), OPEN.write | OPEN.nonBlock);
  if (ok >= 0) {
    kernel.close(ok);
    return 0;
  }
  const entering = -ok === ERRNO.ENXIO ? 0 : entryErrno(kernel, directory);
  if (entering === 0 && (-ok === ERRNO.ENXIO || -ok === ERRNO.ENOENT)) return SVOK_DEAD_CODE;
  const complaint = entering !== 0
    ? `unable to chdir to ${service}: ${errnoText(entering)}`
    : `unable to open ${service}/supervise/ok: ${errnoText(-ok)}`;
  say(kernel, STDERR, `svok: fatal: ${complaint}\n`);
  return SVOK_TROUBLE_CODE;
}

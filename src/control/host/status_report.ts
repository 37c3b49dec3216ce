/** `sv status`, apart from the rest of sv: a call takes little longer than reading this file in. */
import { ServiceFinder } from "../../cli/host/service_finder.ts";
import { within } from "../../cli/service_path.ts";
import { STDOUT } from "../../posix/descriptor.ts";
import { printIfPossible } from "../../runtime/report.ts";
import { failureCode, LSB, lsbStatusCode } from "../exit_codes.ts";
import { loggerTrouble, type StatusReading, svTrouble } from "../status_reading.ts";
import { type ControlKernel, readStatus, statusLine } from "./service_directory.ts";

/** Runs `sv status`. With `lsb` the exit code is that of an init script. Returns the exit code. */
export function runStatus(kernel: ControlKernel, services: readonly string[], lsb: boolean): number {
  const finder = new ServiceFinder(kernel);
  return new StatusReport(kernel).print(services, (service) => finder.directoryOf(service), lsb);
}

class StatusReport {
  readonly #kernel: ControlKernel;
  #text = "";
  #failures = 0;

  constructor(kernel: ControlKernel) {
    this.#kernel = kernel;
  }

  /** Prints everything in one write. Returns the exit code. */
  print(services: readonly string[], directoryOf: (service: string) => string, lsb: boolean): number {
    let first: StatusReading | undefined;
    for (const service of services) {
      const reading = this.#addLine(service, directoryOf(service));
      first ??= reading;
    }
    printIfPossible(this.#kernel, STDOUT, this.#text);
    if (lsb && first?.kind === "record") return lsbStatusCode(first.record);
    if (lsb && first?.kind === "unusable") return LSB.unknown;
    return failureCode(this.#failures);
  }

  #addLine(service: string, directory: string): StatusReading {
    const reading = readStatus(this.#kernel, directory);
    if (reading.kind === "record") {
      const line = statusLine(this.#kernel, service, directory, reading.record);
      const logger = this.#loggerText(service, directory);
      this.#text += logger === undefined ? `${line}\n` : `${line}; ${logger}\n`;
    } else {
      this.#failures++;
      this.#text += `${svTrouble(service, reading, false)}\n`;
    }
    return reading;
  }

  #loggerText(service: string, directory: string): string | undefined {
    const log = within(directory, "log");
    const reading = readStatus(this.#kernel, log);
    if (reading.kind === "record") return statusLine(this.#kernel, "log", log, reading.record);
    const trouble = loggerTrouble(service, reading);
    if (trouble !== undefined) this.#failures++;
    return trouble;
  }
}

/** `sv status`: a module of its own, because a call of it is over in little more time than it takes to read it in. */
import { type ControlKernel, lineOf, look, Places, say, STDOUT } from "./directory.ts";
import { within } from "../../cli/service_path.ts";
import { loggerTrouble, type Reading, svTrouble } from "../reading.ts";
import { failureCode, LSB_UNKNOWN_CODE, lsbStatusCode } from "../tally.ts";

/** Returns the exit code. */
export function runStatus(kernel: ControlKernel, services: readonly string[], lsb: boolean): number {
  const places = new Places(kernel);
  return new StatusReport(kernel).tell(services, (service) => places.ofSv(service), lsb);
}

class StatusReport {
  readonly #kernel: ControlKernel;
  #text = "";
  #failures = 0;

  constructor(kernel: ControlKernel) {
    this.#kernel = kernel;
  }

  /** Prints everything in one write. Returns the exit code. */
  tell(services: readonly string[], directoryOf: (service: string) => string, lsb: boolean): number {
    let first: Reading | undefined;
    for (const service of services) {
      const reading = this.#tellOne(service, directoryOf(service));
      first ??= reading;
    }
    say(this.#kernel, STDOUT, this.#text);
    if (lsb && first?.kind === "record") return lsbStatusCode(first.record);
    if (lsb && first?.kind === "unusable") return LSB_UNKNOWN_CODE;
    return failureCode(this.#failures);
  }

  #tellOne(service: string, directory: string): Reading {
    const reading = look(this.#kernel, directory);
    if (reading.kind === "record") {
      const line = lineOf(this.#kernel, service, directory, reading.record);
      const logger = this.#logger(service, directory);
      this.#text += logger === undefined ? `${line}\n` : `${line}; ${logger}\n`;
    } else {
      this.#failures++;
      this.#text += `${svTrouble(service, reading, false)}\n`;
    }
    return reading;
  }

  #logger(service: string, directory: string): string | undefined {
    const log = within(directory, "log");
    const reading = look(this.#kernel, log);
    if (reading.kind === "record") return lineOf(this.#kernel, "log", log, reading.record);
    const trouble = loggerTrouble(service, reading);
    if (trouble !== undefined) this.#failures++;
    return trouble;
  }
}

/** Running a service's `./check`, which tells sv(8) whether the service is available. */
import { within } from "../../cli/service_path.ts";
import { type Fd, STDERR } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { openOrErrno, statErrno } from "../../runtime/probe.ts";
import { errnoText, printIfPossible } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";

type CheckKernel = Pick<Kernel, "stat" | "open" | "write" | "poll" | "spawn" | "waitFor">;

/** A service that may have a `./check`. */
export interface CheckedService {
  /** The name on the command line, for messages. */
  readonly name: string;
  readonly directory: string;
}

/** Runs checks, one after the other, and warns once for each service whose check cannot be run. */
export class CheckRunner {
  readonly #kernel: CheckKernel;
  readonly #warned = new Set<CheckedService>();
  #null: Fd | undefined;

  constructor(kernel: CheckKernel) {
    this.#kernel = kernel;
  }

  /**
   * Runs `./check` in the service's directory and waits for it. True if it exits 0, or if there is no such file: then
   * a running service is available. A check that cannot be run counts as failed.
   */
  run(service: CheckedService): boolean {
    const errno = statErrno(this.#kernel, within(service.directory, "check"));
    if (errno === ERRNO.ENOENT) return true;
    if (errno !== 0) {
      this.#warnOnce(service, "stat", errno);
      return false;
    }
    try {
      const pid = this.#kernel.spawn({
        path: "check",
        argv: ["./check"],
        directoryPath: service.directory,
        stdout: this.#openNull(),
      });
      // A check that a signal ended has a wait status other than 0, and counts as failed too.
      return this.#kernel.waitFor(pid).status === 0;
    } catch (thrown) {
      this.#warnOnce(service, "run", errnoOf(thrown));
      return false;
    }
  }

  #warnOnce(service: CheckedService, action: "stat" | "run", errno: number): void {
    if (this.#warned.has(service)) return;
    this.#warned.add(service);
    const text = `warning: unable to ${action} ${service.name}/check: ${errnoText(errno)}\n`;
    printIfPossible(this.#kernel, STDERR, text);
  }

  /** The output of a check must not get between sv's own lines. Without /dev/null it goes to standard error. */
  #openNull(): Fd {
    if (this.#null !== undefined) return this.#null;
    const fd = openOrErrno(this.#kernel, "/dev/null", OPEN.write);
    return this.#null = fd < 0 ? STDERR : fd;
  }
}

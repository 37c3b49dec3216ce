/** Finds the directory of a service by its name on a command line. */
import type { Kernel } from "../../runtime/kernel.ts";
import { statErrno } from "../../runtime/probe.ts";
import { valueOf } from "../environment.ts";
import { isPath, servicesDirectory, within } from "../service_path.ts";

type FinderKernel = Pick<Kernel, "environment" | "stat">;

/** Finds service directories by name. Looks at most once which services directory exists. */
export class ServiceFinder {
  readonly #kernel: FinderKernel;
  readonly #svdir: string | undefined;
  #services: string | undefined;

  constructor(kernel: FinderKernel) {
    this.#kernel = kernel;
    this.#svdir = valueOf(kernel.environment, "SVDIR");
  }

  /** The directory that sv(8) means by `name`: a path as it stands, else a directory of the services directory. */
  directoryOf(name: string): string {
    if (isPath(name)) return name;
    this.#services ??= servicesDirectory(this.#svdir, (path) => statErrno(this.#kernel, path) === 0);
    return within(this.#services, name);
  }

  /**
   * The directory that daemontools' tools mean by `name`. They know no services directory, so a service that is
   * supervised in the current directory comes first, unless SVDIR is set.
   */
  directoryHereFirst(name: string): string {
    if (this.#svdir !== undefined || isPath(name)) return this.directoryOf(name);
    return statErrno(this.#kernel, within(name, "supervise")) === 0 ? name : this.directoryOf(name);
  }
}

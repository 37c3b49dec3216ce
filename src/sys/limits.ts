/**
 * Limits of resources (getrlimit(2), setrlimit(2)): of this process, of the programs it starts, and of the program it
 * becomes.
 */
import type { Calls } from "./calls.ts";
import type { Limit, Resource } from "./facts.ts";

/** Source: asm-generic/resource.h; the same on x86_64 and aarch64. */
const RESOURCE_NUMBERS: { readonly [Name in Resource]: number } = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
};
/** RLIM_INFINITY. */
const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** A resource's number, and its struct rlimit: what one setrlimit(2) is given. */
export type LimitBytes = readonly [number: number, bytes: Uint8Array<ArrayBuffer>];

/** A struct rlimit. */
interface Rlimit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/** The limits of this process. `calls` has getrlimit and setrlimit bound. */
export class Limits {
  readonly #calls: Calls;
  /** The descriptor limit for children, and our own; undefined while they are the same. */
  #descriptors: { readonly found: LimitBytes; readonly raised: LimitBytes } | undefined;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** The hard limit, in the unit of the resource. */
  hard(resource: Resource): bigint {
    return this.#of(resource).hard;
  }

  /** Sets the soft limit, to the hard one at most. */
  set({ resource, soft }: Limit): void {
    const { hard } = this.#of(resource);
    if (!this.#put(bytesOfLimit(resource, { soft: least(soft, hard), hard }))) {
      this.#calls.fail("setrlimit");
    }
  }

  /** True when the size of files is limited, and also when that cannot be told. */
  hasFileSize(): boolean {
    return this.#read("fsize")?.soft !== UNLIMITED;
  }

  /** Sets the soft limit of descriptors, or leaves it where that fails. */
  setDescriptors(soft: number): void {
    const found = this.#read("nofile");
    if (found !== undefined) this.#put(bytesOfLimit("nofile", { soft: BigInt(soft), hard: found.hard }));
  }

  /**
   * Raises the soft limit of descriptors as far as it goes (root: to `most` where the hard one is lower). Children
   * start with the limit found here, or with `startSoft` where a launcher had raised it before. Returns the limit; -1
   * when there is no telling.
   */
  raiseDescriptors(most: number, startSoft: number | undefined): number {
    const found = this.#read("nofile");
    if (found === undefined) return -1;
    const raised = this.#raiseTo(BigInt(most), found);
    if (raised === undefined) return Number(found.soft);
    const forChildren = { soft: startSoft === undefined ? found.soft : BigInt(startSoft), hard: found.hard };
    if (forChildren.soft !== raised || found.hard !== raised) {
      this.#descriptors = {
        found: bytesOfLimit("nofile", forChildren),
        raised: bytesOfLimit("nofile", { soft: raised, hard: raised }),
      };
    }
    return Number(raised);
  }

  /** The new soft and hard limit of descriptors; undefined where they stay as they are. */
  #raiseTo(most: bigint, { hard }: Rlimit): bigint | undefined {
    const isRaised = (limit: bigint) => this.#put(bytesOfLimit("nofile", { soft: limit, hard: limit }));
    if (hard < most && isRaised(most)) return most;
    return isRaised(hard) ? hard : undefined;
  }

  /** Sets the descriptor limit that children start with. `restore` must follow. */
  setForChildren(): void {
    if (this.#descriptors !== undefined) this.#put(this.#descriptors.found);
  }

  /** Sets the raised descriptor limit again. */
  restore(): void {
    if (this.#descriptors !== undefined) this.#put(this.#descriptors.raised);
  }

  /** The arguments of setrlimit(2) that set these limits, and those that take them back. */
  bytesOf(
    limits: readonly Limit[],
  ): { readonly after: readonly LimitBytes[]; readonly before: readonly LimitBytes[] } {
    const before: LimitBytes[] = [];
    const after: LimitBytes[] = [];
    for (const { resource, soft } of limits) {
      const found = this.#of(resource);
      before.push(bytesOfLimit(resource, found));
      after.push(bytesOfLimit(resource, { soft: least(soft, found.hard), hard: found.hard }));
    }
    return { after, before };
  }

  #of(resource: Resource): Rlimit {
    return this.#read(resource) ?? this.#calls.fail("getrlimit");
  }

  #read(resource: Resource): Rlimit | undefined {
    const limit = new BigUint64Array(2);
    const failed = this.#calls.c.getrlimit(RESOURCE_NUMBERS[resource], new Uint8Array(limit.buffer)) < 0;
    const [soft = 0n, hard = 0n] = limit;
    return failed ? undefined : { soft, hard };
  }

  #put([number, bytes]: LimitBytes): boolean {
    return this.#calls.c.setrlimit(number, bytes) === 0;
  }
}

function bytesOfLimit(resource: Resource, { soft, hard }: Rlimit): LimitBytes {
  return [RESOURCE_NUMBERS[resource], new Uint8Array(new BigUint64Array([soft, hard]).buffer)];
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

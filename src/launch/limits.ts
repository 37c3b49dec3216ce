/**
 * Soft limits (getrlimit(2)): in which order they are set, how a request is capped, and which of them this program
 * can live under itself.
 *
 * Nothing is limited before the last moment. A chain of launchers collects what its links ask for, and the program at
 * its end is executed with all of it. If one of our own long-lived applets stands there, it takes on the limits that
 * it can bear.
 */
import type { Limit, Resource } from "../runtime/kernel.ts";

/** The order in which limits are set. JavaScript might get no further under the last of them, so they come last. */
const ORDER: { readonly [resource in Resource]: number } = {
  cpu: 0,
  fsize: 1,
  core: 2,
  rss: 3,
  nproc: 4,
  nofile: 5,
  memlock: 6,
  stack: 7,
  data: 8,
  as: 9,
};

/** Every resource, in the order in which limits are set. */
export const RESOURCES: readonly Resource[] = (Object.keys(ORDER) as Resource[])
  .sort((a, b) => ORDER[a] - ORDER[b]);

/** The resources that -m of chpst and softlimit limits together. */
export const ALL_MEMORY: readonly Resource[] = ["data", "stack", "memlock", "as"];

/** The limit that a command line asks for: a number, or `hard`, which stands for the hard limit. */
export type Amount = bigint | "hard";

/** RLIM_INFINITY (sys/resource.h). */
export const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/**
 * The amount that a number on chpst's command line asks for. chpst(8) keeps numbers as long, where they are negative
 * from 2^63 on: -1 is the hard limit, and lower numbers ask for nothing (undefined).
 */
export function amountOfLong(value: bigint): Amount | undefined {
  const long = BigInt.asIntN(64, value);
  if (long >= 0n) return long;
  return long === -1n ? "hard" : undefined;
}

/** The soft limit for a request, capped at the hard limit. */
export function softLimit(amount: Amount, hard: bigint): bigint {
  return amount === "hard" || amount > hard ? hard : amount;
}

/** Both lists in the order in which limits are set; `more` replaces earlier limits on the same resource. */
export function withLimits(before: readonly Limit[], more: readonly Limit[]): readonly Limit[] {
  const byResource = new Map([...before, ...more].map((limit) => [limit.resource, limit]));
  return [...byResource.values()].sort((a, b) => ORDER[a.resource] - ORDER[b.resource]);
}

/**
 * The limits that the JavaScript runtime needs for itself. V8 reserves tens of gigabytes of address space and has taken
 * its data before an applet runs. Descriptors are the runtime's own and those of a logger. The stack is V8's (984 kB),
 * with room for what native code puts on top of it.
 */
const NEEDED: Readonly<Partial<Record<Resource, bigint>>> = {
  as: UNLIMITED,
  data: UNLIMITED,
  nofile: 64n,
  nproc: 8n,
  stack: 4n << 20n,
};

/** True if our own applets can live under this limit. */
export function isBearable({ resource, soft }: Limit): boolean {
  return soft >= (NEEDED[resource] ?? 0n);
}

/** The bytes of memory that these limits leave to a process; undefined if none of them limits memory. */
export function memoryBytes(limits: readonly Limit[]): bigint | undefined {
  const amounts = limits.filter(({ resource, soft }) => isMemory(resource) && soft < UNLIMITED)
    .map(({ soft }) => soft);
  return amounts.length === 0 ? undefined : amounts.reduce((least, soft) => soft < least ? soft : least);
}

/** True if a limit on this resource limits memory as a whole, which a control group can do in its place. */
export function isMemory(resource: Resource): boolean {
  return resource === "as" || resource === "data";
}

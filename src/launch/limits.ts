/**
 * Soft limits (getrlimit(2)): which there are, how a request is capped, and which of them this program can live
 * under itself.
 *
 * Nothing is limited before the last moment: a chain collects what its links ask for, and the program at its end is
 * executed with all of it. Where one of our own long-lived applets stands there, it takes on what it can bear.
 */

/** In the order in which they are set; the last are those under which JavaScript might not get any further. */
export const RESOURCES = [
  "cpu",
  "fsize",
  "core",
  "rss",
  "nproc",
  "nofile",
  "memlock",
  "stack",
  "data",
  "as",
] as const;

export type Resource = typeof RESOURCES[number];

/** A request, or the hard limit as it is. */
export type Amount = bigint | "hard";

export interface Limit {
  readonly resource: Resource;
  /** What the soft limit becomes, capped at the hard one. */
  readonly soft: bigint;
}

/** RLIM_INFINITY. */
export const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/**
 * chpst(8) keeps numbers as long: from 2^63 on they are negative there, -1 is the hard limit, and lower ones are no
 * request at all (undefined).
 */
export function amountOfLong(value: bigint): Amount | undefined {
  const long = BigInt.asIntN(64, value);
  if (long >= 0n) return long;
  return long === -1n ? "hard" : undefined;
}

export function softLimit(amount: Amount, hard: bigint): bigint {
  return amount === "hard" || amount > hard ? hard : amount;
}

/** Later requests replace earlier ones for the same resource. */
export function withLimits(before: readonly Limit[], more: readonly Limit[]): readonly Limit[] {
  const all = new Map([...before, ...more].map((limit) => [limit.resource, limit]));
  return RESOURCES.flatMap((resource) => all.get(resource) ?? []);
}

/**
 * What the runtime uses by itself. V8 reserves address space by the tens of gigabytes, and has had its share of data
 * before an applet runs; descriptors are the runtime's own and what a logger needs; the stack is V8's (984 kB) and what
 * native code puts on top of it.
 */
const NEEDED: Readonly<Partial<Record<Resource, bigint>>> = {
  as: UNLIMITED,
  data: UNLIMITED,
  nofile: 64n,
  nproc: 8n,
  stack: 4n << 20n,
};

export function isBearable({ resource, soft }: Limit): boolean {
  return soft >= (NEEDED[resource] ?? 0n);
}

/** How much memory these limits leave a process, in bytes; undefined where none of them is about that. */
export function memoryBytes(limits: readonly Limit[]): bigint | undefined {
  const amounts = limits.filter(({ resource, soft }) => isMemory(resource) && soft < UNLIMITED)
    .map(({ soft }) => soft);
  return amounts.length === 0 ? undefined : amounts.reduce((least, soft) => soft < least ? soft : least);
}

export function isMemory(resource: Resource): boolean {
  return resource === "as" || resource === "data";
}

/** Numbers on command lines, as djb's scan_ulong reads them. */

/**
 * The number that `text` holds as an unsigned long: digits only, cut to 64 bits, and 0 for an empty text. Undefined if
 * anything else is in the text.
 */
export function unsignedLong(text: string): bigint | undefined {
  if (!/^[0-9]*$/.test(text)) return undefined;
  return text === "" ? 0n : BigInt.asUintN(64, BigInt(text));
}

/** The number of `5`, `+5` or `-5`, as -n takes it; undefined if `text` is none. */
export function signedNumber(text: string): number | undefined {
  const isNegative = text.startsWith("-");
  const value = unsignedLong(/^[-+]/.test(text) ? text.slice(1) : text);
  if (value === undefined) return undefined;
  // nice(3) takes an int. The comparison turns -0 into 0.
  const steps = Number(BigInt.asIntN(32, isNegative ? -value : value));
  return steps === 0 ? 0 : steps;
}

/** The CPUs of a list such as `0-2,5`, ascending; undefined if it is no such list or names an impossible CPU. */
export function cpuList(text: string): readonly number[] | undefined {
  const cpus = new Set<number>();
  for (const part of text.split(",")) {
    const [, from, to = from] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(part) ?? [];
    if (from === undefined || Number(from) > Number(to) || Number(to) >= MOST_CPUS) return undefined;
    for (let cpu = Number(from); cpu <= Number(to); cpu++) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}

/** NR_CPUS of the largest kernels (MAXSMP on x86). */
export const MOST_CPUS = 8192;

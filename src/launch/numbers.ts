/** Numbers on command lines, as djb's scan_ulong reads them. */

/** Digits only, as an unsigned long: it wraps at 64 bits, and no digits are 0. Undefined where anything else follows. */
export function unsignedLong(text: string): bigint | undefined {
  if (!/^[0-9]*$/.test(text)) return undefined;
  return text === "" ? 0n : BigInt.asUintN(64, BigInt(text));
}

/** `5`, `+5`, `-5`: what `-n` takes. */
export function signedNumber(text: string): number | undefined {
  const isNegative = text.startsWith("-");
  const value = unsignedLong(/^[-+]/.test(text) ? text.slice(1) : text);
  if (value === undefined) return undefined;
  // nice(3) takes an int, and 39 steps are all there are.
  const steps = Number(BigInt.asIntN(32, isNegative ? -value : value));
  return steps === 0 ? 0 : steps;
}

/** CPUs of `0-2,5`, ascending; undefined when it is not that or names more than there can be. */
export function cpuList(text: string): readonly number[] | undefined {
  const cpus = new Set<number>();
  for (const part of text.split(",")) {
    const [, from, to = from] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(part) ?? [];
    if (from === undefined || Number(from) > Number(to) || Number(to) >= MOST_CPUS) return undefined;
    for (let cpu = Number(from); cpu <= Number(to); cpu++) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}

/** NR_CPUS of the largest kernels (x86's MAXSMP). */
export const MOST_CPUS = 8192;

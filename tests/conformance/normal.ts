/**
 * Takes out of a text what must not count as a difference: pids, ages, the world's path, labels of the clock; and a CONT
 * right before a TERM. A stop sends TERM and then CONT, and a shell that has not begun with TERM's trap runs CONT's first
 * or never, by chance. That TERM is sent first is for the tests of the service's machine (src/supervision).
 */

const RULES: readonly (readonly [RegExp, string])[] = [
  [/\(pid \d+\)/g, "(pid N)"],
  [/\b\d+s\b/g, "Ns"],
  [/\b\d+ seconds\b/g, "N seconds"],
  [/@[0-9a-f]{24}\b/g, "@LABEL"],
  [/^CONT\n(?=TERM$)/gm, ""],
];

/** A text as the suite compares it. `world` is the path that becomes `$W`. */
export function normal(text: string, world: string): string {
  let out = text.replaceAll(world, "$W");
  for (const [what, word] of RULES) out = out.replace(what, word);
  return out.replace(/\n$/, "");
}

/** A text without the lines that have appeared before. */
export function withoutRepeats(text: string): string {
  return [...new Set(text.split("\n"))].join("\n");
}

/** The candidate that is nearest to a duration. */
export function nearest(seconds: number, candidates: readonly number[]): number {
  const distance = (candidate: number) => Math.abs(candidate - seconds);
  return [...candidates].sort((a, b) => distance(a) - distance(b))[0] ?? seconds;
}

/** The median of the gaps between neighbours. A machine that stalls once does not move the median. */
export function medianGap(times: readonly number[]): number {
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time)).sort((a, b) => a - b);
  return gaps[Math.floor((gaps.length - 1) / 2)] ?? Number.NaN;
}

const PHASES = ["down", "run", "finish"];
/** TAI64 label of the Unix epoch as runit counts: 2^62 + 10. */
const TAI64_EPOCH = 0x400000000000000an;

/** The 20 bytes of `supervise/status` as words. A time stamp within the last minute becomes "now". */
export function statusWords(bytes: Uint8Array, nowSeconds: number): string {
  if (bytes.length !== 20) return `${bytes.length} bytes`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const age = nowSeconds - Number(view.getBigUint64(0) - TAI64_EPOCH);
  return [
    `since ${age >= -1 && age < 60 ? "now" : `${age} seconds ago`}`,
    view.getUint32(8) < 1_000_000_000 ? "nanoseconds" : `${view.getUint32(8)} is no fraction`,
    view.getUint32(12, true) === 0 ? "no pid" : "pid",
    `paused ${view.getUint8(16)}`,
    `want ${String.fromCharCode(view.getUint8(17))}`,
    `term ${view.getUint8(18)}`,
    PHASES[view.getUint8(19)] ?? `phase ${view.getUint8(19)}`,
  ].join(", ");
}

/**
 * True when a status can belong to a line of `stat`. A supervisor writes `stat` first and `status` after it, so a
 * reader may see only one of them renewed.
 */
export function agree(line: string, bytes: Uint8Array): boolean {
  if (bytes.length !== 20) return false;
  const [phase = "", ...rest] = line.split(", ");
  const wantsUp = phase === "down" ? bytes[17] : rest.some((word) => word.startsWith("want")) ? 0x64 : 0x75;
  return PHASES[bytes[19] ?? -1] === phase && bytes[16] === Number(rest.includes("paused")) &&
    bytes[18] === Number(rest.includes("got TERM")) && bytes[17] === wantsUp;
}

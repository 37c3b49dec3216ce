/** Numbers as a reader wants them: three digits that count, a unit that fits. */

export function duration(ms: number): string {
  return ms < 1000 ? `${threeDigits(ms)} ms` : `${threeDigits(ms / 1000)} s`;
}

export function size(kb: number): string {
  return kb < 1000 ? `${threeDigits(kb)} kB` : `${threeDigits(kb / 1000)} MB`;
}

/** Millions of bytes in a second. */
export function rate(megabytes: number): string {
  return `${threeDigits(megabytes)} MB/s`;
}

export function count(value: number): string {
  return threeDigits(value);
}

export function ratio(value: number): string {
  return `${value < 0.1 ? Number(value.toPrecision(2)) : threeDigits(value)}×`;
}

/** At least three digits, the whole part complete, thousands set apart. */
function threeDigits(value: number): string {
  if (value === 0) return "0";
  const wholeDigits = Math.max(1, Math.floor(Math.log10(Math.abs(value))) + 1);
  const fraction = Number.isInteger(value) ? 0 : Math.max(0, 3 - wholeDigits);
  return value.toLocaleString("en-US", { minimumFractionDigits: fraction, maximumFractionDigits: fraction });
}

/** Numbers for readers: three significant digits and a unit that fits. */

/** A duration, in microseconds, milliseconds or seconds. */
export function duration(ms: number): string {
  return ms < 1000 ? `${threeDigits(ms)} ms` : `${threeDigits(ms / 1000)} s`;
}

/** A size in kB or MB. */
export function size(kb: number): string {
  return kb < 1000 ? `${threeDigits(kb)} kB` : `${threeDigits(kb / 1000)} MB`;
}

/** A rate in millions of bytes a second. */
export function rate(megabytes: number): string {
  return `${threeDigits(megabytes)} MB/s`;
}

/** A number of things. */
export function count(value: number): string {
  return threeDigits(value);
}

/** A ratio. */
export function ratio(value: number): string {
  return `${value < 0.1 ? Number(value.toPrecision(2)) : threeDigits(value)}×`;
}

/** At least three significant digits; the whole part is complete, and its thousands are set apart. */
function threeDigits(value: number): string {
  if (value === 0) return "0";
  const wholeDigits = Math.max(1, Math.floor(Math.log10(Math.abs(value))) + 1);
  const fraction = Number.isInteger(value) ? 0 : Math.max(0, 3 - wholeDigits);
  return value.toLocaleString("en-US", { minimumFractionDigits: fraction, maximumFractionDigits: fraction });
}

/** A moment as two numbers, which compare quicker than one that holds nanoseconds since 1970. */

export interface Instant {
  /** Seconds since 1970, UTC. */
  readonly second: number;
  readonly nanosecond: number;
}

/** Negative when `a` is before `b`, 0 when they are the same. */
export function compareInstants(a: Instant, b: Instant): number {
  return a.second - b.second || a.nanosecond - b.nanosecond;
}

const NS = 1_000_000_000n;

export function instantOfNs(wallNs: bigint): Instant {
  const nanosecond = ((wallNs % NS) + NS) % NS;
  return { second: Number((wallNs - nanosecond) / NS), nanosecond: Number(nanosecond) };
}

export function nsOfInstant({ second, nanosecond }: Instant): bigint {
  return BigInt(second) * NS + BigInt(nanosecond);
}

/** Days from 1970-01-01 to a date of the Gregorian calendar; undefined for a date that is none. */
export function dayOf(year: number, month: number, day: number): number | undefined {
  const inMonth = month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  if (month < 1 || month > 12 || day < 1 || day > inMonth) return undefined;
  // Years from March, so that the leap day ends a year; 719,468 days lie before 1970 from the year 0 on.
  const years = month > 2 ? year : year - 1;
  const era = Math.floor(years / 400);
  const ofEra = years - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

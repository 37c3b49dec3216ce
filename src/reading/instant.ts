/** A moment as two numbers: they compare faster than one bigint of nanoseconds since 1970. */
import { NS_PER_SECOND } from "../time/units.ts";

/** A moment of UTC. */
export interface Instant {
  /** Seconds since 1970. */
  readonly second: number;
  /** 0 to 999,999,999. */
  readonly nanosecond: number;
}

/** Compares two moments: negative if `a` is before `b`, 0 if they are the same. */
export function compareInstants(a: Instant, b: Instant): number {
  return a.second - b.second || a.nanosecond - b.nanosecond;
}

/** The moment of a number of nanoseconds since 1970, which may be negative. */
export function instantOfNs(wallNs: bigint): Instant {
  const nanosecond = ((wallNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  return { second: Number((wallNs - nanosecond) / NS_PER_SECOND), nanosecond: Number(nanosecond) };
}

/** Nanoseconds since 1970 at a moment. */
export function nsOfInstant({ second, nanosecond }: Instant): bigint {
  return BigInt(second) * NS_PER_SECOND + BigInt(nanosecond);
}

/** The days from 1970-01-01 to a date of the Gregorian calendar; undefined if there is no such date. */
export function dayOf(year: number, month: number, day: number): number | undefined {
  const inMonth = month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  if (month < 1 || month > 12 || day < 1 || day > inMonth) return undefined;
  // Years count from March, so that the leap day ends a year. From the start of year 0, 719,468 days lie before 1970.
  const years = month > 2 ? year : year - 1;
  const era = Math.floor(years / 400);
  const ofEra = years - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

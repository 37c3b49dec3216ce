/**
 * What `--since` takes: a date with or without a time, in UTC as the stamps are; a time ago; `today` and `yesterday`;
 * a TAI64N label.
 */
import { dayOf, type Instant, instantOfNs } from "./instant.ts";
import { instantOfLabel } from "./stamp.ts";

const DATE =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T_]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$/;
const AGO = /^([0-9]{1,9}) ?(s|sec|m|min|h|d|w)(?: ago)?$/;
const SECONDS: { readonly [unit: string]: number } = {
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 7 * 86_400,
};
const DAY = 86_400;

/** Undefined for what is no time. `nowNs`: nanoseconds since 1970. */
export function sinceOf(text: string, nowNs: bigint): Instant | undefined {
  const now = instantOfNs(nowNs);
  const today = Math.floor(now.second / DAY) * DAY;
  if (text === "now") return now;
  if (text === "today") return { second: today, nanosecond: 0 };
  if (text === "yesterday") return { second: today - DAY, nanosecond: 0 };
  const ago = AGO.exec(text);
  if (ago !== null) {
    const [, count, unit = ""] = ago;
    return { ...now, second: now.second - Number(count) * (SECONDS[unit] ?? 0) };
  }
  return instantOfLabel(text.startsWith("@") ? text : `@${text}`) ?? ofDate(text);
}

function ofDate(text: string): Instant | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, date, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const day = dayOf(Number(year), Number(month), Number(date));
  if (day === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const inDay = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return { second: day * DAY + inDay - zoneSeconds(zone), nanosecond: Number(fraction.padEnd(9, "0")) };
}

/** What `+02:00` is ahead of UTC. */
function zoneSeconds(zone: string): number {
  if (zone === "Z") return 0;
  const seconds = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}

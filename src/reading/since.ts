/**
 * The times that `--since` takes: a date with or without a time, in UTC as the stamps are; a time ago; `today` and
 * `yesterday`; a TAI64N label.
 */
import { DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS } from "../time/units.ts";
import { dayOf, type Instant, instantOfNs } from "./instant.ts";
import { instantOfLabel } from "./stamp.ts";

/** The units of a time ago, in seconds. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["sec", 1],
  ["m", MINUTE_SECONDS],
  ["min", MINUTE_SECONDS],
  ["h", HOUR_SECONDS],
  ["d", DAY_SECONDS],
  ["w", 7 * DAY_SECONDS],
]);

const AGO = /^([0-9]{1,9}) ?([a-z]+)(?: ago)?$/;
const DATE =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T_]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$/;

/** The moment that `text` means; undefined if it is no time. `nowNs` is nanoseconds since 1970. */
export function sinceOf(text: string, nowNs: bigint): Instant | undefined {
  const now = instantOfNs(nowNs);
  const today = Math.floor(now.second / DAY_SECONDS) * DAY_SECONDS;
  if (text === "now") return now;
  if (text === "today") return { second: today, nanosecond: 0 };
  if (text === "yesterday") return { second: today - DAY_SECONDS, nanosecond: 0 };
  return ago(text, now) ?? instantOfLabel(text.startsWith("@") ? text : `@${text}`) ?? ofDate(text);
}

function ago(text: string, now: Instant): Instant | undefined {
  const [, count, unit = ""] = AGO.exec(text) ?? [];
  const seconds = UNITS.get(unit);
  return seconds === undefined ? undefined : { ...now, second: now.second - Number(count) * seconds };
}

function ofDate(text: string): Instant | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, date, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const day = dayOf(Number(year), Number(month), Number(date));
  if (day === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const inDay = Number(hour) * HOUR_SECONDS + Number(minute) * MINUTE_SECONDS + Number(second);
  return {
    second: day * DAY_SECONDS + inDay - zoneSeconds(zone),
    nanosecond: Number(fraction.padEnd(9, "0")),
  };
}

/** The seconds that a zone such as `+02:00` is ahead of UTC. */
function zoneSeconds(zone: string): number {
  if (zone === "Z") return 0;
  const seconds = Number(zone.slice(1, 3)) * HOUR_SECONDS + Number(zone.slice(-2)) * MINUTE_SECONDS;
  return zone.startsWith("-") ? -seconds : seconds;
}

/**
 * Stamps at the beginning of a line, each 25 characters and a space, as svlogd and multilog write them:
 *
 *   @4000000065f0c0de0a1b2c3d     svlogd -t, multilog t
 *   2024-03-12_20:53:40.16929     svlogd -tt
 *   2024-03-12T20:53:40.16929     svlogd -ttt
 *
 * One log may have lines of all kinds, if one svlogd after the other wrote it with other options.
 */
import { TAI64_OFFSET } from "../time/tai64n.ts";
import { DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, NS_PER_SECOND } from "../time/units.ts";
import { dayOf, type Instant } from "./instant.ts";

/** Characters of a stamp, its space included. */
export const STAMP_LENGTH = 26;

const HEX = /^[0-9a-f]{24} $/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const TIME = /^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{5} $/;
/** The offset of TAI64 seconds in two halves, because a whole one needs a bigint, which is slow. */
const OFFSET_HIGH = Number(TAI64_OFFSET >> 32n);
const OFFSET_LOW = Number(TAI64_OFFSET & 0xffff_ffffn);
const HALF = 0x1_0000_0000;
/** Seconds further from 1970 than this are beyond any clock, and numbers cannot count them exactly. */
const MOST_HIGH = 0x10_0000;
const NANOSECONDS = Number(NS_PER_SECOND);
/** The nanoseconds that the last of five decimals counts. */
const DECIMAL_NS = 10_000;
const ZERO = 0x30;
const SPACE = 0x20;
const AT = 0x40;
const UNDERSCORE = 0x5f;
const LETTER_T = 0x54;

/** Reads stamps. Keeps the last date, because the next line mostly has the same. */
export class StampReader {
  #date = "";
  #second = 0;

  /** The stamp with which `line` begins; undefined if there is none. */
  read(line: string): Instant | undefined {
    if (line.charCodeAt(25) !== SPACE) return undefined;
    if (line.charCodeAt(0) === AT) return HEX.test(line.slice(1, STAMP_LENGTH)) ? ofHex(line, 1) : undefined;
    const between = line.charCodeAt(10);
    return between === UNDERSCORE || between === LETTER_T ? this.#ofDate(line) : undefined;
  }

  #ofDate(line: string): Instant | undefined {
    if (!TIME.test(line.slice(11, STAMP_LENGTH))) return undefined;
    const date = line.slice(0, 10);
    if (date !== this.#date && !this.#setDate(date)) return undefined;
    const [hour, minute, second] = [digits(line, 11, 2), digits(line, 14, 2), digits(line, 17, 2)];
    if (hour > 23 || minute > 59 || second > 60) return undefined;
    return {
      second: this.#second + hour * HOUR_SECONDS + minute * MINUTE_SECONDS + second,
      nanosecond: digits(line, 20, 5) * DECIMAL_NS,
    };
  }

  /** Returns whether there is such a date. */
  #setDate(date: string): boolean {
    if (!DATE.test(date)) return false;
    const day = dayOf(digits(date, 0, 4), digits(date, 5, 2), digits(date, 8, 2));
    if (day === undefined) return false;
    this.#date = date;
    this.#second = day * DAY_SECONDS;
    return true;
  }
}

/** The time of a TAI64N label, `@` and 24 hexadecimal digits; undefined if `label` is none. */
export function instantOfLabel(label: string): Instant | undefined {
  return label.length === 25 && label.charCodeAt(0) === AT && HEX.test(`${label.slice(1)} `)
    ? ofHex(label, 1)
    : undefined;
}

function ofHex(text: string, at: number): Instant | undefined {
  const high = parseInt(text.slice(at, at + 8), 16) - OFFSET_HIGH;
  const nanosecond = parseInt(text.slice(at + 16, at + 24), 16);
  if (Math.abs(high) >= MOST_HIGH || nanosecond >= NANOSECONDS) return undefined;
  return { second: high * HALF + parseInt(text.slice(at + 8, at + 16), 16) - OFFSET_LOW, nanosecond };
}

function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + text.charCodeAt(i) - ZERO;
  return value;
}

/**
 * Stamps at the beginning of a line, each 25 characters and a space, as svlogd and multilog put them:
 *
 *   @4000000065f0c0de0a1b2c3d     svlogd -t, multilog t
 *   2024-03-12_20:53:40.16929     svlogd -tt
 *   2024-03-12T20:53:40.16929     svlogd -ttt
 *
 * A log may have lines of all kinds, of one svlogd after the other.
 */
import { dayOf, type Instant } from "./instant.ts";

/** A stamp with its space. */
export const STAMP_LENGTH = 26;

const HEX = /^[0-9a-f]{24} $/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const TIME = /^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{5} $/;
/** The upper half of TAI64 seconds at 1970, and what is added to the lower one (cr.yp.to/libtai/tai64.html). */
const TAI_HIGH = 0x4000_0000;
const TAI_SECONDS = 10;
const HALF = 0x1_0000_0000;
const NANOSECONDS = 1_000_000_000;
const AT = 0x40;
const UNDERSCORE = 0x5f;
const LETTER_T = 0x54;

/** Reads stamps. The last date is kept: it is that of the next line, too. */
export class StampReader {
  #date = "";
  #second = 0;

  /** The stamp that `line` begins with; undefined when there is none. */
  read(line: string): Instant | undefined {
    if (line.charCodeAt(25) !== 0x20) return undefined;
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
      second: this.#second + hour * 3600 + minute * 60 + second,
      nanosecond: digits(line, 20, 5) * 10_000,
    };
  }

  #setDate(date: string): boolean {
    if (!DATE.test(date)) return false;
    const day = dayOf(digits(date, 0, 4), digits(date, 5, 2), digits(date, 8, 2));
    if (day === undefined) return false;
    this.#date = date;
    this.#second = day * 86_400;
    return true;
  }
}

/** The time of a TAI64N label, `@` and 24 digits; undefined for what is none. */
export function instantOfLabel(label: string): Instant | undefined {
  return label.length === 25 && label.charCodeAt(0) === AT && HEX.test(`${label.slice(1)} `)
    ? ofHex(label, 1)
    : undefined;
}

function ofHex(text: string, at: number): Instant | undefined {
  const high = parseInt(text.slice(at, at + 8), 16) - TAI_HIGH;
  const nanosecond = parseInt(text.slice(at + 16, at + 24), 16);
  // Beyond any clock, and no number to count in.
  if (Math.abs(high) >= 0x10_0000 || nanosecond >= NANOSECONDS) return undefined;
  return { second: high * HALF + parseInt(text.slice(at + 8, at + 16), 16) - TAI_SECONDS, nanosecond };
}

function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + text.charCodeAt(i) - 0x30;
  return value;
}

/**
 * The stamp in front of a line, as bytes: 25 of stamp and a space.
 *
 *   -t    @4000000065f0c0de0a1b2c3d     TAI64N (cr.yp.to/libtai/tai64.html)
 *   -tt   2024-03-12_20:53:40.16929     UTC, five decimals
 *   -ttt  2024-03-12T20:53:40.16929
 *
 * All lines of one read have the same stamp. Its seconds are put into letters again only when the second has changed.
 */
import { DAY_SECONDS, NS_PER_SECOND } from "../time/units.ts";

/** A time since 1970, of the clock that people set (CLOCK_REALTIME). */
export interface WallTime {
  seconds: number;
  nanoseconds: number;
}

/** The kind of a stamp: 0 none, 1 TAI64N, 2 UTC with `_`, 3 UTC with `T`. It is the number of `t` options, three at most. */
export type StampKind = 0 | 1 | 2 | 3;

/** Length of every stamp, its space included. */
export const STAMP_BYTES = 26;

/** The fifth decimal of a second. */
const STEP_NS = 10_000;
const SPACE = 0x20;
const ZERO = 0x30;
const LETTER_A = 0x61;
const TWO_32 = 2 ** 32;
/** A TAI64N label is Unix seconds plus 2^62 + 10 (time/tai64n.ts). These are the upper and the lower 32 bits of that. */
const TAI64_HIGH = 0x4000_0000;
const TAI64_SECONDS = 10;

/** The last stamp, kept between two calls so that few of its bytes have to be written again. */
export interface Stamp {
  readonly kind: StampKind;
  readonly bytes: Uint8Array;
  /** The second that `bytes` tell; -1 before the first. */
  second: number;
}

/** A stamp that tells no time yet. */
export function makeStamp(kind: StampKind): Stamp {
  const bytes = new Uint8Array(kind === 0 ? 0 : STAMP_BYTES);
  if (kind === 1) bytes[0] = 0x40;
  if (kind > 0) bytes[STAMP_BYTES - 1] = SPACE;
  return { kind, bytes, second: -1 };
}

/** Makes `stamp.bytes` tell `wallNs`, nanoseconds since 1970. */
export function setStamp(stamp: Stamp, wallNs: bigint): void {
  setStampAt(stamp, { seconds: Number(wallNs / NS_PER_SECOND), nanoseconds: Number(wallNs % NS_PER_SECOND) });
}

/** Makes `stamp.bytes` tell a time. Allocates nothing while the second stays the same. */
export function setStampAt(stamp: Stamp, { seconds, nanoseconds }: WallTime): void {
  const { kind, bytes } = stamp;
  if (kind === 1) {
    if (seconds !== stamp.second) {
      const label = seconds + TAI64_SECONDS;
      putHex(bytes, 1, TAI64_HIGH + Math.floor(label / TWO_32));
      putHex(bytes, 9, label % TWO_32);
    }
    putHex(bytes, 17, nanoseconds);
  } else if (kind > 1) {
    if (seconds !== stamp.second) putDate(bytes, seconds, kind === 2 ? 0x5f : 0x54);
    putDecimal(bytes, 20, Math.floor(nanoseconds / STEP_NS), 5);
  }
  stamp.second = seconds;
}

/** Writes eight hexadecimal digits. */
function putHex(into: Uint8Array, at: number, value: number): void {
  let left = value;
  for (let i = at + 7; i >= at; i--) {
    const digit = left & 15;
    into[i] = digit < 10 ? ZERO + digit : LETTER_A + digit - 10;
    left >>>= 4;
  }
}

function putDecimal(into: Uint8Array, at: number, value: number, digits: number): void {
  let left = value;
  for (let i = at + digits - 1; i >= at; i--) {
    into[i] = ZERO + left % 10;
    left = Math.floor(left / 10);
  }
}

function putDate(into: Uint8Array, second: number, separator: number): void {
  const day = Math.floor(second / DAY_SECONDS);
  const inDay = second % DAY_SECONDS;
  const date = civil(day);
  putDecimal(into, 0, date.year, 4);
  into[4] = 0x2d;
  putDecimal(into, 5, date.month, 2);
  into[7] = 0x2d;
  putDecimal(into, 8, date.day, 2);
  into[10] = separator;
  putDecimal(into, 11, Math.floor(inDay / 3600), 2);
  into[13] = 0x3a;
  putDecimal(into, 14, Math.floor(inDay / 60) % 60, 2);
  into[16] = 0x3a;
  putDecimal(into, 17, inDay % 60, 2);
  into[19] = 0x2e;
}

/**
 * The Gregorian date of a day, counted from 1970-01-01 as day 0; not for earlier days.
 *
 * Inside, a year begins with March, so the leap day ends a year. Days are counted from March of the year 0, which is
 * 719,468 days before 1970. 400 years have 146,097 days.
 */
export function civil(day: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const years = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: years + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

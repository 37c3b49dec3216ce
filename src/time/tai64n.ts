/**
 * TAI64N labels as runit and daemontools write them (https://cr.yp.to/libtai/tai64.html): `@` and 24 hex digits, which
 * are 2^62 + 10 + Unix seconds, then nanoseconds. The 10 is constant; later leap seconds are not counted.
 */
import { NS_PER_SECOND } from "./units.ts";

/** 2^62 + 10: what is added to Unix seconds. */
export const TAI64_OFFSET = 0x4000_0000_0000_000an;

/** `@4000000...` for a wall-clock time in nanoseconds since 1970 (25 characters). */
export function tai64nLabel(wallNs: bigint): string {
  const seconds = (wallNs / NS_PER_SECOND + TAI64_OFFSET).toString(16).padStart(16, "0");
  const nanos = (wallNs % NS_PER_SECOND).toString(16).padStart(8, "0");
  return `@${seconds}${nanos}`;
}

/** Nanoseconds since 1970 of a label, with or without `@`; undefined for a text that is no label. */
export function wallNsOfLabel(label: string): bigint | undefined {
  const match = /^@?([0-9a-f]{16})([0-9a-f]{8})$/.exec(label);
  if (match === null) return undefined;
  const [, seconds = "", nanos = ""] = match;
  return (BigInt(`0x${seconds}`) - TAI64_OFFSET) * NS_PER_SECOND + BigInt(`0x${nanos}`);
}

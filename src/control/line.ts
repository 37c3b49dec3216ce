/** What sv(8) and svstat(8) say of a status record, each word where runit and daemontools have it. */
import { STATUS_SIZE, type StatusRecord, unpackStatus } from "../runit/status.ts";

const SECOND_NS = 1_000_000_000n;

/** Size of daemontools' status file, which ends before the TERM flag and the phase. */
const SHORT_SIZE = 18;

/** Whole seconds since the last change, as runit counts: seconds now less seconds then, never below 0. */
export function ageSeconds(record: StatusRecord, wallNs: bigint): bigint {
  const age = wallNs / SECOND_NS - record.sinceNs / SECOND_NS;
  return age > 0n ? age : 0n;
}

/**
 * `run: web: (pid 42) 7s, paused`. `normallyUp` is whether the file `down` is absent; undefined when that
 * could not be told.
 */
export function svLine(
  name: string,
  record: StatusRecord,
  normallyUp: boolean | undefined,
  wallNs: bigint,
): string {
  const { pid, phase } = record;
  let line = `${phase}: ${name}: `;
  if (phase !== "down") line += `(pid ${pid}) `;
  line += `${ageSeconds(record, wallNs)}s${remarks(record, normallyUp)}`;
  if (pid !== 0 && record.gotTerm) line += ", got TERM";
  return line;
}

/** `up (pid 42) 7 seconds, paused`: behind the name and a colon. A running `finish` is `up` too. */
export function svstatLine(record: StatusRecord, normallyUp: boolean, wallNs: bigint): string {
  const state = record.pid !== 0 ? `up (pid ${record.pid})` : "down";
  return `${state} ${ageSeconds(record, wallNs)} seconds${remarks(record, normallyUp)}`;
}

function remarks({ pid, paused, wantUp }: StatusRecord, normallyUp: boolean | undefined): string {
  if (pid === 0) return (normallyUp === true ? ", normally up" : "") + (wantUp ? ", want up" : "");
  return (normallyUp === false ? ", normally down" : "") + (paused ? ", paused" : "") +
    (wantUp ? "" : ", want down");
}

/** What daemontools and runit have in common, so never a phase; undefined when it is too short for either. */
export function unpackShortStatus(bytes: Uint8Array): StatusRecord | undefined {
  if (bytes.length < SHORT_SIZE) return undefined;
  const whole = new Uint8Array(STATUS_SIZE);
  whole.set(bytes.subarray(0, SHORT_SIZE));
  return unpackStatus(whole);
}

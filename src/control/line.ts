/** The lines that sv(8) and svstat(8) print of a status record, each word where runit and daemontools have it. */
import { STATUS_SIZE, type StatusRecord, unpackStatus } from "../runit/status.ts";
import { NS_PER_SECOND } from "../time/units.ts";

/** Bytes of daemontools' status file, which ends before the TERM flag and the phase. */
const SHORT_SIZE = 18;

/**
 * Whole seconds since the last change. As runit does, this subtracts the second of the change from the present second;
 * the result is never below 0. `wallNs` is nanoseconds since 1970.
 */
export function ageSeconds(record: StatusRecord, wallNs: bigint): bigint {
  const age = wallNs / NS_PER_SECOND - record.sinceNs / NS_PER_SECOND;
  return age > 0n ? age : 0n;
}

/**
 * sv's line: `run: web: (pid 42) 7s, paused`. `normallyUp` says that there is no file `down`; it is undefined if that
 * could not be found out.
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

/**
 * The text of svstat's line behind the name and a colon: `up (pid 42) 7 seconds, paused`. For svstat a running
 * `finish` is `up` too.
 */
export function svstatLine(record: StatusRecord, normallyUp: boolean, wallNs: bigint): string {
  const state = record.pid !== 0 ? `up (pid ${record.pid})` : "down";
  return `${state} ${ageSeconds(record, wallNs)} seconds${remarks(record, normallyUp)}`;
}

function remarks({ pid, paused, wantUp }: StatusRecord, normallyUp: boolean | undefined): string {
  if (pid === 0) return (normallyUp === true ? ", normally up" : "") + (wantUp ? ", want up" : "");
  return (normallyUp === false ? ", normally down" : "") + (paused ? ", paused" : "") +
    (wantUp ? "" : ", want down");
}

/**
 * Reads the 18 bytes that daemontools' and runit's `status` have in common, so the record's phase is always `down`.
 * Undefined if there are fewer bytes.
 */
export function unpackShortStatus(bytes: Uint8Array): StatusRecord | undefined {
  if (bytes.length < SHORT_SIZE) return undefined;
  const whole = new Uint8Array(STATUS_SIZE);
  whole.set(bytes.subarray(0, SHORT_SIZE));
  return unpackStatus(whole);
}

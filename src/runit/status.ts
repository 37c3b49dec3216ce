/**
 * The three files that tell a service's state, byte for byte as runsv(8) writes them.
 *
 * `status` has 20 bytes: TAI64N time of the last change (12, big-endian), pid (4, little-endian), paused, want
 * (`u` or `d`), got TERM, and the phase (0 down, 1 run, 2 finish). daemontools reads the first 18.
 */
import { TAI64_OFFSET } from "../time/tai64n.ts";
import { NS_PER_SECOND } from "../time/units.ts";

/** The process that a supervisor runs for a service: none, `./run`, or `./finish`. */
export type Phase = "down" | "run" | "finish";
/** The last order to a service. `exit`: the supervisor leaves when the service is down. */
export type Want = "up" | "down" | "exit";

/** The content of `supervise/status`. */
export interface StatusRecord {
  /** Wall-clock nanoseconds since 1970. */
  readonly sinceNs: bigint;
  /** 0 when there is no process. */
  readonly pid: number;
  readonly paused: boolean;
  readonly wantUp: boolean;
  readonly gotTerm: boolean;
  readonly phase: Phase;
}

/** Bytes of `supervise/status` (runsv.c). */
export const STATUS_SIZE = 20;

const PHASES: readonly Phase[] = ["down", "run", "finish"];
const WANT_UP = 0x75;
const WANT_DOWN = 0x64;

/** The 20 bytes, written into `into` from its start (a fresh array when absent). */
export function packStatus(
  record: StatusRecord,
  into: Uint8Array<ArrayBuffer> = new Uint8Array(STATUS_SIZE),
): Uint8Array<ArrayBuffer> {
  const view = new DataView(into.buffer, into.byteOffset);
  view.setBigUint64(0, record.sinceNs / NS_PER_SECOND + TAI64_OFFSET);
  view.setUint32(8, Number(record.sinceNs % NS_PER_SECOND));
  view.setUint32(12, record.pid, true);
  into[16] = record.paused ? 1 : 0;
  into[17] = record.wantUp ? WANT_UP : WANT_DOWN;
  into[18] = record.gotTerm ? 1 : 0;
  into[19] = PHASES.indexOf(record.phase);
  return into;
}

/** Reads the first 20 bytes; undefined when there are fewer. An unknown phase byte reads as `run`, as in sv(8). */
export function unpackStatus(bytes: Uint8Array): StatusRecord | undefined {
  if (bytes.length < STATUS_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    sinceNs: (view.getBigUint64(0) - TAI64_OFFSET) * NS_PER_SECOND + BigInt(view.getUint32(8)),
    pid: view.getUint32(12, true),
    paused: bytes[16] !== 0,
    wantUp: bytes[17] === WANT_UP,
    gotTerm: bytes[18] !== 0,
    phase: PHASES[bytes[19] ?? 1] ?? "run",
  };
}

/** The line of `stat`: the phase, then what is unusual about it. */
export function statLine(state: {
  readonly phase: Phase;
  readonly paused: boolean;
  readonly gotTerm: boolean;
  readonly want: Want;
}): string {
  let line: string = state.phase;
  if (state.paused) line += ", paused";
  if (state.gotTerm) line += ", got TERM";
  if (state.phase !== "down" && state.want !== "up") line += `, want ${state.want}`;
  return `${line}\n`;
}

/** The text of `pid`: empty when there is no process. */
export function pidLine(pid: number): string {
  return pid === 0 ? "" : `${pid}\n`;
}

/** A table of services as text: for each service its status as `sv` says it, and the newest line of its log. */
import { type StatusRecord } from "../../src/runit/status.ts";

/** A row of the table, for one service. */
export interface Row {
  readonly name: string;
  /** Undefined until the service is supervised. */
  readonly status: StatusRecord | undefined;
  /** The pid of the logger; 0 if it does not run. */
  readonly logger: number;
  /** The newest line of the log; empty if there is none. */
  readonly line: string;
}

/** The look of the table. */
export interface Look {
  /** The width of the terminal, in characters. */
  readonly columns: number;
  readonly colours: boolean;
  /** Unix time in nanoseconds, from which ages are counted. */
  readonly nowNs: bigint;
}

const WIDTHS = { name: 9, state: 15, pid: 9, since: 7, logger: 9 } as const;
const INDENT = "  ";
const NS_PER_S = 1_000_000_000n;

/** ECMA-48 "select graphic rendition". */
const SGR = { green: 32, yellow: 33, dim: 2, bold: 1 } as const;
/** A colour or weight of text on a terminal. */
export type Ink = keyof typeof SGR;

/** `text` in this colour, or unchanged without `colours`. */
export function inked(text: string, ink: Ink, colours: boolean): string {
  return colours ? `\x1b[${SGR[ink]}m${text}\x1b[0m` : text;
}

/** The state of a service in sv's words. */
export function stateOf(status: StatusRecord | undefined): string {
  if (status === undefined) return "-";
  const { phase, paused, wantUp, pid } = status;
  if (paused) return `${phase}, paused`;
  if (pid === 0 && wantUp) return `${phase}, want up`;
  if (pid !== 0 && !wantUp) return `${phase}, want down`;
  return phase;
}

function inkOf(status: StatusRecord | undefined): Ink {
  if (status === undefined || status.phase === "down" && !status.wantUp) return "dim";
  return status.phase === "run" && !status.paused ? "green" : "yellow";
}

/** Shortens svlogd's stamp, `2026-11-23_00:47:45.19504`, to the time of day in seconds. */
function withShortStamp(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\d[_T](\d\d:\d\d:\d\d)\.\d+ /, "$1 ");
}

/** Replaces control characters, which a terminal would act on, by blanks. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}

function rowText({ name, status, logger, line }: Row, { columns, colours, nowNs }: Look): string {
  const seconds = status === undefined ? 0n : (nowNs - status.sinceNs) / NS_PER_S;
  const since = status === undefined ? "-" : `${seconds < 0n ? 0n : seconds}s`;
  const number = (pid: number) => pid === 0 ? "-" : `${pid}`;
  const state = inked(stateOf(status).padEnd(WIDTHS.state), inkOf(status), colours);
  const before = number(status?.pid ?? 0).padEnd(WIDTHS.pid) + since.padEnd(WIDTHS.since) +
    number(logger).padEnd(WIDTHS.logger);
  const taken = INDENT.length + WIDTHS.name + WIDTHS.state + before.length;
  const rest = printable(withShortStamp(line)).slice(0, Math.max(columns - taken, 0));
  return `${INDENT}${name.padEnd(WIDTHS.name)}${state}${before}${rest}`.trimEnd();
}

/** The lines of the table, cut to the width of the terminal. */
export function tableLines(rows: readonly Row[], look: Look): string[] {
  const title = INDENT + "SERVICE".padEnd(WIDTHS.name) + "STATE".padEnd(WIDTHS.state) +
    "PID".padEnd(WIDTHS.pid) +
    "SINCE".padEnd(WIDTHS.since) + "LOGGER".padEnd(WIDTHS.logger) + "LAST LINE OF ITS LOG";
  return [
    inked(title.slice(0, look.columns), "bold", look.colours),
    ...rows.map((row) => rowText(row, look)),
  ];
}

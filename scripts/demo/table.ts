/** A table of services as text: what `sv status` says, one service a line, with the newest line of its log. */
import type { StatusRecord } from "../../src/runit/status.ts";

export interface Row {
  readonly name: string;
  /** Undefined before it is supervised. */
  readonly status: StatusRecord | undefined;
  /** The logger's pid, 0 for none. */
  readonly logger: number;
  /** The newest line of its log; empty when there is none. */
  readonly line: string;
}

export interface Look {
  readonly columns: number;
  readonly colours: boolean;
  readonly nowNs: bigint;
}

const WIDTHS = { name: 9, state: 15, pid: 9, since: 7, logger: 9 } as const;
const INDENT = "  ";
const NS_PER_S = 1_000_000_000n;

/** ECMA-48 "select graphic rendition". */
const SGR = { green: 32, yellow: 33, dim: 2, bold: 1 } as const;
export type Ink = keyof typeof SGR;

export function inked(text: string, ink: Ink, colours: boolean): string {
  return colours ? `\x1b[${SGR[ink]}m${text}\x1b[0m` : text;
}

/** In sv's words. */
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

/** svlogd's stamp is `2026-11-23_00:47:45.19504`: the time of day to the second will do. */
function withShortStamp(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\d[_T](\d\d:\d\d:\d\d)\.\d+ /, "$1 ");
}

/** What a terminal would do something with is shown as a blank. */
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

/** The lines of the table, none longer than the terminal is wide. */
export function tableLines(rows: readonly Row[], look: Look): string[] {
  const title = INDENT + "SERVICE".padEnd(WIDTHS.name) + "STATE".padEnd(WIDTHS.state) +
    "PID".padEnd(WIDTHS.pid) +
    "SINCE".padEnd(WIDTHS.since) + "LOGGER".padEnd(WIDTHS.logger) + "LAST LINE OF ITS LOG";
  return [
    inked(title.slice(0, look.columns), "bold", look.colours),
    ...rows.map((row) => rowText(row, look)),
  ];
}

/**
 * The differences between svlogd(8) and multilog(8): one record for each program, whose fields are named by the
 * difference. Code that both share asks a field, never which of the two programs runs.
 *
 * Sources: runit's svlogd.c and svlogd(8); daemontools' multilog.c and its page (cr.yp.to/daemontools/multilog.html).
 */
import { closedLog } from "../rotation/log_state.ts";
import { step } from "../rotation/machine.ts";
import { stepMultilog } from "../rotation/multilog.ts";
import { closedMultilog } from "../rotation/multilog_state.ts";
import { type LogMachine, Running } from "./log_machine.ts";
import { MARGIN_BYTES } from "./multilog.ts";

/** The way in which one program treats lines and log directories. */
export interface Dialect {
  /** The name that begins every message. */
  readonly program: "svlogd" | "multilog";
  /**
   * The log directories that must be in use: with `every`, the program ends at once when one cannot be opened; with
   * `any`, it ends when none is left.
   */
  readonly needs: "every" | "any";
  /** TERM in the middle of a line: `takeRest` reads the bytes that are there, `awaitNewline` reads on to the newline. */
  readonly onTerm: "takeRest" | "awaitNewline";
  /**
   * True when patterns see the stamp in front of a line. Such patterns are those of multilog(8) (`star_pattern.ts`).
   */
  readonly patternsSeeStamp: boolean;
  /** True when a directory has a file `status` with the accounts of its lines. */
  readonly keepsStatusFile: boolean;
  /** True when the machine of the log runs the processor itself, as a part of the rotation. */
  readonly rotationProcesses: boolean;
  /**
   * Returns a number of bytes: if a line ends within them of the log's size, the log is full. `lineBytes`: bytes of a
   * line that are matched.
   */
  marginBytes(lineBytes: number): number;
  /** Makes the machine of a log directory that is not open yet. `name`: the path as the user gave it. */
  newLog(name: string): LogMachine;
}

/** svlogd(8) of runit. */
export const SVLOGD: Dialect = {
  program: "svlogd",
  needs: "any",
  onTerm: "takeRest",
  patternsSeeStamp: false,
  keepsStatusFile: true,
  rotationProcesses: false,
  marginBytes: (lineBytes) => lineBytes,
  newLog: (name) => new Running(closedLog(name), step),
};

/** multilog(8) of daemontools. */
export const MULTILOG: Dialect = {
  program: "multilog",
  needs: "every",
  onTerm: "awaitNewline",
  patternsSeeStamp: true,
  keepsStatusFile: false,
  rotationProcesses: true,
  marginBytes: () => MARGIN_BYTES,
  newLog: (name) => new Running(closedMultilog(name), stepMultilog),
};

/** The loggers that are compared, and the words by which each is told the same. */

import { type DenitId, isPresent, type SystemId } from "../systems.ts";
import { RULES } from "./input.ts";

/** The loggers beside denit. */
export const PEERS = ["svlogd", "s6-log"] as const;
/** A logger. */
export type LoggerId = DenitId | typeof PEERS[number];

/** The kinds of stamps in front of a line. */
export const STAMPS = ["none", "tai64n", "utc"] as const;
/** One of STAMPS. */
export type Stamp = typeof STAMPS[number];

/** A logger on this machine. */
export interface LoggerInstallation {
  readonly logger: LoggerId;
  /** The directory of `svlogd` and `runsvdir`, or of `s6-log` and `s6-svscan`. */
  readonly programs: string;
}

interface Logger {
  readonly label: string;
  readonly short: string;
  /** The supervision under which its users run it. */
  readonly system: SystemId;
  readonly stampBytes: { readonly [stamp in Stamp]: number };
}

/** The bytes of stamps: `@`, 24 digits and a blank; `2024-03-12_20:53:40.16929` and a blank. */
const SVLOGD_STAMPS = { none: 0, tai64n: 26, utc: 26 };

/** Every logger. */
export const LOGGERS: Readonly<Record<LoggerId, Logger>> = {
  "denit-compiled": {
    label: "denit, compiled",
    short: "compiled",
    system: "denit-compiled",
    stampBytes: SVLOGD_STAMPS,
  },
  "denit-script": {
    label: "denit, script",
    short: "script",
    system: "denit-script",
    stampBytes: SVLOGD_STAMPS,
  },
  "denit-before": {
    label: "denit, before",
    short: "before",
    system: "denit-before",
    stampBytes: SVLOGD_STAMPS,
  },
  svlogd: { label: "svlogd", short: "svlogd", system: "runit", stampBytes: SVLOGD_STAMPS },
  // A stamp is 2024-03-12 20:53:40.169290000 and two blanks.
  "s6-log": { label: "s6-log", short: "s6-log", system: "s6", stampBytes: { none: 0, tai64n: 26, utc: 31 } },
};

/** The rotation, the same for all. s6-log takes at most 268,435,455 bytes a file. */
export const ROTATION = { fileBytes: 100_000_000, oldFiles: 5 };

const SVLOGD_STAMP: Record<Stamp, readonly string[]> = { none: [], tai64n: ["-t"], utc: ["-tt"] };
const S6_STAMP: Record<Stamp, readonly string[]> = { none: [], tai64n: ["t"], utc: ["T"] };

/** The order for a logger. */
export interface Wish {
  readonly directory: string;
  readonly stamp: Stamp;
  readonly selects?: boolean;
  /** -b of svlogd, which s6-log does not have; 0 leaves svlogd's default. */
  readonly bufferBytes?: number;
}

/** The command that logs its standard input as wished; svlogd reads the rest from `config`. */
export function loggerCommand(logger: LoggerId, { directory, stamp, selects, bufferBytes }: Wish): string[] {
  if (logger !== "s6-log") {
    const buffer = bufferBytes ? ["-b", String(bufferBytes)] : [];
    return ["svlogd", ...SVLOGD_STAMP[stamp], ...buffer, directory];
  }
  const rules = RULES.map((rule) => `${sign(rule.selects)}${rule.expression}`);
  // -l 0: long lines are not cut in pieces.
  return ["s6-log", "-l", "0", ...(selects ? rules : []), ...S6_STAMP[stamp], ...rotation(), directory];
}

function rotation(): string[] {
  return [`s${ROTATION.fileBytes}`, `n${ROTATION.oldFiles}`];
}

/** svlogd's file `config`. */
export function svlogdConfig(selects: boolean): string {
  const rules = selects ? RULES.map((rule) => `${sign(rule.selects)}${rule.pattern}`) : [];
  return [...rotation(), ...rules, ""].join("\n");
}

function sign(selects: boolean): string {
  return selects ? "+" : "-";
}

export function isOurs(logger: LoggerId): logger is DenitId {
  return logger === "denit-before" || isPresent(logger);
}

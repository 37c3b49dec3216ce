/** The command line and environment of sv(8), and of an init script that is a link to sv, as one request. */
import { readOptions } from "../cli/getopt.ts";
import { MS_PER_SECOND } from "../time/units.ts";
import { type Command, commandOf } from "./command.ts";

/** A call of sv, read. */
export type SvRequest =
  | { readonly kind: "status"; readonly services: readonly string[] }
  | {
    readonly kind: "command";
    readonly command: Command;
    /** True when sv waits for the command to be done, and reports. */
    readonly waits: boolean;
    readonly timeoutMs: number;
    readonly services: readonly string[];
  }
  /** `complaint` is a line to print before the usage line. */
  | { readonly kind: "usage"; readonly complaint?: string }
  | { readonly kind: "version" };

/** A call of sv, as it was typed. */
export interface SvCall {
  /** The name by which sv was called. */
  readonly name: string;
  readonly args: readonly string[];
  /** True when sv was called as /etc/init.d/NAME: NAME is the one service. */
  readonly lsb: boolean;
  /** The environment variable SVWAIT, in seconds. */
  readonly svwait: string | undefined;
}

/** sv(8): the default of -w. */
const TIMEOUT_SECONDS = 7;

/** Reads a call of sv. A value of -w overrides SVWAIT, which overrides the default of 7 seconds. */
export function svRequest({ name, args, lsb, svwait }: SvCall): SvRequest {
  const read = readOptions(args, { flags: "vV", valued: "w", otherDashes: "unknown letter" });
  if (read.kind === "complaint") return { kind: "usage", complaint: `${name}: ${read.complaint}` };
  let seconds = svwait === undefined ? TIMEOUT_SECONDS : leadingNumber(svwait);
  for (const { name: letter, value } of read.options) {
    if (letter === "V") return { kind: "version" };
    if (letter === "w") seconds = leadingNumber(value);
  }
  const [word = "", ...words] = read.rest;
  const services = lsb ? [name] : words;
  const command = commandOf(word, lsb);
  if (command === undefined || services.length === 0) return { kind: "usage" };
  if (command === "status") return { kind: "status", services };
  // -w without -v would set a time that nothing uses, so it means both.
  const waits = command.waits || read.options.length > 0;
  return { kind: "command", command, waits, timeoutMs: seconds * MS_PER_SECOND, services };
}

/** The digits at the front of `text`, as runit's scan_ulong reads them; 0 if there are none. */
export function leadingNumber(text: string): number {
  return Number(/^[0-9]+/.exec(text)?.[0] ?? "0");
}

/** The command line and environment of sv(8), and of an init script that is a link to it, as one request. */
import { readOptions } from "../cli/getopt.ts";
import { type Command, commandOf } from "./command.ts";

export type SvRequest =
  | { readonly kind: "status"; readonly services: readonly string[] }
  | {
    readonly kind: "command";
    readonly command: Command;
    /** Whether to wait and report. */
    readonly waits: boolean;
    readonly timeoutMs: number;
    readonly services: readonly string[];
  }
  /** `complaint`: a line to print before the usage line. */
  | { readonly kind: "usage"; readonly complaint?: string }
  | { readonly kind: "version" };

export interface SvCall {
  /** The name it was called by. */
  readonly name: string;
  readonly args: readonly string[];
  /** Called as /etc/init.d/NAME: the service is NAME, and only one. */
  readonly lsb: boolean;
  /** The environment variable SVWAIT. */
  readonly svwait: string | undefined;
}

/** sv(8): wait up to 7 seconds. */
const TIMEOUT_SECONDS = 7;

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
  // -w without -v would be told a time for nothing, so it asks for both.
  const waits = command.waits || read.options.length > 0;
  return { kind: "command", command, waits, timeoutMs: seconds * 1000, services };
}

/** The digits at the front, as runit's scan_ulong reads them; 0 when there are none. */
export function leadingNumber(text: string): number {
  return Number(/^[0-9]+/.exec(text)?.[0] ?? "0");
}

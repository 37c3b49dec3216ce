/** The command line of svc(8): every option letter is a control byte. */
import { readOptions } from "../cli/getopt.ts";

/** Letters in the order of daemontools' manual, then runit's own. */
const CONTROL_LETTERS = "udopchaitkxq12";

/** The line that svc prints instead of a usage line. */
export const SVC_OPTIONS =
  "svc options: u up, d down, o once, x exit, p pause, c continue, h hup, a alarm, " +
  "i interrupt, t term, k kill, q quit, 1 usr1, 2 usr2";

/** A call of svc, read. */
export type SvcRequest =
  | { readonly kind: "send"; readonly bytes: string; readonly services: readonly string[] }
  /** `complaint` is a line to print before the options. */
  | { readonly kind: "usage"; readonly complaint?: string };

/**
 * Reads a call of svc. Bytes are sent in the order typed, each once, as daemontools does; BusyBox has an order of its
 * own.
 */
export function svcRequest(args: readonly string[]): SvcRequest {
  const read = readOptions(args, { flags: CONTROL_LETTERS, valued: "", otherDashes: "unknown letter" });
  if (read.kind === "complaint") return { kind: "usage", complaint: `svc: ${read.complaint}` };
  const bytes = [...new Set(read.options.map(({ name }) => name))].join("");
  return bytes === "" ? { kind: "usage" } : { kind: "send", bytes, services: read.rest };
}

/**
 * The accounts of one log directory: what became of all lines that came in since its `status` file was first written.
 *
 *     in 123456 bytes 789 lines          all that was read
 *     written 143970 bytes 780 lines     to the file, with stamps and prefixes
 *     deselected 1000 bytes 9 lines      by patterns
 *     dropped 0 bytes 0 lines            because the disk was full and `config` says `:when-full drop`
 *
 * The lines written are those that were neither deselected nor dropped. runit's svlogd ignores the file.
 */

/** Counts of bytes and lines. */
export interface Accounts {
  inBytes: number;
  inLines: number;
  writtenBytes: number;
  deselectedBytes: number;
  deselectedLines: number;
  droppedBytes: number;
  droppedLines: number;
  /** The bytes and lines whose loss a line in the log has told already. */
  toldBytes: number;
  toldLines: number;
}

/** The counts in the order in which a ledger keeps them. */
export const ACCOUNTS = [
  "inBytes",
  "inLines",
  "writtenBytes",
  "deselectedBytes",
  "deselectedLines",
  "droppedBytes",
  "droppedLines",
  "toldBytes",
  "toldLines",
] as const satisfies readonly (keyof Accounts)[];

/** The accounts of a log directory that nothing has come to. */
export function noAccounts(): Accounts {
  return {
    inBytes: 0,
    inLines: 0,
    writtenBytes: 0,
    deselectedBytes: 0,
    deselectedLines: 0,
    droppedBytes: 0,
    droppedLines: 0,
    toldBytes: 0,
    toldLines: 0,
  };
}

/** The text of the `status` file. */
export function statusText(of: Accounts): string {
  const writtenLines = of.inLines - of.deselectedLines - of.droppedLines;
  return `in ${of.inBytes} bytes ${of.inLines} lines\n` +
    `written ${of.writtenBytes} bytes ${writtenLines} lines\n` +
    `deselected ${of.deselectedBytes} bytes ${of.deselectedLines} lines\n` +
    `dropped ${of.droppedBytes} bytes ${of.droppedLines} lines\n`;
}

/** Reads the text of a `status` file. A count that is missing is 0. */
export function parseStatus(text: string): Accounts {
  const said = new Map<string, readonly [bytes: number, lines: number]>();
  for (const [, name = "", bytes, lines] of text.matchAll(/^([a-z]+) ([0-9]+) bytes ([0-9]+) lines$/gm)) {
    said.set(name, [Number(bytes), Number(lines)]);
  }
  const [inBytes, inLines] = said.get("in") ?? [0, 0];
  const [writtenBytes] = said.get("written") ?? [0];
  const [deselectedBytes, deselectedLines] = said.get("deselected") ?? [0, 0];
  const [droppedBytes, droppedLines] = said.get("dropped") ?? [0, 0];
  return {
    inBytes,
    inLines,
    writtenBytes,
    deselectedBytes,
    deselectedLines,
    droppedBytes,
    droppedLines,
    toldBytes: droppedBytes,
    toldLines: droppedLines,
  };
}

/** The line in the log that tells where and why lines were dropped, with its newline. */
export function markerText(bytes: number, lines: number, why: string): string {
  return `svlogd: dropped ${bytes} bytes, ${lines} lines: ${why}\n`;
}

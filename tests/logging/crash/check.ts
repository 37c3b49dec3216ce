/**
 * Whether the files of a log directory hold the lines that were written: each once, in order, whole, and no others.
 *
 * The files are one text, oldest first, whatever their sizes cut: a line may begin in one and end in the next. A line
 * counts when it is the one that its number says, byte by byte, behind the stamp and prefix that were asked for.
 */
import type { Lines } from "./lines.ts";

export interface LogFile {
  readonly name: string;
  /** Byte string. */
  readonly text: string;
}

export type StampName = "none" | "tai64n" | "utc" | "iso";

export interface Expectation {
  readonly lines: Lines;
  /** Lines 0 to `count` - 1 were written. */
  readonly count: number;
  readonly stamp: StampName;
  readonly prefix: string;
  /** Letters of the lines that the directory selects. */
  readonly classes: string;
  /** In so many bytes of a line REPLACED is written as REPLACEMENT (svlogd's -R). */
  readonly replacedBytes: number;
  /** The oldest files are gone: lines count from the first that is there in full. */
  readonly pruned: boolean;
}

export const FAULT_KINDS = ["missing", "repeated", "out of order", "torn", "foreign"] as const;
export type FaultKind = typeof FAULT_KINDS[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly count: number;
  /** The first few, with the place of those that have one. */
  readonly first: readonly string[];
}

export interface Report {
  readonly files: number;
  /** Lines that are there, whole and for the first time. */
  readonly lines: number;
  readonly faults: readonly Fault[];
}

export const REPLACED = ";";
const REPLACEMENT = "_";
const FEW = 5;
/** How far around the last good line a piece is looked for in lines, to call it torn and not foreign. */
const NEAR = 50;
const EXCERPT = 40;

const LEADS: { readonly [S in StampName]: RegExp } = {
  none: /^/,
  tai64n: /^@[0-9a-f]{24} /,
  utc: /^\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.\d{5} /,
  iso: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{5} /,
};

/**
 * Of a directory whose oldest files were pruned: what must be complete. Only `.s` files are ever pruned, the oldest
 * first; so nothing is gone behind the oldest that is there, and a `.u` file before it stands for itself.
 */
export function unpruned(files: readonly LogFile[]): readonly LogFile[] {
  const oldest = files.findIndex(({ name }) => name.endsWith(".s"));
  return files.slice(Math.max(oldest, 0));
}

export function check(files: readonly LogFile[], expected: Expectation): Report {
  return new Checker(files, expected).report();
}

/** The numbers of the lines that are there, whole and selected, wherever. */
export function present(files: readonly LogFile[], expected: Expectation): number[] {
  const checker = new Checker(files, expected);
  checker.report();
  return checker.numbers();
}

/** One line a fault, and a first one that says how much was looked at. */
export function reportLines({ files, lines, faults }: Report): string[] {
  return [
    `${lines} lines in ${files} files`,
    ...faults.map(({ kind, count, first }) =>
      `${kind}: ${count}: ${first.join(", ")}${count > first.length ? ", ..." : ""}`
    ),
  ];
}

class Checker {
  readonly #files: readonly LogFile[];
  readonly #expected: Expectation;
  readonly #found = new Map<FaultKind, { count: number; first: string[] }>();
  readonly #seen: Uint8Array;
  #length = 0;
  #good = 0;
  /** The highest number so far, and the first. */
  #highest = -1;
  #begin = 0;

  constructor(files: readonly LogFile[], expected: Expectation) {
    this.#files = files;
    this.#expected = expected;
    this.#seen = new Uint8Array(expected.count);
  }

  report(): Report {
    const text = this.#files.map((file) => file.text).join("");
    this.#length = text.length;
    let at = 0;
    while (at < text.length) {
      const newline = text.indexOf("\n", at);
      const end = newline < 0 ? text.length : newline;
      this.#take(text.slice(at, end), at, newline >= 0);
      at = end + 1;
    }
    this.#findMissing();
    const faults = FAULT_KINDS.flatMap((kind) => {
      const found = this.#found.get(kind);
      return found === undefined ? [] : [{ kind, ...found }];
    });
    return { files: this.#files.length, lines: this.#good, faults };
  }

  numbers(): number[] {
    return [...this.#seen.keys()].filter((number) => this.#seen[number] === 1);
  }

  #take(line: string, at: number, ended: boolean): void {
    const text = this.#withoutLead(line);
    const number = text === undefined ? undefined : numberOf(text);
    const isWhole = ended && number !== undefined && number < this.#expected.count &&
      text === this.#text(number);
    if (isWhole) this.#takeWhole(number, at);
    else this.#takeOdd(line, number, at);
  }

  #withoutLead(line: string): string | undefined {
    const stamp = LEADS[this.#expected.stamp].exec(line)?.[0];
    const { prefix } = this.#expected;
    if (stamp === undefined || !line.startsWith(prefix, stamp.length)) return undefined;
    return line.slice(stamp.length + prefix.length);
  }

  #takeWhole(number: number, at: number): void {
    if (!this.#isSelected(number)) return this.#note("foreign", `${number} ${this.#place(at)}`);
    if (this.#seen[number] === 1) return this.#note("repeated", `${number} ${this.#place(at)}`);
    if (this.#good === 0 && this.#expected.pruned) this.#begin = number;
    this.#seen[number] = 1;
    this.#good++;
    if (number < this.#highest) this.#note("out of order", `${number} ${this.#place(at)}`);
    else this.#highest = number;
  }

  /** Of a line that is not whole, is it part of one that was written hereabouts? */
  #takeOdd(line: string, number: number | undefined, at: number): void {
    // What is left of a line that began in a file that is gone.
    if (at === 0 && this.#expected.pruned) return this.#takeRest(line);
    const torn = number !== undefined && number < this.#expected.count || this.#isPiece(line);
    const excerpt = JSON.stringify(line.length > EXCERPT ? `${line.slice(0, EXCERPT)}...` : line);
    this.#note(torn ? "torn" : "foreign", `${number ?? excerpt} ${this.#place(at)}`);
  }

  /** One line may be as long as all files that are kept: then the last one is all there is. */
  #takeRest(line: string): void {
    const last = this.#lastSelected();
    const isAll = line.length > 0 && line.length === this.#length - 1;
    if (!isAll || last < 0 || !this.#text(last).endsWith(line)) return;
    this.#begin = last;
    this.#seen[last] = 1;
    this.#good++;
  }

  #lastSelected(): number {
    let last = this.#expected.count - 1;
    while (last >= 0 && !this.#isSelected(last)) last--;
    return last;
  }

  #text(number: number): string {
    const { lines, replacedBytes } = this.#expected;
    const text = lines.text(number);
    return text.slice(0, replacedBytes).replaceAll(REPLACED, REPLACEMENT) + text.slice(replacedBytes);
  }

  #isPiece(line: string): boolean {
    const from = Math.max(0, this.#highest - NEAR);
    const to = Math.min(this.#expected.count, this.#highest + NEAR);
    for (let number = from; number < to; number++) {
      const text = this.#text(number);
      if (text.endsWith(line) || line.endsWith(text)) return true;
    }
    return false;
  }

  #findMissing(): void {
    for (let number = this.#begin; number < this.#expected.count; number++) {
      if (this.#seen[number] === 0 && this.#isSelected(number)) this.#note("missing", `${number}`);
    }
  }

  #isSelected(number: number): boolean {
    return this.#expected.classes.includes(this.#expected.lines.class(number));
  }

  #note(kind: FaultKind, what: string): void {
    const found = this.#found.get(kind) ?? { count: 0, first: [] };
    found.count++;
    if (found.first.length < FEW) found.first.push(what);
    this.#found.set(kind, found);
  }

  /** File and offset in it. */
  #place(at: number): string {
    let before = 0;
    for (const { name, text } of this.#files) {
      if (at < before + text.length) return `(${name} at ${at - before})`;
      before += text.length;
    }
    return "(end)";
  }
}

function numberOf(text: string): number | undefined {
  const digits = /^[a-d](\d{1,9}) /.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Checks whether the files of a log directory hold the lines that were written: each once, in order, whole, and no
 * others.
 *
 * The checker reads the files as one text, oldest first. A file may end anywhere, so a line may begin in one file and
 * end in the next. A line counts if it is, byte by byte, the line of its number, behind the stamp and the prefix that
 * were asked for.
 */
import type { Lines } from "./lines.ts";

/** A file of a log directory. */
export interface LogFile {
  readonly name: string;
  /** The bytes, as a byte string. */
  readonly text: string;
}

/** The stamps that svlogd can write: none, -t, -tt and -ttt. */
export type StampName = "none" | "tai64n" | "utc" | "iso";

/** The contents that the files must have. */
export interface Expectation {
  readonly lines: Lines;
  /** Number of the lines that were written. They are lines 0 to `count` - 1. */
  readonly count: number;
  readonly stamp: StampName;
  readonly prefix: string;
  /** Letters of the lines that the directory selects. */
  readonly classes: string;
  /** The bytes at the start of a line in which svlogd writes REPLACEMENT for REPLACED (svlogd's -R). */
  readonly replacedBytes: number;
  /** True when the oldest files may be gone. Then lines count from the first one that is there as a whole. */
  readonly pruned: boolean;
}

/** The kinds of faults, in the order in which a report lists them. */
export const FAULT_KINDS = ["missing", "repeated", "out of order", "torn", "foreign"] as const;
/** A kind of fault. */
export type FaultKind = typeof FAULT_KINDS[number];

/** All faults of one kind. */
export interface Fault {
  readonly kind: FaultKind;
  readonly count: number;
  /** The first few, as line numbers or excerpts, with file and offset if the line is there. */
  readonly first: readonly string[];
}

/** The result of a check. */
export interface Report {
  readonly files: number;
  /** Number of the lines that are there as a whole. A repeated line counts once. */
  readonly lines: number;
  readonly faults: readonly Fault[];
}

/** The character that svlogd replaces with -R. */
export const REPLACED = ";";
const REPLACEMENT = "_";
const FEW = 5;
/**
 * The number of lines around the last good line in which a piece is looked for. A piece that is found is torn; any
 * other piece is foreign.
 */
const NEAR = 50;
const EXCERPT = 40;

const LEADS: { readonly [S in StampName]: RegExp } = {
  none: /^/,
  tai64n: /^@[0-9a-f]{24} /,
  utc: /^\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.\d{5} /,
  iso: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{5} /,
};

/**
 * The files that must be complete if old files were pruned. svlogd prunes only `.s` files, oldest first. So nothing
 * is missing behind the oldest `.s` file, and a `.u` file before it may follow a gap.
 */
export function unpruned(files: readonly LogFile[]): readonly LogFile[] {
  const oldest = files.findIndex(({ name }) => name.endsWith(".s"));
  return files.slice(Math.max(oldest, 0));
}

/** Compares the files, oldest first, with the lines that were written. */
export function check(files: readonly LogFile[], expected: Expectation): Report {
  return new Checker(files, expected).report();
}

/** Numbers of the lines that are there as a whole and selected, in any order. */
export function present(files: readonly LogFile[], expected: Expectation): number[] {
  const checker = new Checker(files, expected);
  checker.report();
  return checker.numbers();
}

/** A report as lines to print: first how much was checked, then one line for each kind of fault. */
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
  /** The highest line number so far. */
  #highest = -1;
  /** The first line number that counts. */
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

  /**
   * Takes a line that is not whole. It is torn if it is a piece of a line that was written near here, and else
   * foreign.
   */
  #takeOdd(line: string, number: number | undefined, at: number): void {
    // The rest of a line that began in a file which is gone.
    if (at === 0 && this.#expected.pruned) return this.#takeRest(line);
    const torn = number !== undefined && number < this.#expected.count || this.#isPiece(line);
    const excerpt = JSON.stringify(line.length > EXCERPT ? `${line.slice(0, EXCERPT)}...` : line);
    this.#note(torn ? "torn" : "foreign", `${number ?? excerpt} ${this.#place(at)}`);
  }

  /**
   * Takes the rest of a pruned line. One line may be as long as all files that are kept. Then the files hold only its
   * end, and it must be the last line.
   */
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

  /** Names the file and the offset in it. */
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

/**
 * The output of the demo. On a terminal the table stays at the bottom and is redrawn in place, with messages above it.
 * A file or pipe gets the table as text each time it is shown.
 */
import { inked, type Row, tableLines } from "./table.ts";

const DEFAULT_COLUMNS = 100;
/** ECMA-48: move the cursor up `n` lines, to the beginning of the line, and erase from there to the end. */
const eraseUp = (n: number) => n === 0 ? "" : `\x1b[${n}F\x1b[0J`;

/** Standard output as the demo uses it. */
export class Screen {
  readonly isTerminal = Deno.stdout.isTerminal();
  readonly #colours = this.isTerminal && (Deno.env.get("NO_COLOR") ?? "") === "";
  /** The number of lines of the table that are at the bottom of the terminal. */
  #drawn = 0;
  /** True when the last printed line is empty. */
  #isSpaced = true;

  /** Writes lines. If the table is shown, they replace it; the next `show` draws it below them. */
  tell(...lines: readonly string[]): void {
    this.#write(eraseUp(this.#drawn) + lines.map((line) => `${line}\n`).join(""));
    this.#drawn = 0;
    if (lines.length > 0) this.#isSpaced = lines.at(-1) === "";
  }

  heading(text: string): void {
    this.tell(...this.#isSpaced ? [] : [""], inked(`== ${text}`, "bold", this.#colours));
  }

  /** Prints a command as a user would type it. */
  command(text: string): void {
    this.tell(`$ ${text}`);
  }

  /** Draws the table in place of the last one. */
  show(rows: readonly Row[]): void {
    const columns = this.isTerminal ? Deno.consoleSize().columns : DEFAULT_COLUMNS;
    // Leave the last column free: some terminals begin a new line after it.
    const look = { columns: columns - 1, colours: this.#colours, nowNs: BigInt(Date.now()) * 1_000_000n };
    const lines = [...this.#isSpaced ? [] : [""], ...tableLines(rows, look)];
    this.#write(eraseUp(this.#drawn) + lines.map((line) => `${line}\n`).join(""));
    this.#drawn = lines.length;
    if (!this.isTerminal) this.keep();
  }

  /** Keeps the table where it is: the next lines come below it. */
  keep(): void {
    if (this.#drawn === 0) return;
    this.#drawn = 0;
    this.tell("");
  }

  #write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
  }
}

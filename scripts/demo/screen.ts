/**
 * A terminal on which a table stays below what is told, and is drawn anew in its place; or a file or pipe, which
 * gets the table as text whenever it is shown.
 */
import { inked, type Row, tableLines } from "./table.ts";

const DEFAULT_COLUMNS = 100;
/** ECMA-48: up to the beginning of the line `n` lines above, and erase from there to the end. */
const eraseUp = (n: number) => n === 0 ? "" : `\x1b[${n}F\x1b[0J`;

export class Screen {
  readonly isTerminal = Deno.stdout.isTerminal();
  readonly #colours = this.isTerminal && (Deno.env.get("NO_COLOR") ?? "") === "";
  /** Lines of the table that stand at the bottom of the terminal. */
  #drawn = 0;
  /** The last line that stays is an empty one. */
  #isSpaced = true;

  /** Writes lines, above the table where there is one. */
  tell(...lines: readonly string[]): void {
    this.#write(eraseUp(this.#drawn) + lines.map((line) => `${line}\n`).join(""));
    this.#drawn = 0;
    if (lines.length > 0) this.#isSpaced = lines.at(-1) === "";
  }

  heading(text: string): void {
    this.tell(...this.#isSpaced ? [] : [""], inked(`== ${text}`, "bold", this.#colours));
  }

  /** A command as somebody would type it. */
  command(text: string): void {
    this.tell(`$ ${text}`);
  }

  /** Draws the table, over the one that stands there. */
  show(rows: readonly Row[]): void {
    const columns = this.isTerminal ? Deno.consoleSize().columns : DEFAULT_COLUMNS;
    // The last column stays free: some terminals begin a new line when it is written.
    const look = { columns: columns - 1, colours: this.#colours, nowNs: BigInt(Date.now()) * 1_000_000n };
    const lines = [...this.#isSpaced ? [] : [""], ...tableLines(rows, look)];
    this.#write(eraseUp(this.#drawn) + lines.map((line) => `${line}\n`).join(""));
    this.#drawn = lines.length;
    if (!this.isTerminal) this.keep();
  }

  /** The table stays where it stands, and what is told next comes below. */
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

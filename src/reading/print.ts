/**
 * Lines for people and for programs.
 *
 *   2024-03-12 20:53:40.16929 web: text       several logs: names in a column
 *                             web: more       no stamp of its own
 *   {"service":"web","time":"2024-03-12T20:53:40.169290000Z","label":"@4000...","text":"..."}
 *
 * Times are UTC, with the five decimals of svlogd -tt; a log without any stamp is printed without a column for them.
 */
import { civil } from "../logging/stamp.ts";
import { tai64nLabel } from "../time/tai64n.ts";
import { type Instant, nsOfInstant } from "./instant.ts";
import type { Line } from "./line.ts";

const NO_TIME = " ".repeat(26);
const STEP_NS = 10_000;
const DAY = 86_400;

export interface PrintOptions {
  /** As they were named on the command line. */
  readonly services: readonly string[];
  readonly json: boolean;
  /** The text that a byte string holds in UTF-8, and back. */
  readonly decode: (bytes: string) => string;
  readonly encode: (text: string) => string;
}

export class LinePrinter {
  readonly #options: PrintOptions;
  readonly #prefixes: readonly string[];
  #second = NaN;
  #date = "";

  constructor(options: PrintOptions) {
    this.#options = options;
    const { services, decode, json } = options;
    // Columns are of letters, whatever bytes they are.
    const widths = services.map((service) => decode(service).length);
    const width = Math.max(...widths);
    this.#prefixes = services.map((service, i) => {
      if (json) return JSON.stringify(decode(service));
      return services.length < 2 ? "" : `${service}: ${" ".repeat(width - (widths[i] ?? 0))}`;
    });
  }

  /** The line as it is printed, with its newline: a byte string. */
  text(line: Line): string {
    const prefix = this.#prefixes[line.log] ?? "";
    if (this.#options.json) return this.#options.encode(this.#json(line, prefix));
    return `${this.#time(line)}${prefix}${line.text}\n`;
  }

  #time({ time, isStamped }: Line): string {
    if (time === undefined) return "";
    if (!isStamped) return NO_TIME;
    const fraction = String(Math.floor(time.nanosecond / STEP_NS)).padStart(5, "0");
    return `${this.#dateTime(time)}.${fraction} `;
  }

  #json({ time, isStamped, text }: Line, service: string): string {
    const stamp = time === undefined || !isStamped
      ? `"time":null,"label":null`
      : `"time":"${this.#iso(time)}","label":"${tai64nLabel(nsOfInstant(time))}"`;
    return `{"service":${service},${stamp},"text":${JSON.stringify(this.#options.decode(text))}}\n`;
  }

  #iso(time: Instant): string {
    return `${this.#dateTime(time).replace(" ", "T")}.${String(time.nanosecond).padStart(9, "0")}Z`;
  }

  /** Written anew only when the second has changed. */
  #dateTime({ second }: Instant): string {
    if (second === this.#second) return this.#date;
    const day = Math.floor(second / DAY);
    const inDay = second - day * DAY;
    const { year, month, day: date } = civil(day);
    const two = (value: number) => String(value).padStart(2, "0");
    const clock = [Math.floor(inDay / 3600), Math.floor(inDay / 60) % 60, inDay % 60].map(two).join(":");
    this.#second = second;
    return this.#date = `${String(year).padStart(4, "0")}-${two(month)}-${two(date)} ${clock}`;
  }
}

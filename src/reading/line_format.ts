/**
 * The format of a line, for people and for programs.
 *
 *   2024-03-12 20:53:40.16929 web: text       of several logs: the names stand in a column
 *                             web: more       a line without a stamp of its own
 *   {"service":"web","time":"2024-03-12T20:53:40.169290000Z","label":"@4000...","text":"..."}
 *
 * Times are UTC, with the five decimals of svlogd -tt. A log without any stamp gets no column for times.
 */
import { civil } from "../logging/stamp.ts";
import { tai64nLabel } from "../time/tai64n.ts";
import { DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS } from "../time/units.ts";
import { type Instant, nsOfInstant } from "./instant.ts";
import type { Line } from "./line.ts";

const NO_TIME = " ".repeat(26);
/** The nanoseconds that the last of five decimals counts. */
const DECIMAL_NS = 10_000;

/** The form of the lines that are printed. */
export interface FormatOptions {
  /** The services as they are named on the command line, by the index of their logs. Byte strings. */
  readonly services: readonly string[];
  /** True when each line is printed as one JSON object. */
  readonly json: boolean;
  /** The text that a byte string holds in UTF-8. */
  readonly decode: (bytes: string) => string;
  /** The byte string that is a text in UTF-8. */
  readonly encode: (text: string) => string;
}

/** Formats lines. Keeps the last date, because the next line mostly has the same. */
export class LineFormatter {
  readonly #options: FormatOptions;
  readonly #prefixes: readonly string[];
  #second = NaN;
  #date = "";

  constructor(options: FormatOptions) {
    this.#options = options;
    const { services, decode, json } = options;
    // A column counts letters, however many bytes they are.
    const widths = services.map((service) => decode(service).length);
    const width = Math.max(...widths);
    this.#prefixes = services.map((service, i) => {
      if (json) return JSON.stringify(decode(service));
      return services.length < 2 ? "" : `${service}: ${" ".repeat(width - (widths[i] ?? 0))}`;
    });
  }

  /** The line as it is printed, with its newline: a byte string. */
  format(line: Line): string {
    const prefix = this.#prefixes[line.log] ?? "";
    if (this.#options.json) return this.#options.encode(this.#json(line, prefix));
    return `${this.#time(line)}${prefix}${line.text}\n`;
  }

  #time({ time, isStamped }: Line): string {
    if (time === undefined) return "";
    if (!isStamped) return NO_TIME;
    const fraction = String(Math.floor(time.nanosecond / DECIMAL_NS)).padStart(5, "0");
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

  #dateTime({ second }: Instant): string {
    if (second === this.#second) return this.#date;
    const day = Math.floor(second / DAY_SECONDS);
    const inDay = second - day * DAY_SECONDS;
    const { year, month, day: date } = civil(day);
    const [hour, minute] = [Math.floor(inDay / HOUR_SECONDS), Math.floor(inDay / MINUTE_SECONDS) % 60];
    const clock = [hour, minute, inDay % MINUTE_SECONDS].map(twoDigits).join(":");
    this.#second = second;
    return this.#date = `${String(year).padStart(4, "0")}-${twoDigits(month)}-${twoDigits(date)} ${clock}`;
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

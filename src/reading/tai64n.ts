/**
 * tai64n and tai64nlocal of daemontools, as machines over the bytes they read.
 *
 * Differs on purpose: if the seconds of a stamp are beyond any calendar, the original ends with SIGSEGV; here the line
 * stays as it is.
 */
import type { LocalTime } from "../runtime/kernel.ts";
import { TAI64_OFFSET } from "../time/tai64n.ts";

const AT = 0x40;
const MICROSECOND_NS = 1000n;
const HALF_MICROSECOND_NS = 500n;
/** Digits that are kept. Only the last 24 count, but a line that stays as it is shows the others too. */
const MOST_DIGITS = 4096;

/** Puts a stamp in front of every line. */
export class LineStamper {
  #atBeginning = true;

  /** The output for the next piece of the input, both byte strings. `stamp` is for lines that begin in this piece. */
  stamp(piece: string, stamp: string): string {
    let out = "";
    for (let from = 0; from < piece.length;) {
      const newline = piece.indexOf("\n", from);
      const end = newline < 0 ? piece.length : newline + 1;
      out += `${this.#atBeginning ? `${stamp} ` : ""}${piece.slice(from, end)}`;
      this.#atBeginning = newline >= 0;
      from = end;
    }
    return out;
  }
}

/** The time as daemontools tells it: its clock counts microseconds and means the middle of one. */
export function middleOfMicrosecond(wallNs: bigint): bigint {
  return wallNs - wallNs % MICROSECOND_NS + HALF_MICROSECOND_NS;
}

/** Turns the stamp at the beginning of a line into local time. */
export class StampConverter {
  readonly #localTime: (second: bigint) => LocalTime | undefined;
  #state: "beginning" | "stamp" | "rest" = "beginning";
  #digits = "";
  #second: bigint | undefined;
  #date: string | undefined;

  /** `localTime` gives the local time of a second since 1970; undefined if that is beyond any calendar. */
  constructor(localTime: (second: bigint) => LocalTime | undefined) {
    this.#localTime = localTime;
  }

  /** The output for the next piece of the input. A stamp is held until the character behind its digits has come. */
  convert(piece: string): string {
    let out = "";
    for (let at = 0; at < piece.length;) {
      switch (this.#state) {
        case "beginning":
          this.#state = piece.charCodeAt(at) === AT ? "stamp" : "rest";
          if (this.#state === "stamp") at++;
          break;
        case "stamp": {
          const end = digitsEnd(piece, at);
          this.#digits = (this.#digits + piece.slice(at, end)).slice(-MOST_DIGITS);
          at = end;
          if (at === piece.length) break;
          out += this.#time(this.#digits);
          this.#digits = "";
          this.#state = "rest";
          break;
        }
        case "rest": {
          const newline = piece.indexOf("\n", at);
          const end = newline < 0 ? piece.length : newline + 1;
          out += piece.slice(at, end);
          at = end;
          if (newline >= 0) this.#state = "beginning";
        }
      }
    }
    return out;
  }

  /** The last 8 digits are nanoseconds, the 16 before them are seconds. */
  #time(digits: string): string {
    const nanosecond = parseInt(digits.slice(-8) || "0", 16);
    const tai = BigInt(`0x${digits.slice(-24, -8) || "0"}`);
    const second = BigInt.asIntN(64, tai - TAI64_OFFSET);
    if (second !== this.#second) {
      this.#second = second;
      const time = this.#localTime(second);
      this.#date = time === undefined ? undefined : dateText(time);
    }
    if (this.#date === undefined) return `@${digits}`;
    return `${this.#date}.${String(nanosecond).padStart(9, "0")}`;
  }
}

function dateText({ year, month, day, hour, minute, second }: LocalTime): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

/** The end of the lower case hexadecimal digits that begin at `at`. */
function digitsEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

function isDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
}

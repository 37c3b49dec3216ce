/**
 * A login name as it is typed, byte by byte.
 *
 * Whoever types is a stranger, and the line may be noise: a name is at most 127 bytes, none of them a control
 * character; what is echoed is just what stands in the name, and what rubs it out. A byte with the highest bit set is
 * part of a name as any other, because UTF-8 is made of them.
 *
 * BS and DEL rub out the last byte, and the one that was used becomes the erase character of the session. Ctrl-U rubs
 * out all. CR or LF ends; the session goes by which it was. Ctrl-C and Ctrl-D leave. NUL is what a break arrives as:
 * with several rates to try it goes to the next. All other control characters are passed over.
 */

export const LONGEST_NAME = 127;

export interface Name {
  /** A byte string. */
  readonly typed: string;
  /** Of the last end of a line; CR as long as there was none. */
  readonly endOfLine: "\r" | "\n";
  /** Of the last rubbing out. */
  readonly erase: number | undefined;
}

export const NOTHING_TYPED: Name = { typed: "", endOfLine: "\r", erase: undefined };

/** `again`: an empty name, so the question is to be asked again. `next rate`: so is it, at another speed. */
export type Answer = "more" | "done" | "again" | "leave" | "next rate";

export interface Typed {
  readonly name: Name;
  /** To be written back. */
  readonly echo: string;
  readonly answer: Answer;
}

const NUL = 0x00;
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BS = 0x08;
const LF = 0x0a;
const CR = 0x0d;
const CTRL_U = 0x15;
const SPACE = 0x20;
const DEL = 0x7f;

const RUB_OUT = "\b \b";

/** `byte` is 0 to 255; `hasRates`: there is another rate to try. */
export function type(name: Name, byte: number, hasRates: boolean): Typed {
  switch (byte) {
    case CR:
      return ended({ ...name, endOfLine: "\r" });
    case LF:
      return ended({ ...name, endOfLine: "\n" });
    case BS:
    case DEL:
      return rubbedOut({ ...name, erase: byte }, 1);
    case CTRL_U:
      return rubbedOut(name, name.typed.length);
    case CTRL_C:
    case CTRL_D:
      return { name, echo: "", answer: "leave" };
    case NUL:
      return hasRates
        ? { name: { ...name, typed: "" }, echo: "", answer: "next rate" }
        : { name, echo: "", answer: "more" };
    default:
      return added(name, byte);
  }
}

function ended(name: Name): Typed {
  return { name, echo: "", answer: name.typed === "" ? "again" : "done" };
}

function rubbedOut(name: Name, most: number): Typed {
  const count = Math.min(most, name.typed.length);
  const typed = name.typed.slice(0, name.typed.length - count);
  return { name: { ...name, typed }, echo: RUB_OUT.repeat(count), answer: "more" };
}

function added(name: Name, byte: number): Typed {
  if (byte < SPACE || name.typed.length >= LONGEST_NAME) return { name, echo: "", answer: "more" };
  const character = String.fromCharCode(byte);
  return { name: { ...name, typed: name.typed + character }, echo: character, answer: "more" };
}

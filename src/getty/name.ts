/**
 * A login name as it is typed, byte by byte: a machine whose event is a byte.
 *
 * The user is a stranger, and the line may carry noise. So a name has at most 127 bytes and no control character. The
 * echo is exactly what stands in the name, and what rubs it out. A byte with the highest bit set is part of a name like
 * any other, because UTF-8 consists of them.
 *
 *   BS, DEL         rub out the last byte; the one used last becomes the erase character of the session
 *   Ctrl-U          rubs out all
 *   CR, LF          end the name; the session's line settings depend on which it was
 *   Ctrl-C, Ctrl-D  leave
 *   NUL             is how a break arrives: with several rates to try, it asks for the next
 *   other controls  are ignored
 */
import { ASCII } from "./ascii.ts";

/** Bytes of the longest name. */
export const LONGEST_NAME = 127;

/** The state: what has been typed so far. */
export interface TypedName {
  /** A byte string. */
  readonly typed: string;
  /** The character that ended the last line; CR as long as there was none. */
  readonly endOfLine: "\r" | "\n";
  /** The character that rubbed out last. */
  readonly erase: number | undefined;
}

/** The state before the first byte. */
export const NOTHING_TYPED: TypedName = { typed: "", endOfLine: "\r", erase: undefined };

/**
 * The next thing that getty does. `again`: the name is empty, so getty asks once more. `next rate`: getty asks once
 * more, at another speed.
 */
export type Answer = "more" | "done" | "again" | "leave" | "next rate";

/** The state after a byte, and its effects. */
export interface TypeResult {
  readonly name: TypedName;
  /** The text to be written to the terminal. */
  readonly echo: string;
  readonly answer: Answer;
}

const RUB_OUT = "\b \b";

/** Takes one byte, 0 to 255. `hasRates` says that there is another rate to try. */
export function typeByte(name: TypedName, byte: number, hasRates: boolean): TypeResult {
  switch (byte) {
    case ASCII.CR:
      return ended({ ...name, endOfLine: "\r" });
    case ASCII.LF:
      return ended({ ...name, endOfLine: "\n" });
    case ASCII.BS:
    case ASCII.DEL:
      return rubbedOut({ ...name, erase: byte }, 1);
    case ASCII.CTRL_U:
      return rubbedOut(name, name.typed.length);
    case ASCII.CTRL_C:
    case ASCII.CTRL_D:
      return { name, echo: "", answer: "leave" };
    case ASCII.NUL:
      return hasRates
        ? { name: { ...name, typed: "" }, echo: "", answer: "next rate" }
        : { name, echo: "", answer: "more" };
    default:
      return added(name, byte);
  }
}

function ended(name: TypedName): TypeResult {
  return { name, echo: "", answer: name.typed === "" ? "again" : "done" };
}

function rubbedOut(name: TypedName, most: number): TypeResult {
  const count = Math.min(most, name.typed.length);
  const typed = name.typed.slice(0, name.typed.length - count);
  return { name: { ...name, typed }, echo: RUB_OUT.repeat(count), answer: "more" };
}

function added(name: TypedName, byte: number): TypeResult {
  if (byte < ASCII.SPACE || name.typed.length >= LONGEST_NAME) return { name, echo: "", answer: "more" };
  const character = String.fromCharCode(byte);
  return { name: { ...name, typed: name.typed + character }, echo: character, answer: "more" };
}

/**
 * The command words of sv(8).
 *
 * sv knows most commands by their first letter alone, as its manual says and as scripts rely on: `sv u web`, and so
 * `sv upwards web`. The long commands have to be spelled out, and they wait.
 */

/** A byte that runsv(8) obeys when it arrives in `supervise/control`. */
export type ControlByte = "u" | "d" | "o" | "p" | "c" | "h" | "a" | "i" | "q" | "t" | "k" | "1" | "2" | "x";

/** An effect for which sv waits: that of a control byte, or `C`, that `./check` agrees (condition.ts). */
export type Condition = ControlByte | "C";

/** A command: the bytes that sv writes to `supervise/control`, and the effect for which it waits. */
export interface Command {
  /** Control bytes, written at once; empty for `check`, which only waits. */
  readonly bytes: string;
  /** Conditions that have to be met together. */
  readonly awaits: readonly Condition[];
  /** True when sv waits even without -v. */
  readonly waits: boolean;
  /** True when sv sends `k` to a service that has not got there in time. */
  readonly kills: boolean;
}

/** Commands that have to be spelled out. */
const WORDS: ReadonlyMap<string, Command> = new Map([
  ["start", waiting("u")],
  ["stop", waiting("d")],
  ["shutdown", waiting("x")],
  ["restart", waiting("t", "c", "u")],
  ["try-restart", waiting("t", "c")],
  ["reload", waiting("h")],
  ["check", { bytes: "", awaits: ["C"], waits: true, kills: false }],
  ["force-stop", killing("d")],
  ["force-shutdown", killing("x")],
  ["force-reload", killing("t", "c")],
  ["force-restart", killing("t", "c", "u")],
]);

/** Control bytes that are commands of the same letter. `x` is one too, and `e` (exit) means the same. */
const PLAIN: readonly ControlByte[] = ["u", "d", "o", "p", "c", "h", "a", "i", "q", "t", "k", "1", "2"];

/** Commands that are known by their first letter. */
const LETTERS: ReadonlyMap<string, Command> = new Map([
  ...PLAIN.map((byte) => [byte, plain(byte)] as const),
  ["e", plain("x")],
  ["x", plain("x")],
  ["D", killing("d")],
  ["E", killing("x")],
  ["X", killing("x")],
  ["T", killing("t", "c")],
]);

function plain(byte: ControlByte): Command {
  return { bytes: byte, awaits: [byte], waits: false, kills: false };
}

function waiting(...bytes: readonly ControlByte[]): Command {
  return { bytes: bytes.join(""), awaits: bytes, waits: true, kills: false };
}

function killing(...bytes: readonly ControlByte[]): Command {
  return { ...waiting(...bytes), kills: true };
}

/**
 * The command that `word` stands for; undefined if there is none.
 *
 * Any other word that begins with `s` means `status`. With `exact`, for an LSB init script, only `status` itself does.
 */
export function commandOf(word: string, exact: boolean): Command | "status" | undefined {
  const command = WORDS.get(word) ?? LETTERS.get(word.charAt(0));
  if (command !== undefined) return command;
  return word === "status" || !exact && word.startsWith("s") ? "status" : undefined;
}

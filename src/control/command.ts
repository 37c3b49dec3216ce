/**
 * The words that sv(8) obeys. Most are known by their first letter alone, as the manual says and as scripts rely
 * on (`sv u web`, and so `sv upwards web`); the long ones have to be spelled out.
 */

/** What to write to `supervise/control` and what to wait for. */
export interface Command {
  /** Control bytes, written at once; empty for `check`, which only waits. */
  readonly bytes: string;
  /** One condition a character, all to be met (condition.ts). */
  readonly awaits: string;
  /** Waits even without -v. */
  readonly waits: boolean;
  /** Sends `k` to a service that has not got there in time. */
  readonly kills: boolean;
}

/** Spelled out, they wait. */
const WORDS: ReadonlyMap<string, Command> = new Map([
  ["start", waiting("u")],
  ["stop", waiting("d")],
  ["shutdown", waiting("x")],
  ["restart", waiting("tcu")],
  ["try-restart", waiting("tc")],
  ["reload", waiting("h")],
  ["check", { bytes: "", awaits: "C", waits: true, kills: false }],
  ["force-stop", killing("d")],
  ["force-shutdown", killing("x")],
  ["force-reload", killing("tc")],
  ["force-restart", killing("tcu")],
]);

/** Known by their first letter. */
const LETTERS: ReadonlyMap<string, Command> = new Map([
  ...[..."udopchaiqtk12"].map((letter) => [letter, told(letter)] as const),
  ["e", told("x")],
  ["x", told("x")],
  ["D", killing("d")],
  ["E", killing("x")],
  ["X", killing("x")],
  ["T", killing("tc")],
]);

function told(bytes: string): Command {
  return { bytes, awaits: bytes, waits: false, kills: false };
}

function waiting(bytes: string): Command {
  return { bytes, awaits: bytes, waits: true, kills: false };
}

function killing(bytes: string): Command {
  return { bytes, awaits: bytes, waits: true, kills: true };
}

/** undefined: no such command. Any other word with `s` is `status`, but not in an LSB init script (`exact`). */
export function commandOf(word: string, exact: boolean): Command | "status" | undefined {
  const spelled = WORDS.get(word) ?? LETTERS.get(word.charAt(0));
  if (spelled !== undefined) return spelled;
  return word === "status" || !exact && word.startsWith("s") ? "status" : undefined;
}

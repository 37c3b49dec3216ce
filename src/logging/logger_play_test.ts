/** Shared by the tests of svlogd as a whole: a disk, a script of happenings, a run, and a look at the log. */
import fc from "fast-check";
import { SIGNAL } from "../posix/signal.ts";
import { runLogger } from "./host.ts";
import { Disk, type Happening, MemoryKernel } from "../../tests/kernel/logger.ts";
import { parseOptions } from "./options.ts";

/** The age of the first line without an account in the status file at which svlogd writes that file. */
export const STATUS_AGE_MS = 30_000;
/** Input ends. */
export const END: Happening = { kind: "end" };
/** The signals that svlogd treats. */
export const [TERM, HUP, ALRM] = [SIGNAL.TERM, SIGNAL.HUP, SIGNAL.ALRM].map(
  (signal): Happening => ({ kind: "signal", signal }),
) as [Happening, Happening, Happening];

/** Input comes. */
export function input(text: string): Happening {
  return { kind: "input", text };
}

/** The test does something between two happenings. */
export function act(change: () => void): Happening {
  return { kind: "act", act: change };
}

/** Time passes. */
export function pass(ms: number): Happening {
  return { kind: "pass", ms };
}

/** Runs svlogd with these arguments; returns its exit code. */
export function run(kernel: MemoryKernel, ...args: string[]): number {
  const parsed = parseOptions(args, "");
  if (parsed.kind !== "options") throw new Error("usage");
  return runLogger(kernel, parsed.options, kernel);
}

/** A disk with these log directories, by name the text of their config. */
export function disk(configs: Readonly<Record<string, string>>): Disk {
  const made = new Disk();
  for (const [name, config] of Object.entries(configs)) {
    made.directories.add(name);
    made.put(`${name}/config`, config, 0o644);
  }
  return made;
}

const ASIDE = ["lock", "config", "status"];

/** Names of the logs of a directory, with mode and text. Labels are numbers in their order; the files ASIDE are left out. */
export function listing(on: Disk, directory: string): string[] {
  const names = on.names(directory).filter((name) => !ASIDE.includes(name)).sort();
  const labels = [...new Set(names.filter((name) => name.startsWith("@")).map((name) => name.slice(0, 25)))];
  return names.map((name) => {
    const at = labels.indexOf(name.slice(0, 25));
    const file = on.files.get(`${directory}/${name}`);
    return `${at < 0 ? name : `@${at}${name.slice(25)}`} ${file?.mode.toString(8)} ${file?.text}`;
  });
}

/** The whole text that was logged in a directory, oldest first. */
export function logged(on: Disk, directory: string): string {
  const names = on.names(directory).filter((name) => name.startsWith("@")).sort();
  return [...names, "current"].map((name) => on.text(`${directory}/${name}`) ?? "").join("");
}

/** The whole text that a script puts in. */
export function wholeText(script: readonly Happening[]): string {
  return script.map((one) => one.kind === "input" ? one.text : "").join("");
}

/** The whole text that a script puts in, with a newline behind the last line. */
export function wholeLines(script: readonly Happening[]): string {
  const text = wholeText(script);
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/**
 * Returns the same text as `logged`. If a processor has left both the log that it read and the one that it wrote, the
 * latter counts.
 */
export function oneOfEach(on: Disk, directory = "log"): string {
  const names = on.names(directory).filter((name) => /^@.*\.[su]$/.test(name)).sort();
  const single = names.filter((name) => name.endsWith("s") || !names.includes(`${name.slice(0, 25)}.s`));
  return [...single, "current"].map((name) => on.text(`${directory}/${name}`) ?? "").join("");
}

// Random scripts

const line = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 12 }).map((text) => `${text}\n`);
const text = fc.array(line, { maxLength: 20 }).map((lines) => lines.join(""));
/** Lines that come whole, with signals between them. */
export const scripts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: text.map(input) },
    { weight: 1, arbitrary: fc.constantFrom<Happening>(HUP, ALRM) },
  ),
  { maxLength: 12 },
);
/** Input in pieces that end anywhere, with signals between them. */
export const pieces = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.string({ unit: fc.constantFrom("a", "b", " ", "\n"), minLength: 1, maxLength: 30 }).map(
        input,
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom<Happening>(HUP, ALRM) },
  ),
  { maxLength: 12 },
);
/** Configs with and without a processor. */
export const configs = fc.record({
  size: fc.integer({ min: 12, max: 60 }),
  processed: fc.boolean(),
}).map(({ size, processed }) => `s${size}\nn0\n${processed ? "!work\n" : ""}`);

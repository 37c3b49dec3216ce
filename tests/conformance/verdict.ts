/** Compares two recordings of one scenario, entry by entry, under the deliberate differences. */
import type { Shown } from "./differences.ts";
import type { Note, Recording } from "./world.ts";

/** Lines to print about what is wrong. Empty if all is right. */
export function verdict(
  runit: Recording,
  denit: Recording,
  meant: readonly Shown[],
): readonly string[] {
  const broken = [...brokenLines("runit", runit), ...brokenLines("denit", denit)];
  if (broken.length > 0) return broken;
  const labels = [...new Set([...runit.notes, ...denit.notes].map((note) => note.label))];
  const known = new Map(meant.map((shown) => [shown.entry, shown]));
  const unknown = meant.filter((difference) => !labels.includes(difference.entry))
    .map((difference) => `differences.ts names an entry that is not recorded: ${difference.entry}`);
  return [
    ...unknown,
    ...labels.flatMap((label) =>
      compare(label, textOf(runit, label), textOf(denit, label), known.get(label))
    ),
  ];
}

/** The same if the target is the reference itself: then both sides must do what runit does. */
export function selfVerdict(
  one: Recording,
  other: Recording,
  meant: readonly Shown[],
): readonly string[] {
  return verdict(one, other, meant.map((difference) => ({ ...difference, denit: difference.runit })));
}

function brokenLines(side: string, recording: Recording): string[] {
  return recording.broken === undefined ? [] : [`could not be played on ${side}:`, recording.broken];
}

function textOf(recording: Recording, label: string): string {
  return recording.notes.find((note: Note) => note.label === label)?.text ?? "(not recorded)";
}

function compare(label: string, runit: string, denit: string, meant: Shown | undefined): string[] {
  const wanted = meant === undefined ? { runit, denit: runit } : { runit: meant.runit, denit: meant.denit };
  return [
    ...runit === wanted.runit ? [] : shown(label, "runit should show", wanted.runit, "and shows", runit),
    ...denit === wanted.denit ? [] : shown(
      label,
      meant === undefined ? "runit" : "denit should show",
      wanted.denit,
      meant === undefined ? "denit" : "and shows",
      denit,
    ),
  ];
}

function shown(label: string, first: string, a: string, second: string, b: string): string[] {
  return [`${label}`, `  ${first}:`, ...indented(a), `  ${second}:`, ...indented(b)];
}

/** The lines of a text, indented as entries of a report. */
export function indented(text: string): string[] {
  return text.split("\n").map((line) => `    ${line}`);
}

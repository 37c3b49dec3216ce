/**
 * Generated patterns and lines: `matches` and the whole program must select what runit's svlogd selects. A run has a
 * directory for each pattern, and feeds all lines to all directories.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { join } from "@std/path";
import { isSelected } from "../../src/logging/selection.ts";
import { matches } from "../../src/logging/pattern.ts";
import { forAll } from "../for_all.ts";
import { contents, latin, type Tree, withDirectory } from "./directory.ts";
import { feed, HAS_RUNIT, type Side } from "./logger.ts";

const NEEDS_RUNIT = HAS_RUNIT ? "" : " (needs runit's svlogd)";

const UNITS = [..."ab*+ :.", "\x80", "\xff"];
/** Lines mostly consist of characters that patterns ask for. */
const LETTERS = [..."aaabbb*+ :.", "\x80", "\xff"];

const pattern = fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 7 }).filter((text) =>
  !readsPastItself(text)
);
const line = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 8 });

/** A line that is meant to match a pattern, the same with one byte more, and with one less. */
function nearby(text: string): readonly string[] {
  const line = text.replace(/[*+].?/gs, (item) => {
    const next = item.charAt(1);
    if (item.startsWith("+")) return next.repeat(2);
    return next === "" ? ":a" : `${next === "b" ? "aa" : "b"}${next}`;
  });
  return [line, `${line}a`, line.slice(0, -1)];
}

/** True when a pattern ends with `+`, so that runit reads the memory behind the pattern. */
function readsPastItself(text: string): boolean {
  return text.endsWith("+") && !text.endsWith("*+");
}

/**
 * True when a pattern asks for the byte behind a line. runit compares such a byte with what an earlier line left there,
 * so neither answer is wrong.
 */
function readsBehind(text: string, bytes: Uint8Array): boolean {
  for (let end = 0; end < text.length; end++) {
    if (text[end] === "+" && matches(latin(text.slice(0, end)), bytes, 0, bytes.length)) return true;
  }
  return false;
}

/**
 * The lines in `current` of each directory, and those on standard error. Configs and directories are in the same
 * order.
 */
async function currents(
  side: Side,
  configs: readonly string[],
  lines: readonly string[],
): Promise<{ readonly files: readonly (readonly string[])[]; readonly stderr: readonly string[] }> {
  const files: (readonly string[])[] = [];
  let said = "";
  const tree: Tree = Object.fromEntries(configs.map((config, at) => [`d${at}/config`, config]));
  await withDirectory(tree, async (directory) => {
    const args = configs.map((_, at) => `d${at}`);
    const input = lines.map((text) => `${text}\n`).join("");
    const { code, stderr } = await feed({ side, directory, args, input });
    assertEquals(code, 0);
    said = stderr;
    for (const name of args) {
      const current = contents(join(directory, name)).find((entry) => entry.startsWith("current 744 ")) ?? "";
      files.push(textLines(current.slice("current 744 ".length)));
    }
  });
  return { files, stderr: textLines(said) };
}

function textLines(text: string): readonly string[] {
  return text.split("\n").slice(0, -1);
}

/** Checks a property. fast-check shrinks counterexamples, for which it runs runit's svlogd again and again. */
async function holds<T extends [unknown, ...unknown[]]>(
  test: Deno.TestContext,
  property: fc.IAsyncPropertyWithHooks<T>,
  numRuns: number,
): Promise<void> {
  await forAll(test, property, { numRuns, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: true });
}

const patterns = fc.array(pattern, { minLength: 1, maxLength: 200, size: "max" });
const rule = fc.record({ letter: fc.constantFrom("+", "-", "e", "E"), pattern });
const rules = fc.array(rule, { minLength: 1, maxLength: 6 });
const configs = fc.array(rules, { minLength: 1, maxLength: 100, size: "max" });
const lines = fc.array(line, { minLength: 1, maxLength: 60, size: "max" });

Deno.test({
  name: `runit's svlogd selects what matches() says: any pattern and any lines${NEEDS_RUNIT}`,
  ignore: !HAS_RUNIT,
  fn: async (t) => {
    let [pairs, matching] = [0, 0];
    const property = fc.asyncProperty(patterns, lines, async (patterns, random) => {
      const lines = [...random, ...patterns.flatMap(nearby)];
      const configs = patterns.map((text) => `s0\n-*\n+${text}\n`);
      const { files } = await currents("runit", configs, lines);
      patterns.forEach((text, at) => {
        const decided = lines.filter((one) => !readsBehind(text, latin(one)));
        const ours = decided.filter((one) => matches(latin(text), latin(one), 0, one.length));
        const runits = (files[at] ?? []).filter((one) => !readsBehind(text, latin(one)));
        assertEquals(runits, ours, `pattern ${JSON.stringify(text)}`);
        pairs += decided.length;
        matching += ours.length;
      });
    });
    await holds(t, property, 10);
    console.log(`${pairs} pairs of a pattern and a line, of which ${matching} match`);
  },
});

type Rules = readonly { readonly letter: string; readonly pattern: string }[];

function selects(all: Rules, letters: string, otherwise: boolean, text: string): boolean {
  const own = all.filter(({ letter }) => letters.includes(letter)).map(({ letter, pattern }) => ({
    selects: letter === letters.charAt(0),
    pattern: latin(pattern),
  }));
  return isSelected(own, otherwise, latin(text), 0, text.length);
}

/** A config with a prefix that tells the directory of a line on standard error. */
function configOf(all: Rules, at: number): string {
  return [`pd${at}/`, "s0", ...all.map(({ letter, pattern }) => `${letter}${pattern}`), ""].join("\n");
}

/** The lines of directory `at`, without those for which neither answer is wrong. */
function saidOf(all: Rules, at: number, written: readonly string[]): readonly string[] {
  const lead = `d${at}/`;
  return written.filter((one) => one.startsWith(lead)).map((one) => one.slice(lead.length)).filter((one) =>
    !all.some(({ pattern }) => readsBehind(pattern, latin(one)))
  );
}

Deno.test({
  name: `runit's svlogd selects what isSelected() says, for file and standard error: any rules${NEEDS_RUNIT}`,
  ignore: !HAS_RUNIT,
  fn: async (t) => {
    const property = fc.asyncProperty(configs, lines, async (configs, random) => {
      const lines = [...random, ...configs.flat().flatMap(({ pattern }) => nearby(pattern))];
      const { files, stderr } = await currents("runit", configs.map(configOf), lines);
      configs.forEach((all, at) => {
        const wanted = (letters: string, otherwise: boolean) =>
          saidOf(
            all,
            at,
            lines.filter((one) => selects(all, letters, otherwise, one)).map((one) => `d${at}/${one}`),
          );
        assertEquals(saidOf(all, at, files[at] ?? []), wanted("+-", true), `file of ${JSON.stringify(all)}`);
        assertEquals(saidOf(all, at, stderr), wanted("eE", false), `stderr of ${JSON.stringify(all)}`);
      });
    });
    await holds(t, property, 8);
  },
});

Deno.test({
  name: `svlogd selects the same as runit's: any rules and any lines${NEEDS_RUNIT}`,
  ignore: !HAS_RUNIT,
  fn: async (t) => {
    const property = fc.asyncProperty(configs, lines, async (configs, random) => {
      const lines = [...random, ...configs.flat().flatMap(({ pattern }) => nearby(pattern))];
      const [ours, runits] = [
        await currents("denit", configs.map(configOf), lines),
        await currents("runit", configs.map(configOf), lines),
      ];
      configs.forEach((all, at) => {
        const text = JSON.stringify(all);
        assertEquals(saidOf(all, at, ours.files[at] ?? []), saidOf(all, at, runits.files[at] ?? []), text);
        assertEquals(saidOf(all, at, ours.stderr), saidOf(all, at, runits.stderr), text);
      });
    });
    await holds(t, property, 8);
  },
});

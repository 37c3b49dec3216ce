/** The checker of crash tests finds every kind of fault, and accepts right logs. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../for_all.ts";
import { check, type Expectation, type FaultKind, type LogFile, reportLines, unpruned } from "./check.ts";
import { CLASSES, Lines } from "./lines.ts";

const SEED = 7;
const COUNT = 60;
const LINES = new Lines(SEED);
const EXPECTED: Expectation = {
  lines: LINES,
  count: COUNT,
  stamp: "utc",
  prefix: "p: ",
  classes: CLASSES,
  replacedBytes: 0,
  pruned: false,
};
const STAMP = "2030-01-02_03:04:05.67890 ";

function logged(number: number): string {
  return `${STAMP}p: ${LINES.text(number)}`;
}

const ALL = Array.from({ length: COUNT }, (_, number) => logged(number));

/** Files of about three thousand bytes with these lines. A file may end in the middle of a line. */
function inFiles(lines: readonly string[]): LogFile[] {
  const text = lines.map((line) => `${line}\n`).join("");
  const files: LogFile[] = [];
  for (let at = 0; at < text.length; at += 3001) {
    files.push({ name: `@${files.length}.s`, text: text.slice(at, at + 3001) });
  }
  return files;
}

function kinds(lines: readonly string[], expected = EXPECTED): FaultKind[] {
  return check(inFiles(lines), expected).faults.map(({ kind }) => kind);
}

/** All lines but line `at`. */
function without(at: number): string[] {
  return ALL.toSpliced(at, 1);
}

Deno.test("check() finds no fault in the lines as they were written", () => {
  assertEquals(check(inFiles(ALL), EXPECTED), { files: inFiles(ALL).length, lines: COUNT, faults: [] });
});

Deno.test("check() finds any line that was removed, repeated, moved, torn or inserted", (t) => {
  forAll(
    t,
    fc.property(fc.nat(COUNT - 2), fc.nat(COUNT - 1), fc.nat(), (at, other, cut) => {
      const line = logged(at);
      const inside = 1 + cut % (line.length - 1);
      assertEquals(kinds(without(at)), ["missing"]);
      assertEquals(kinds(ALL.toSpliced(Math.max(at, other) + 1, 0, line)), ["repeated"]);
      assertEquals(kinds(without(at).toSpliced(at + 1, 0, line)), ["out of order"]);
      assertEquals(kinds(ALL.toSpliced(at, 0, "foreign: not one of ours")), ["foreign"]);
      const torn = kinds(ALL.toSpliced(at, 1, line.slice(0, inside), line.slice(inside)));
      assertEquals([torn.includes("missing"), torn.length > 1], [true, true], `${at} cut at ${inside}`);
      const changed = `${line.slice(0, -1)}${line.endsWith("!") ? "?" : "!"}`;
      assertEquals(kinds(ALL.toSpliced(at, 1, changed)).includes("missing"), true);
    }),
  );
});

Deno.test("check() names each kind of fault, and the first few lines of it", () => {
  const lines = check([{ name: "current", text: `${ALL[3]}\n${ALL[3]}\n${ALL[2]}\n` }], {
    ...EXPECTED,
    count: 10,
  });
  assertEquals(reportLines(lines), [
    "2 lines in 1 files",
    "missing: 8: 0, 1, 4, 5, 6, ...",
    `repeated: 1: 3 (current at ${logged(3).length + 1})`,
    `out of order: 1: 2 (current at ${2 * (logged(3).length + 1)})`,
  ]);
});

Deno.test("check() finds a last line without its newline, and a file that ends too early", () => {
  const text = ALL.map((line) => `${line}\n`).join("");
  const kindsOf = (text: string) =>
    check([{ name: "current", text }], EXPECTED).faults.map(({ kind }) => kind);
  assertEquals(kindsOf(text.slice(0, -1)), ["missing", "torn"]);
  assertEquals(kindsOf(""), ["missing"]);
});

Deno.test("check() demands the stamp and the prefix", () => {
  for (const wrong of [{ stamp: "none" }, { stamp: "tai64n" }, { prefix: "q: " }] as const) {
    const { lines, faults } = check(inFiles(ALL), { ...EXPECTED, ...wrong });
    assertEquals([lines, faults[0]?.kind, faults[0]?.count], [0, "missing", COUNT]);
  }
});

Deno.test("check() demands the selected lines, and no others", () => {
  const selected = ALL.filter((_, number) => "ac".includes(LINES.class(number)));
  assertEquals(kinds(selected, { ...EXPECTED, classes: "ac" }), []);
  assertEquals(kinds(ALL, { ...EXPECTED, classes: "ac" }), ["foreign"]);
  assertEquals(kinds(selected), ["missing"]);
});

Deno.test("check() accepts that whole files at the beginning are gone if they may be, but no missing line behind them", () => {
  const pruned = { ...EXPECTED, pruned: true };
  const files = inFiles(ALL);
  for (let gone = 0; gone < files.length - 2; gone++) {
    assertEquals(check(files.slice(gone), pruned).faults, [], `${gone} files gone`);
  }
  const holed = files.toSpliced(2, 1);
  assertEquals(check(holed, pruned).faults.some(({ kind }) => kind === "missing"), true);
  assertEquals(check(files.slice(1), EXPECTED).faults.some(({ kind }) => kind === "missing"), true);
});

Deno.test("check() demands that REPLACED is replaced in the first bytes, and nowhere else", () => {
  const lines = (bytes: number) =>
    Array.from({ length: COUNT }, (_, number) => {
      const text = LINES.text(number);
      return `${STAMP}p: ${text.slice(0, bytes).replaceAll(";", "_")}${text.slice(bytes)}`;
    });
  assertEquals(kinds(lines(200), { ...EXPECTED, replacedBytes: 200 }), []);
  assertEquals(kinds(lines(200)).includes("missing"), true);
  assertEquals(kinds(lines(1e6), { ...EXPECTED, replacedBytes: 200 }).includes("missing"), true);
  assertEquals(kinds(ALL, { ...EXPECTED, replacedBytes: 200 }).includes("missing"), true);
});

Deno.test("if old files are gone, check() accepts the mere end of the last line, but not of another line", () => {
  const pruned = { ...EXPECTED, pruned: true };
  const left = (text: string) => check([{ name: "current", text }], pruned);
  assertEquals(left(`${logged(COUNT - 1).slice(-5)}\n`), { files: 1, lines: 1, faults: [] });
  for (const text of [`${logged(COUNT - 2).slice(-5)}\n`, "\n", logged(COUNT - 1).slice(-5)]) {
    assertEquals(left(text).faults.map(({ kind }) => kind), ["missing"], text);
  }
});

Deno.test("unpruned() begins with the oldest file that can be pruned", () => {
  const named = (...names: readonly string[]) => names.map((name) => ({ name, text: "" }));
  const names = (files: readonly LogFile[]) => unpruned(files).map(({ name }) => name);
  assertEquals(names(named("@1.u", "@2.s", "@3.u", "current")), ["@2.s", "@3.u", "current"]);
  assertEquals(names(named("@1.u", "current")), ["@1.u", "current"]);
  assertEquals(names([]), []);
});

Deno.test("Lines gives every line its number, and differs between seeds", () => {
  const [one, other] = [new Lines(1), new Lines(2)];
  const again = new Lines(1);
  for (let number = 0; number < 200; number++) {
    assertEquals(/^([a-d])(\d+) [!-~]*$/.exec(one.text(number))?.slice(1), [one.class(number), `${number}`]);
    assertEquals(one.text(number), again.text(number));
  }
  const same = Array.from({ length: 200 }, (_, n) => n).filter((n) => one.text(n) === other.text(n));
  assertEquals(same, []);
});

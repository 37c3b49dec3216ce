import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { parseConfig } from "./config.ts";
import { copyErrors, errorBytes } from "./errors.ts";
import { latinBytes, latinText } from "./latin.ts";
import { beginBatch, endBatch, isMidLine, makeArena, makeBatch, moveBatch } from "./lines.ts";
import { parseOptions } from "./options.ts";
import { replaceBytes, replacementTable } from "./replacement.ts";
import { Stream } from "./stream.ts";

interface Setting {
  readonly config: string;
  readonly lineBytes: number;
  readonly options: readonly string[];
  /** The bytes in the output area at which copying stops. */
  readonly limit: number;
}

interface Output {
  file: string;
  errors: string;
}

/** Returns what a directory gets of input that comes in these pieces; the n-th piece has the stamp `n `. */
function played(setting: Setting, pieces: readonly string[]): Output {
  const arena = makeArena(new Uint8Array(16384), setting.lineBytes, 64);
  const base = Math.ceil(arena.end / 8) * 8;
  const batch = makeBatch(base);
  const stream = new Stream(base, 2, false);
  const { rules, errorRules, prefix } = parseConfig(setting.config);
  stream.configure(batch, rules, prefix);
  const said: Output = { file: "", errors: "" };
  const errors = { bytes: new Uint8Array(errorBytes(setting.lineBytes, 2 + prefix.length)), fill: 0 };
  const flush = () => {
    said.errors += latinText(errors.bytes, 0, errors.fill);
    errors.fill = 0;
  };
  const take = (piece: string, index: number) => {
    arena.bytes.set(latinBytes(piece), batch.end);
    beginBatch(arena, batch, piece.length, setting.lineBytes);
    const parsed = parseOptions([...setting.options, "log"], "");
    const table = parsed.kind === "options" ? replacementTable(parsed.options) : undefined;
    if (table !== undefined) replaceBytes(arena, batch, table, setting.lineBytes);
    stream.begin(batch, latinBytes(`${index % 10} `));
    copyErrors(arena, batch, [{ leads: stream.leads, rules: errorRules }], errors, setting.lineBytes, flush);
    flush();
    let all = false;
    while (!all) {
      all = stream.fillArea(arena, batch, setting.lineBytes, setting.limit);
      said.file += latinText(arena.bytes, stream.written, stream.fill);
    }
    stream.leads.end(arena, batch);
    endBatch(arena, batch);
    if (batch.end - batch.start <= batch.start - base) moveBatch(arena, batch, base);
  };
  pieces.forEach(take);
  if (isMidLine(batch)) take("\n", pieces.length);
  return said;
}

const PLAIN: Setting = { config: "", lineBytes: 10, options: [], limit: Infinity };

Deno.test("lines get the stamp of the read in which they began", () => {
  assertEquals(played(PLAIN, ["a\nb\nc", "d", "e\nf\n"]).file, "0 a\n0 b\n0 cde\n2 f\n");
});

Deno.test("the last line gets a newline", () => {
  assertEquals(played(PLAIN, ["a\nb"]).file, "0 a\n0 b\n");
  assertEquals(played(PLAIN, ["a\n"]).file, "0 a\n");
  assertEquals(played(PLAIN, []).file, "");
});

Deno.test("a long line is stamped once and goes through unchanged", () => {
  assertEquals(played(PLAIN, ["0123456789", "0123456789", "x\ny\n"]).file, "0 01234567890123456789x\n2 y\n");
  assertEquals(
    played({ ...PLAIN, limit: 1 }, ["a\n0123456789ab", "c\nd"]).file,
    "0 a\n0 0123456789abc\n1 d\n",
  );
});

Deno.test("the first bytes of a long line decide about all of it", () => {
  const setting = { ...PLAIN, config: "-*b*\n" };
  assertEquals(played(setting, ["abcdefghijklm", "nop\nxyz\n"]).file, "1 xyz\n");
  assertEquals(played(setting, ["acdefghijkb", "b\nxbz\nc"]).file, "0 acdefghijkbb\n1 c\n");
});

Deno.test("standard error gets the first bytes of a line, and full stops when there are as many", () => {
  const setting = { ...PLAIN, config: "eb*\n-b*\npP:" };
  assertEquals(played(setting, ["b\n", "b123456789\nb12345678\nb12345678901234\na\n"]), {
    file: "1 P:a\n",
    errors: "0 P:b\n1 P:b123456789...\n1 P:b12345678\n1 P:b123456789...\n",
  });
});

Deno.test("only the first bytes of a line are replaced", () => {
  const setting = { ...PLAIN, options: ["-R", "ab"] };
  assertEquals(
    played(setting, ["\tab", "c\x7f\xff", "a\nabcdefghijab\n"]).file,
    "0 ___c___\n2 __cdefghijab\n",
  );
});

interface LineRule {
  readonly lineBytes: number;
  readonly drops: boolean;
}

/** The same, told of a whole line. */
function expectedOf(line: string, stamp: string, rule: LineRule): Output {
  const head = line.slice(0, rule.lineBytes);
  const whole = head.replace(/[^ -~]/g, "_") + line.slice(rule.lineBytes);
  const shown = whole.slice(0, rule.lineBytes) + (head.length === rule.lineBytes ? "..." : "");
  return {
    file: rule.drops && head.startsWith("a") ? "" : `${stamp} ${whole}\n`,
    errors: head.startsWith("b") ? `${stamp} ${shown}\n` : "",
  };
}

function expected(pieces: readonly string[], rule: LineRule): Output {
  const said: Output = { file: "", errors: "" };
  let line = "";
  let stamp = "";
  const end = () => {
    const one = expectedOf(line, stamp, rule);
    said.file += one.file;
    said.errors += one.errors;
    line = "";
    stamp = "";
  };
  pieces.forEach((piece, index) => {
    for (const letter of piece) {
      if (stamp === "") stamp = `${index % 10}`;
      if (letter === "\n") end();
      else line += letter;
    }
  });
  if (stamp !== "") end();
  return said;
}

Deno.test("lines are the same however the input is cut", (t) => {
  const letter = fc.constantFrom("a", "b", "c", "\n", "\n", "\0", "\xff", "~");
  const piece = fc.string({ unit: letter, minLength: 1, maxLength: 60 });
  const setting = fc.record({
    lineBytes: fc.integer({ min: 1, max: 20 }),
    drops: fc.boolean(),
    limit: fc.constantFrom(1, 5, 30, Infinity),
  });
  forAll(
    t,
    fc.property(fc.array(piece, { maxLength: 8 }), setting, (pieces, { lineBytes, drops, limit }) => {
      const config = `eb*\n${drops ? "-a*\n" : ""}`;
      const said = played({ config, lineBytes, options: ["-r_"], limit }, pieces);
      assertEquals(said, expected(pieces, { lineBytes, drops }));
      const without = played({ config: "", lineBytes, options: [], limit }, pieces);
      assertEquals(without.file.replace(/^\d /gm, ""), endedText(pieces.join("")));
    }),
    { numRuns: 5000 },
  );
});

function endedText(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { LineSplitter } from "./splitter.ts";
import { StampReader } from "./stamp.ts";

const STAMP = "2024-03-12_20:53:40.16929 ";

function make(): { splitter: LineSplitter; lines: string[] } {
  const lines: string[] = [];
  return { splitter: new LineSplitter(new StampReader(), (text) => lines.push(text)), lines };
}

Deno.test("LineSplitter gives the same lines however the text is cut into pieces", (t) => {
  const text = fc.array(fc.constantFrom("a", "bc", "\n"), { maxLength: 60 }).map((parts) => parts.join(""));
  forAll(
    t,
    fc.property(text, fc.array(fc.nat(60)), (text, cuts) => {
      const { splitter, lines } = make();
      const ends = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
      for (let i = 1; i < ends.length; i++) splitter.push(text.slice(ends[i - 1], ends[i]));
      const wanted = text.split("\n");
      assertEquals(splitter.held, wanted.pop());
      assertEquals(lines, wanted);
    }),
  );
});

Deno.test("LineSplitter joins a line that was cut between two files", () => {
  const { splitter, lines } = make();
  splitter.push(`${STAMP}one li`);
  splitter.boundary();
  splitter.push("ne\n");
  assertEquals(lines, [`${STAMP}one line`]);
});

Deno.test("LineSplitter ends half a line if the next file begins with a stamp", () => {
  const { splitter, lines } = make();
  splitter.push("half");
  splitter.boundary();
  splitter.push(`${STAMP}whole\n`);
  assertEquals(lines, ["half", `${STAMP}whole`]);
});

Deno.test("flush() ends the held line, once", () => {
  const { splitter, lines } = make();
  splitter.push("rest");
  splitter.flush();
  splitter.flush();
  assertEquals(lines, ["rest"]);
});

Deno.test("LineSplitter cuts a line without an end into bounded parts", () => {
  const { splitter, lines } = make();
  for (let i = 0; i < 40; i++) splitter.push("x".repeat(65_536));
  assertEquals(lines.length, 2);
});

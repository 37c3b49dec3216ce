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

Deno.test("LineSplitter gives the same lines however the text is cut", (t) => {
  const text = fc.array(fc.constantFrom("a", "bc", "\n"), { maxLength: 60 }).map((parts) => parts.join(""));
  forAll(
    t,
    fc.property(text, fc.array(fc.nat(60)), (text, cuts) => {
      const { splitter, lines } = make();
      const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
      for (let i = 1; i < places.length; i++) splitter.push(text.slice(places[i - 1], places[i]));
      const wanted = text.split("\n");
      assertEquals(splitter.held, wanted.pop());
      assertEquals(lines, wanted);
    }),
  );
});

Deno.test("a line that was cut between two files goes on in the second", () => {
  const { splitter, lines } = make();
  splitter.push(`${STAMP}one li`);
  splitter.boundary();
  splitter.push("ne\n");
  assertEquals(lines, [`${STAMP}one line`]);
});

Deno.test("half a line is all there is of it before a stamp", () => {
  const { splitter, lines } = make();
  splitter.push("half");
  splitter.boundary();
  splitter.push(`${STAMP}whole\n`);
  assertEquals(lines, ["half", `${STAMP}whole`]);
});

Deno.test("flush() ends what is held, once", () => {
  const { splitter, lines } = make();
  splitter.push("rest");
  splitter.flush();
  splitter.flush();
  assertEquals(lines, ["rest"]);
});

Deno.test("a line without end comes in bounded parts", () => {
  const { splitter, lines } = make();
  for (let i = 0; i < 40; i++) splitter.push("x".repeat(65_536));
  assertEquals(lines.length, 2);
});

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { type IssueFacts, issueText, promptText } from "./issue.ts";

const FACTS: IssueFacts = {
  system: "Linux",
  node: "box",
  release: "6.1",
  version: "#1 SMP",
  machine: "x86_64",
  domain: "(none)",
  terminal: "/dev/tty1",
  time: { year: 2026, month: 11, day: 22, hour: 7, minute: 5, second: 9 },
};

Deno.test("issueText() knows the letters behind a backslash and behind a percent sign", () => {
  for (const mark of ["\\", "%"]) {
    const letters = (text: string) => issueText(Array.from(text, (letter) => mark + letter).join("|"), FACTS);
    assertEquals(letters("sSnhrvm"), "Linux|Linux|box|box|6.1|#1 SMP|x86_64");
    assertEquals(letters("DoOl"), "(none)|(none)|(none)|/dev/tty1");
    assertEquals(letters("dt"), "Sunday, 22 November 2026|07:05:09");
  }
});

Deno.test("issueText() leaves other characters as they are, and drops a lone mark at the end", () => {
  assertEquals(issueText("\\x\\\\%%\\%%\\a", FACTS), "x\\%%\\a");
  assertEquals(issueText("end\\", FACTS), "end");
  assertEquals(issueText("end%", FACTS), "end");
});

Deno.test("issueText() puts CR behind each newline that is not escaped, and leaves NULs out", () => {
  assertEquals(issueText("a\nb\r\n\0c\\\nd\\\0", FACTS), "a\n\rb\r\n\rc\nd");
});

Deno.test("issueText() does not read escapes in the text of an escape", () => {
  assertEquals(issueText("\\n", { ...FACTS, node: "\\s%s\n" }), "\\s%s\n");
});

Deno.test("issueText() says the day of the week as the calendar does, in any month of any year", (t) => {
  forAll(
    t,
    fc.property(
      fc.date({ min: new Date("1970-01-01"), max: new Date("2399-12-31"), noInvalidDate: true }),
      (date) => {
        const time = {
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          hour: 0,
          minute: 0,
          second: 0,
        };
        const form = {
          timeZone: "UTC",
          weekday: "long",
          day: "2-digit",
          month: "long",
          year: "numeric",
        } as const;
        const parts = new Intl.DateTimeFormat("en-GB", form).formatToParts(date);
        const part = (type: string) => parts.find((part) => part.type === type)?.value;
        const wanted = `${part("weekday")}, ${part("day")} ${part("month")} ${part("year")}`;
        assertEquals(issueText("\\d", { ...FACTS, time }), wanted);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("promptText() names the node, or ? if it has no name", () => {
  assertEquals([promptText(FACTS), promptText({ node: "" })], ["box login: ", "? login: "]);
});

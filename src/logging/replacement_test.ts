import { assertEquals } from "@std/assert";
import { type Options, parseOptions } from "./options.ts";
import { replacementTable } from "./replacement.ts";

function options(...args: string[]): Options {
  const parsed = parseOptions([...args, "log"], "");
  if (parsed.kind !== "options") throw new Error("usage");
  return parsed.options;
}

function replaced(...args: string[]): string {
  const table = replacementTable(options(...args));
  return [0, 9, 31, 32, 65, 66, 95, 126, 127, 128, 255].map((byte) =>
    String.fromCharCode(table?.[byte] ?? byte)
  )
    .join("");
}

Deno.test("without -r and -R there is no table", () => {
  assertEquals(replacementTable(options()), undefined);
});

Deno.test("-r replaces the bytes outside 32 to 126", () => {
  assertEquals(replaced("-r", "?"), "??? AB_~???");
});

Deno.test("-R replaces its characters, too, by _ or by the character of -r", () => {
  assertEquals(replaced("-R", "A~"), "___ _B_____");
  assertEquals(replaced("-R", "A~", "-r", "?"), "??? ?B_????");
});

Deno.test("the character that replaces others is itself not replaced", () => {
  for (const args of [["-r", "?"], ["-R", "_", "-r", "\x01"]]) {
    const table = replacementTable(options(...args));
    assertEquals(table?.every((byte) => table[byte] === byte), true);
  }
});

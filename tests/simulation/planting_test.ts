import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { type Change, plant } from "./planting.ts";

const CLASS = `/** One of two. */
class Door {
  #open(hand: string): number {
    // A comment, and a layout, that may change.
    return this.#turn(hand, /* how far */
      90 ) + 1;
  }
}
class Window {
  open() { return 2; }
}
`;

/**
 * Returns what becomes of CLASS, in a folder that the planting was not told of, when `change` is planted in `where`.
 */
function planted(where: string, change: Change): string {
  const directory = Deno.makeTempDirSync({ prefix: "denit-planting-" });
  try {
    const path = join(directory, "deep/class.ts");
    Deno.mkdirSync(join(directory, "deep"));
    Deno.writeTextFileSync(path, CLASS);
    Deno.writeTextFileSync(join(directory, "other.ts"), "export const close = 1;\n");
    plant(directory, { name: "a mistake", in: where, plant: change });
    return Deno.readTextFileSync(path);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

Deno.test("plant() finds a method by its class and name, in any file, and replaces its body", () => {
  assertEquals(
    planted("Window.open", { body: "return 3;" }),
    CLASS.replace("{ return 2; }", "{ return 3; }"),
  );
});

Deno.test("plant() finds a piece however it is laid out and commented", () => {
  const wrong = planted("open", { right: "this.#turn(hand, 90)", wrong: "0" });
  assertEquals(wrong, CLASS.replace(/this\.#turn[^]*?\)/, "0"));
});

Deno.test("plant() puts statements before and after a body", () => {
  const before = planted("Window.open", { before: "if (this) return 1;" });
  assertEquals(before, CLASS.replace("{ return 2; }", "{ if (this) return 1;\n return 2;  }"));
  const after = planted("Window.open", { after: "done();" });
  assertEquals(after, CLASS.replace("{ return 2; }", "{ try {  return 2;  } finally { done(); } }"));
});

Deno.test("plant() refuses a name that none has, or more than one, and a piece that is not there", () => {
  assertThrows(() => planted("shut", { body: "" }), Error, "not one shut");
  assertThrows(
    () => planted("open", { body: "" }),
    Error,
    "not one open, looking at: deep/class.ts, deep/class.ts",
  );
  assertThrows(() => planted("open", { right: "hand + 1", wrong: "" }), Error, "with `hand + 1` in it once");
});

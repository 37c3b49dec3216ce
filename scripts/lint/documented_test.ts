import { assertEquals } from "@std/assert";
import { complaints } from "./testing.ts";

const FILE = "src/control/wait.ts";

Deno.test("denit/documented finds a file without a head", () => {
  assertEquals(complaints("documented", FILE, `import "./line.ts";`), [`${FILE} has no comment at its head`]);
  assertEquals(complaints("documented", FILE, `/** Waiting. */\nimport "./line.ts";`), []);
});

Deno.test("denit/documented finds an export without a doc comment, of whatever kind", () => {
  for (
    const source of [
      "export const it = 1;",
      "export function it(): void {}",
      "export class it {}",
      "export interface it { a: number }",
      "export type it = number;",
      "export abstract class it {}",
    ]
  ) {
    const head = `/** The head. */\nconst other = 1;\n`;
    const message = `${FILE} exports it without a doc comment`;
    assertEquals(complaints("documented", FILE, `${head}${source}`), [message], source);
    assertEquals(complaints("documented", FILE, `${head}// A remark.\n${source}`), [message], source);
    assertEquals(complaints("documented", FILE, `${head}/** It. */\n${source}`), [], source);
  }
});

Deno.test("denit/documented wants one comment for all overloads, and none for what another file exports", () => {
  const overloads = `/** It. */\nexport function it(a: 1): 1;\nexport function it(a: 2): 2;\n`;
  assertEquals(complaints("documented", FILE, overloads), []);
  assertEquals(complaints("documented", FILE, `/** The head. */\nexport { a } from "./line.ts";`), []);
});

Deno.test("denit/documented leaves tests and scripts alone", () => {
  for (const file of ["src/control/wait_test.ts", "scripts/build.ts", "tests/kernel.ts"]) {
    assertEquals(complaints("documented", file, "export const it = 1;"), []);
  }
});

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { numberChunks, packChunks } from "./chunks.ts";
import { command } from "./command.ts";
import { scriptForm } from "./script_form.ts";

const LOADER = await Deno.readTextFile(new URL("loader.js", import.meta.url));
const HEAD = `#!/bin/sh\nexec @DENO@ run --quiet --no-config --no-lock --allow-ffi @LOADER@ "$0" "$@"\n`;

/** Runs the script form of these chunks. Returns its output. */
async function printed(chunks: Readonly<Record<string, string>>): Promise<string> {
  const file = await Deno.makeTempFile({ prefix: "denit-chunks-" });
  try {
    const form = {
      chunks: await packChunks(new Map(Object.entries(chunks))),
      entry: "main.js",
      deno: Deno.execPath(),
      flags: [],
      longLived: [],
    };
    await Deno.writeTextFile(file, scriptForm({ head: HEAD, loader: LOADER }, form));
    return await command("/bin/sh", [file]);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("packChunks() runs a program that is one chunk", async () => {
  assertEquals(
    await printed({ "main.js": `console.log("one*/",\`two*/\n\`,/[0-9]*/.source,/[*]/.test("*/"));` }),
    "one*/ two*/\n [0-9]* true\n",
  );
});

Deno.test("packChunks() gives every importer the same module, evaluated once", async () => {
  const chunks = {
    "main.js":
      `import{a as x}from"./shared.js";import"./shared.js";console.log((await import("./late.js")).same(x));`,
    "late.js":
      `import{a as b,b as c}from"./shared.js";function d(e){return e===b&&e instanceof c}export{d as same};`,
    "shared.js": `console.log("shared");var e=class{},f=new e;export{f as a,e as b};`,
  };
  assertEquals(await printed(chunks), "shared\ntrue\n");
});

Deno.test("packChunks() evaluates no chunk that is not asked for", async () => {
  const chunks = {
    "main.js": `var a=()=>import("./late.js");console.log(typeof a);`,
    "late.js": `console.log("late");`,
  };
  assertEquals(await printed(chunks), "function\n");
});

Deno.test("packChunks() keeps chunks strict and apart from each other", async () => {
  const chunks = {
    "main.js": `import"./other.js";var a=1;console.log(function(){return this}(),typeof b);`,
    "other.js": `var a=2,b=3;`,
  };
  assertEquals(await printed(chunks), "undefined undefined\n");
});

Deno.test("packChunks() lets what a chunk throws end the program", async () => {
  const error = await assertRejects(() => printed({ "main.js": `throw new Error("thrown inside");` }));
  assertStringIncludes(String(error), "thrown inside");
});

Deno.test("numberChunks() names chunks by their place in the program, whatever sums their names hold", () => {
  const chunks = (sum: string) =>
    new Map([
      [`a-${sum}.js`, `import"./b-${sum}.js";`],
      [`b-${sum}.js`, `"./no-chunk.js";`],
      ["main.js", `import"./b-${sum}.js";import("./a-${sum}.js");`],
    ]);
  assertEquals(numberChunks(chunks("X1"), "main.js"), numberChunks(chunks("A9"), "main.js"));
  assertEquals([...numberChunks(chunks("X1"), "main.js")], [
    ["main.js", `import"./1.js";import("./2.js");`],
    ["1.js", `"./no-chunk.js";`],
    ["2.js", `import"./1.js";`],
  ]);
});

Deno.test("packChunks() refuses an import or export that it does not understand", async () => {
  for (const code of [`import a from"./a.js";a();`, `export var a=1;`, `var a;export{a};a=2;`]) {
    await assertRejects(() => packChunks(new Map([["main.js", code]])), SyntaxError);
  }
});

Deno.test("packChunks() understands what the bundler writes", async () => {
  const directory = await Deno.makeTempDir({ prefix: "denit-chunks-" });
  try {
    const sources = {
      "main.ts": `
        import { Shared } from "./shared.ts";
        const { make } = await import("./late.ts");
        console.log(make("*/") instanceof Shared, make("\\u00e9 \\u2028 é").text.length);
        export const unused = 1;`,
      "late.ts": `
        import { Shared } from "./shared.ts";
        export const make = (text: string) => new Shared(text);`,
      "shared.ts": `export class Shared { constructor(readonly text: string) {} }`,
    };
    for (const [name, text] of Object.entries(sources)) await Deno.writeTextFile(join(directory, name), text);
    const output = join(directory, "chunks");
    const flags = ["--quiet", "--no-config", "--minify", "--code-splitting", "--outdir", output];
    await command(Deno.execPath(), ["bundle", ...flags, join(directory, "main.ts")]);
    const chunks: Record<string, string> = {};
    for await (const { name } of Deno.readDir(output)) {
      chunks[name] = await Deno.readTextFile(join(output, name));
    }
    assertEquals(Object.keys(chunks).length, 3);
    assertEquals(await printed(chunks), "true 5\n");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

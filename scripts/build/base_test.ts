import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { type Base, checkFit, givenBase, versionsIn } from "./base.ts";
import { CommandError } from "./command.ts";

const OURS: Base = { name: "Deno", deno: "deno", thirdParty: false };

Deno.test("checkFit() lets a release be made with Deno's own base runtime only", () => {
  checkFit(OURS, true);
  const theirs = { ...OURS, thirdParty: true };
  assertThrows(() => checkFit(theirs, true), CommandError, "cut out of a third party's published program");
  assertThrows(() => checkFit(undefined, true), CommandError, "never to ship");
});

Deno.test("checkFit() lets anything be tested", () => {
  checkFit(OURS, false);
  checkFit({ ...OURS, thirdParty: true }, false);
  checkFit(undefined, false);
});

Deno.test("versionsIn() finds every version a program claims, once", () => {
  const bytes = new TextEncoder().encode("\x7fELF Deno/2.9.6 \0 Deno/2.9.6 Deno/0.80.0 Deno/x");
  assertEquals(versionsIn(bytes), ["2.9.6", "0.80.0"]);
});

Deno.test("givenBase() refuses what is no program", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assertRejects(() => givenBase(file), CommandError, "is no 64-bit ELF program");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("givenBase() refuses the base runtime of a Deno that is not at hand", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const file = join(directory, "denort");
    const bytes = new Uint8Array(200);
    bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
    new DataView(bytes.buffer).setBigUint64(0x28, 64n, true);
    bytes.set(new TextEncoder().encode("Deno/1.2.3"), 100);
    await Deno.writeFile(file, bytes);
    await assertRejects(() => givenBase(file), CommandError, "is the base runtime of Deno 1.2.3");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

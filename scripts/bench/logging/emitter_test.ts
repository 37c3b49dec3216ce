import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Emission, emitterProgram } from "./emitter.ts";

const TEXT = new TextEncoder().encode("one\ntwo\nsix\n");

function outputOf(emission: Emission): { code: number; said: string } {
  const file = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(file, emitterProgram(emission));
    Deno.chmodSync(file, 0o755);
    const { code, stdout } = new Deno.Command(file).outputSync();
    return { code, said: new TextDecoder().decode(stdout) };
  } finally {
    Deno.removeSync(file);
  }
}

Deno.test("an emitter writes its text as often as it is told", () => {
  for (const pieceBytes of [4, TEXT.length]) {
    const { code, said } = outputOf({ text: TEXT, pieceBytes, rounds: 3, pauseNs: 0 });
    assertEquals({ code, said }, { code: 0, said: "one\ntwo\nsix\n".repeat(3) });
  }
});

Deno.test("an emitter that pauses writes the same", () => {
  const { said } = outputOf({ text: TEXT, pieceBytes: 4, rounds: 2, pauseNs: 1000 });
  assertEquals(said, "one\ntwo\nsix\n".repeat(2));
});

Deno.test("a text must divide into pieces", () => {
  assertThrows(() => emitterProgram({ text: TEXT, pieceBytes: 5, rounds: 1, pauseNs: 0 }), RangeError);
});

Deno.test("an emitter carries its text, whatever the architecture", () => {
  for (const architecture of ["x86_64", "aarch64"] as const) {
    const bytes = emitterProgram({ text: TEXT, pieceBytes: 4, rounds: 1, pauseNs: 0 }, architecture);
    const file = new TextDecoder("latin1").decode(bytes);
    assert(file.startsWith("\x7fELF") && file.endsWith("one\ntwo\nsix\n"));
  }
});

import { assertEquals, assertThrows } from "@std/assert";
import { asking, naming, waiting } from "../control/permissions.ts";
import { ERRNO, SysError } from "../sys/error.ts";
import { LinuxKernel } from "./linux.ts";

for (const longLived of [true, false]) {
  Deno.test(`LinuxKernel starts programs and tells their end, longLived ${longLived}`, () => {
    const kernel = new LinuxKernel(new Set([...asking.symbols, ...waiting.symbols]), { args: [], longLived });
    const pid = kernel.spawn({
      path: "/bin/sh",
      argv: ["sh", "-c", `[ "$PWD" = /usr ] && [ "$A" = "b c" ] && exit 7`],
      directoryPath: "/usr",
      environment: ["A=b c"],
    });
    assertEquals(kernel.waitFor(pid), { pid, status: 7 << 8 });
    const refused = assertThrows(() => kernel.spawn({ path: "/nonexistent", argv: ["no"] }), SysError);
    assertEquals([refused.call, refused.errno], ["exec", ERRNO.ENOENT]);
  });
}

Deno.test("LinuxKernel reads the environment where it is in scope, and nowhere else", () => {
  const path = `PATH=${Deno.env.get("PATH")}`;
  const pathsOf = (...scopes: readonly (typeof asking)[]) =>
    new LinuxKernel(new Set(scopes.flatMap(({ symbols }) => symbols)), { args: [], longLived: false })
      .environment.filter((entry) => entry.startsWith("PATH="));
  assertEquals(pathsOf(asking), []);
  assertEquals(pathsOf(asking, naming), [path]);
  assertEquals(pathsOf(asking, waiting), [path]);
});

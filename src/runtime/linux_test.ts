/** The real kernel starts, limits and becomes programs. */
import { ERRNO } from "../posix/errno.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { asking, naming, waiting } from "../control/permissions.ts";
import { SysError } from "../sys/error.ts";
import { linuxKernel } from "../../tests/linux_kernel.ts";

for (const longLived of [true, false]) {
  Deno.test(`LinuxKernel starts programs and tells their end, longLived ${longLived}`, async () => {
    const kernel = await linuxKernel(new Set([...asking.symbols, ...waiting.symbols]), {
      args: [],
      longLived,
    });
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

Deno.test("LinuxKernel reads the environment only where a scope names it", async () => {
  const path = `PATH=${Deno.env.get("PATH")}`;
  const pathsOf = async (...scopes: readonly (typeof asking)[]) => {
    const symbols = new Set(scopes.flatMap(({ symbols }) => symbols));
    const { environment } = await linuxKernel(symbols, { args: [], longLived: false });
    return environment.filter((entry) => entry.startsWith("PATH="));
  };
  assertEquals(await pathsOf(asking), []);
  assertEquals(await pathsOf(asking, naming), [path]);
  assertEquals(await pathsOf(asking, waiting), [path]);
});

Deno.test("become() resets signals and mask, and throws where it cannot enter the program", async () => {
  const file = fromFileUrl(new URL("../../tests/sys/become.ts", import.meta.url));
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-lock", file],
    stdin: "null",
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  // Whoever starts Deno may have 32 and 33 ignored, which glibc keeps for itself.
  const said = new TextDecoder().decode(stdout).replace(/^(SigIgn:\t0{7})[01]8/m, "$100");
  assertEquals(said.trim().split("\n"), [
    "SigBlk:\t0000000000000000",
    "SigIgn:\t0000000000000000",
    "unable: exec /nonexistent: errno 2",
    "name standing",
    "A b c",
    "size unlimited",
    "fd 0",
    "fd 1",
    "fd 2",
    "fd 3",
  ]);
});

for (const [blocks, limited] of [["9999999", true], ["unlimited", false]] as const) {
  Deno.test(`hasFileSizeLimit() is ${limited} under ulimit -f ${blocks}`, async () => {
    const file = new URL("../../tests/linux_kernel.ts", import.meta.url);
    const code = `import { linuxKernel } from "${file}";
console.log((await linuxKernel(new Set(["getrlimit"]), { args: [], longLived: false })).hasFileSizeLimit());`;
    const { stdout } = await new Deno.Command("/bin/sh", {
      args: ["-c", `ulimit -f ${blocks}; exec "$0" eval --no-lock "$1"`, Deno.execPath(), code],
      stderr: "inherit",
    }).output();
    assertEquals(new TextDecoder().decode(stdout), `${limited}\n`);
  });
}

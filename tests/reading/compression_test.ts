/** denit's own processors, run by svlogd where PATH has neither gzip nor zstd. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { seedOf } from "../seed.ts";
import { Random } from "../random.ts";
import { withDirectory } from "../logging/directory.ts";
import { has } from "../machine.ts";
import { applet, output, program } from "../program.ts";

const MAGIC = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5] } as const;

for (const command of ["gzip", "gzip -9", "zstd", "zstd -19"]) {
  Deno.test(`svlogd runs !${command} itself`, () =>
    withDirectory({ config: `s20000\nn0\n!${command}\n` }, async (directory) => {
      const { links } = await program();
      const script =
        `i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "line $i"; done | PATH=/nonexistent "$1" .`;
      const { code, stderr } = await output("sh", ["-c", script, "-", join(links, "svlogd")], {
        cwd: directory,
      });
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      const old = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) =>
        name.startsWith("@")
      );
      assertEquals(old.map((name) => name.slice(-2)), old.map(() => ".s"));
      for (const name of old) {
        const head = (await Deno.readFile(join(directory, name))).subarray(0, 2);
        assertEquals([...head], [...command.startsWith("gzip") ? MAGIC.gzip : MAGIC.zstd]);
      }
      const { stdout } = await applet("logs", ["."], { cwd: directory });
      assertEquals(stdout, Array.from({ length: 5000 }, (_, i) => `line ${i + 1}\n`).join(""));
    }));
}

for (const format of ["gzip", "zstd"] as const) {
  Deno.test(
    `${format} reads what svlogzip writes, of any length (needs ${format})`,
    { ignore: !has(format) },
    (t) =>
      withDirectory({ "x/": "" }, async (directory) => {
        const { links } = await program();
        const random = new Random(seedOf(t.name));
        const script = `"$1"/svlogzip ${format} <in | ${format} -dc | cmp - in`;
        for (const length of [0, 1, 1_048_576, 2_500_000]) {
          await Deno.writeFile(join(directory, "in"), random.bytes(length));
          const { code, stdout, stderr } = await output("sh", ["-c", script, "-", links], { cwd: directory });
          assertEquals({ code, stdout, stderr }, { code: 0, stdout: "", stderr: "" });
        }
      }),
  );
}

Deno.test("svlogzip says in one line what failed, and ends with 111; wrong usage ends with 100", async () => {
  const { links } = await program();
  const run = (script: string) => output("sh", ["-c", script, "-", join(links, "svlogzip")]);
  const read = await run('"$1" gzip </');
  assertEquals([read.code, read.stderr], [
    111,
    "svlogzip: fatal: unable to read standard input: is a directory\n",
  ]);
  const written = await run('"$1" zstd </dev/null >/dev/full');
  assertEquals([written.code, written.stderr], [
    111,
    "svlogzip: fatal: unable to write standard output: out of disk space\n",
  ]);
  const usage = await run('"$1" xz');
  assertEquals(usage.code, 100);
  assertMatch(usage.stderr, /^usage: .*svlogzip gzip\|zstd \[-N\]\n/);
});

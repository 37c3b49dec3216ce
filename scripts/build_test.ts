import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { build, type BuildOptions } from "./build.ts";
import { CommandError } from "./build/command.ts";

interface Site {
  readonly main: string;
  readonly output: string;
  /** Builds `main` in the script form, which needs nothing but deno and its bundler. */
  readonly build: (options?: BuildOptions) => ReturnType<typeof build>;
}

async function withSite(use: (site: Site) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-build-" });
  const main = join(directory, "main.ts");
  const output = join(directory, "dist", "denit");
  try {
    await Deno.writeTextFile(main, `console.log("first", ...Deno.args);`);
    await use({ main, output, build: (options) => build({ form: "script", main, output, ...options }) });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function outputOf(file: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(file, { args, stdin: "null" }).output();
  return new TextDecoder().decode(stdout);
}

async function inode(file: string): Promise<number | null> {
  return (await Deno.stat(file)).ino;
}

Deno.test("build() writes one executable file that runs", () =>
  withSite(async ({ output, build }) => {
    assertEquals(await build(), { path: output, form: "script", base: "none, it starts an installed deno" });
    assertEquals(await outputOf(output, "a b"), `first ${output} a b\n`);
  }));

Deno.test("build() does nothing while the sources are the same, and builds again when they are not", () =>
  withSite(async ({ main, output, build }) => {
    await build();
    const first = await inode(output);
    await build();
    assertEquals(await inode(output), first);
    await Deno.writeTextFile(main, `console.log("second");`);
    await build();
    assertEquals(await outputOf(output), "second\n");
  }));

Deno.test("build() builds again when its file was lost or replaced by another", () =>
  withSite(async ({ output, build }) => {
    await build();
    await Deno.remove(output);
    await build();
    await Deno.writeTextFile(output, "#!/bin/sh\n");
    await build();
    assertStringIncludes(await outputOf(output), "first");
  }));

Deno.test("build() makes equal files of equal sources", () =>
  withSite(async ({ output, build }) => {
    const other = `${output}2`;
    await build();
    await build({ output: other });
    assertEquals(await Deno.readFile(other), await Deno.readFile(output));
  }));

Deno.test("build() takes turns with another build of the same file, which finds the work done", () =>
  withSite(async ({ main, output, build }) => {
    await build();
    const before = await inode(output);
    await Deno.writeTextFile(main, `console.log("turns");`);
    const [one, two] = await Promise.all([
      build().then(() => inode(output)),
      build().then(() => inode(output)),
    ]);
    assertEquals(one, two);
    assertNotEquals(one, before);
    assertEquals(await outputOf(output), "turns\n");
  }));

Deno.test("build() leaves the last good file, and nothing half made, when the sources do not bundle", () =>
  withSite(async ({ main, output, build }) => {
    await build();
    await Deno.writeTextFile(main, `import "./missing.ts";`);
    await assertRejects(() => build(), CommandError, "missing.ts");
    assertStringIncludes(await outputOf(output), "first");
    const names = await Array.fromAsync(Deno.readDir(join(output, "..")), ({ name }) => name);
    assertEquals(names.sort(), [".denit.stamp.json", ".lock", "denit"]);
  }));

Deno.test("deno task build answers a wrong option with its usage and 100", async () => {
  const script = fromFileUrl(new URL("build.ts", import.meta.url));
  for (const wrong of [["--form", "stone"], ["--target", "vax"], ["--bogus"], ["file"]]) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", script, ...wrong],
    }).output();
    assertEquals(code, 100);
    assert(new TextDecoder().decode(stderr).startsWith("usage: deno task build "));
  }
});

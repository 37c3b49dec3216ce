/**
 * Tests of the one file with many names: links, the word after `denit`, argv[0]. Also its help, and the links that it
 * makes.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { loadApplet } from "../../src/applets/loaders.ts";
import { APPLETS } from "../../src/applets/registry.ts";
import { VERSION } from "../../src/cli/usage.ts";
import { applet, output, program, shell } from "../program.ts";

const NAMES = APPLETS.map(({ name }) => name).filter((name) => name !== "denit");
const FOREIGN = APPLETS.filter(({ foreignName }) => foreignName === true).map(({ name }) => name);

async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-links-" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The names in a directory, mapped to the target of each link. The target is empty if the file is no link. */
async function linksIn(directory: string): Promise<Record<string, string>> {
  const links: Record<string, string> = {};
  for await (const { name, isSymlink } of Deno.readDir(directory)) {
    links[name] = isSymlink ? await Deno.readLink(join(directory, name)) : "";
  }
  return links;
}

for (const row of APPLETS) {
  const { name, summary } = row;
  Deno.test(`${name} --help tells its purpose and its usage, in lines of 80 columns`, async () => {
    const { synopsis } = await loadApplet(row);
    const { code, stdout, stderr } = name === "denit"
      ? await output((await program()).path, ["--help"])
      : await applet(name, ["--help"]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const lines = stdout.split("\n");
    assertEquals(lines[0], `${name}: ${summary}`);
    assert(lines.includes(`usage: ${name} ${synopsis}`.trimEnd()), stdout);
    assertEquals(lines.filter((line) => line.length > 80), []);
  });

  Deno.test(`denit ${name} --version prints one line`, async () => {
    const { path } = await program();
    const { code, stdout, stderr } = await output(
      path,
      name === "denit" ? ["--version"] : [name, "--version"],
    );
    assertEquals({ code, stdout, stderr }, { code: 0, stdout: `${name} (denit) ${VERSION}\n`, stderr: "" });
  });
}

Deno.test("denit --list prints the names of the registry, and denit --help has a line for each", async () => {
  const { path } = await program();
  assertEquals((await output(path, ["--list"])).stdout, NAMES.map((name) => `${name}\n`).join(""));
  const { stdout } = await output(path, ["--help"]);
  for (const name of NAMES) assertMatch(stdout, new RegExp(`^  ${name} +\\S`, "m"));
});

Deno.test("denit without arguments prints the help", async () => {
  const { path } = await program();
  assertEquals(await output(path, []), await output(path, ["--help"]));
});

Deno.test("a name that is no applet gets one line and 127, whatever else is asked", async () => {
  const { path } = await program();
  for (const more of [[], ["--help"], ["a", "b"]]) {
    const { code, stdout, stderr } = await output(path, ["no-such", ...more]);
    assertEquals(code, 127);
    assertEquals(stdout + stderr, "denit: fatal: no such applet: no-such\n");
  }
});

Deno.test("an unknown option, and one without its argument, gets the usage line and 100", async () => {
  for (const option of ["--bogus", "--install", "--permissions"]) {
    const { code, stdout, stderr } = await output((await program()).path, [option]);
    assertEquals({ code, stdout }, { code: 100, stdout: "" });
    assertMatch(stderr, /^usage: denit APPLET .*\n$/);
  }
});

Deno.test({
  // The kernel tells a script its path, but not the argv[0] of the caller.
  name: "argv[0] decides, whatever the file is called: exec -a (needs the compiled form)",
  ignore: (await program()).form === "script",
  fn: async () => {
    const { path } = await program();
    for (const argv0 of ["sv", "/nowhere/at/all/svstat", "./runsvdir"]) {
      const { stdout } = await output("bash", ["-c", 'exec -a "$1" "$2" --version', "-", argv0, path]);
      assertEquals(stdout, `${argv0.slice(argv0.lastIndexOf("/") + 1)} (denit) ${VERSION}\n`);
    }
  },
});

Deno.test("a link to a link is the applet whose name was called", () =>
  withDirectory(async (directory) => {
    const { links } = await program();
    await Deno.symlink(join(links, "runsv"), join(directory, "sv"));
    assertMatch((await output(join(directory, "sv"), ["--version"])).stdout, /^sv /);
  }));

Deno.test("a link in init.d is sv for the service of its name, with an init script's exit codes", () =>
  withDirectory(async (directory) => {
    const { path } = await program();
    await Deno.mkdir(join(directory, "init.d"));
    await Deno.mkdir(join(directory, "web"));
    await Deno.symlink(path, join(directory, "init.d/web"));
    const { code, stdout } = await output(join(directory, "init.d/web"), ["status"], {
      env: { SVDIR: directory },
    });
    assertEquals(stdout, "warning: web: unable to open supervise/ok: file does not exist\n");
    assertEquals(code, 4);
  }));

Deno.test("denit --install makes a link for every applet, each to the program's absolute path", () =>
  withDirectory(async (directory) => {
    const { path } = await program();
    const wanted = Object.fromEntries(NAMES.map((name) => [name, path]));
    // Called as in a shell: by a relative path, from another directory.
    const script = `cd "${join(path, "..")}" && ./denit --install "${directory}"`;
    assertEquals(await shell(script), { code: 0, signal: null, stdout: "", stderr: "" });
    const links = await linksIn(directory);
    assertEquals(Object.keys(links).sort(), Object.keys(wanted).sort());
    for (const target of Object.values(links)) {
      assert(target.startsWith("/"), target);
      assertEquals(await Deno.realPath(target), await Deno.realPath(path));
    }
    assertMatch((await output(join(directory, "svok"), ["--version"])).stdout, /^svok /);
  }));

Deno.test("denit --install keeps daemontools' own programs and says so, and replaces everything else", () =>
  withDirectory(async (directory) => {
    const { path } = await program();
    await Deno.writeTextFile(join(directory, "svc"), "#!/bin/sh\n");
    await Deno.symlink("/command/svstat", join(directory, "svstat"));
    await Deno.symlink("/usr/bin/runsv", join(directory, "runsv"));
    await Deno.writeTextFile(join(directory, "sv"), "a stock program");
    const { code, stdout, stderr } = await output(path, ["--install", directory]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const links = await linksIn(directory);
    assertEquals(
      { svc: links["svc"], svstat: links["svstat"], runsv: links["runsv"], sv: links["sv"] },
      { svc: "", svstat: "/command/svstat", runsv: path, sv: path },
    );
    assertEquals(stdout.split("\n").slice(0, -1).sort(), [
      `denit: ${directory}/svc is another's and stays`,
      `denit: ${directory}/svstat is another's and stays`,
    ]);
  }));

Deno.test("denit --install moves links that lead to its older place, and leaves right ones as they are", () =>
  withDirectory(async (directory) => {
    const { path } = await program();
    for (const name of FOREIGN) await Deno.symlink("/old/place/denit", join(directory, name));
    await output(path, ["--install", directory]);
    for (const name of FOREIGN) assertEquals(await Deno.readLink(join(directory, name)), path);
    const before = await Deno.lstat(join(directory, "sv"));
    await output(path, ["--install", directory]);
    assertEquals((await Deno.lstat(join(directory, "sv"))).ino, before.ino);
    assertEquals((await linksIn(directory))["sv"], path);
  }));

Deno.test("denit --install into a path that is no directory prints one line and ends with 111", () =>
  withDirectory(async (directory) => {
    const { code, stdout, stderr } = await output((await program()).path, [
      "--install",
      join(directory, "no"),
    ]);
    assertEquals({ code, stdout }, { code: 111, stdout: "" });
    assertStringIncludes(stderr, "unable to open directory");
    assertEquals(stderr.split("\n").length, 2);
  }));

Deno.test("denit --install names each link that it cannot make, makes the others, and ends with 111", () =>
  withDirectory(async (directory) => {
    await Deno.mkdir(join(directory, "sv"));
    const { code, stderr } = await output((await program()).path, ["--install", directory]);
    assertEquals(code, 111);
    assertEquals(stderr, `denit: warning: unable to make link ${directory}/sv: is a directory\n`);
    const { sv, ...others } = await linksIn(directory);
    assertEquals(sv, "");
    assertEquals(Object.keys(others).sort(), NAMES.filter((name) => name !== "sv").sort());
  }));

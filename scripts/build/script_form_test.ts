import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { packChunks } from "./chunks.ts";
import { scriptForm, shellQuote } from "./script_form.ts";

const TEMPLATES = {
  head: await Deno.readTextFile(new URL("head.sh", import.meta.url)),
  loader: await Deno.readTextFile(new URL("loader.js", import.meta.url)),
};
const FLAGS = ["--v8-flags=--single-threaded", "--allow-ffi"];
const SHELLS = [["/bin/sh"], ["/bin/busybox", "ash"]];

/** A program that prints how it was started, as the kernel tells it. */
const PROGRAM = `
  const { open, read } = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  }).symbols;
  function text(path) {
    const fd = open(new TextEncoder().encode(path + "\\0"), 0);
    const bytes = new Uint8Array(65536);
    let all = "";
    for (let n = 0; (n = read(fd, bytes, 65536n)) > 0;) all += new TextDecoder().decode(bytes.subarray(0, n));
    return all;
  }
  const [, blocked] = /SigBlk:\\s*(\\w+)/.exec(text("/proc/self/status"));
  const environment = text("/proc/self/environ").split("\\0").slice(0, -1);
  console.log(JSON.stringify({ args: Deno.args, environment, blocked }));
`;

interface Start {
  readonly args: readonly string[];
  readonly environment: readonly string[];
  /** The signal mask, sixteen hexadecimal digits. */
  readonly blocked: string;
}

async function writeScript(file: string, program: string, deno: string): Promise<void> {
  const chunks = await packChunks(new Map([["main.js", program]]));
  const form = { chunks, entry: "main.js", deno, flags: FLAGS, longLived: ["long"] };
  await Deno.writeTextFile(file, scriptForm(TEMPLATES, form), { mode: 0o755 });
}

/** Calls `use` with a directory that has PROGRAM in the script form, `denit`, and removes the directory afterwards. */
async function withScript(use: (directory: string, file: string) => Promise<void>, deno = Deno.execPath()) {
  const directory = await Deno.makeTempDir({ prefix: "denit head's " });
  try {
    const file = join(directory, "denit");
    await writeScript(file, PROGRAM, deno);
    await use(directory, file);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<Deno.CommandOutput> {
  const [program = "", ...args] = argv;
  return await new Deno.Command(program, { args, env, clearEnv: true, stdin: "null" }).output();
}

async function start(argv: readonly string[], env: Record<string, string> = {}): Promise<Start> {
  const { stdout, stderr, code } = await run(argv, env);
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return JSON.parse(new TextDecoder().decode(stdout));
}

const ADDED = ["DENO_NO_UPDATE_CHECK=1", "DENO_DISABLE_NODE_SHIM=1", "DENO_DIR=/dev/null/denit"];
const NAMES = "DENO_NO_UPDATE_CHECK DENO_DISABLE_NODE_SHIM DENO_DIR";

function splitHead(environment: readonly string[]): { theirs: string[]; head: string } {
  const [head = "", ...more] = environment.filter((line) => line.startsWith("DENIT_HEAD="));
  assertEquals(more, []);
  return { theirs: environment.filter((line) => line !== head && !ADDED.includes(line)), head };
}

Deno.test("shellQuote() survives quotes", () => {
  assertEquals(shellQuote("it's"), `'it'\\''s'`);
});

for (const shell of SHELLS) {
  Deno.test(`${shell.join(" ")} hands on its name and its arguments, whatever they hold`, () =>
    withScript(async (directory, file) => {
      const link = join(directory, "sv");
      await Deno.symlink(file, link);
      const words = ["two words", "two\nlines", "*", "", "$HOME `id`", "--version", "-", `it's "so"`, "\x01"];
      assertEquals((await start([...shell, link, ...words])).args, [link, ...words]);
    }));

  Deno.test(`${shell.join(" ")} hands on the environment it was started with, byte for byte`, () =>
    withScript(async (_, file) => {
      const env = {
        "a.b": "not a name sh can spell",
        "BASH_FUNC_x%%": "() { :;\n}",
        EMPTY: "",
        IFS: "x",
        PATH: "/usr/bin:/bin",
        SHLVL: "7",
        TEXT: " two\n\nlines\n",
        WILD: `it's "$HOME" \`id\` \\ * é`,
        denit_words: "named like one of the head's own",
      };
      const { theirs } = splitHead((await start([...shell, file], env)).environment);
      assertEquals(theirs.sort(), Object.entries(env).map(([name, value]) => `${name}=${value}`).sort());
    }));

  Deno.test(`${shell.join(" ")} adds nothing to an empty environment but what DENIT_HEAD names`, () =>
    withScript(async (_, file) => {
      const { theirs, head } = splitHead((await start([...shell, file])).environment);
      assertEquals(theirs, []);
      assertStringIncludes(head, ` ${NAMES}`);
    }));

  Deno.test(`${shell.join(" ")} leaves alone, and does not name, what the user has set`, () =>
    withScript(async (_, file) => {
      const env = { DENO_DIR: "/dev/null/other", DENO_NO_UPDATE_CHECK: "", DENIT_HEAD: "stale" };
      const { theirs, head } = splitHead((await start([...shell, file], env)).environment);
      assertEquals(theirs.sort(), ["DENO_DIR=/dev/null/other", "DENO_NO_UPDATE_CHECK="]);
      assert(/^DENIT_HEAD=nofile=\d+ DENO_DISABLE_NODE_SHIM$/.test(head), head);
    }));

  Deno.test(`${shell.join(" ")} tells the soft limit of open files that deno raises`, () =>
    withScript(async (_, file) => {
      const limited = ["/bin/sh", "-c", 'ulimit -Sn 300 && exec "$@"', "sh", ...shell, file];
      assertStringIncludes(splitHead((await start(limited)).environment).head, "=nofile=300 ");
    }));

  Deno.test(`${shell.join(" ")} blocks the signals a supervisor reads, and for a short-lived applet none`, () =>
    withScript(async (_, file) => {
      // HUP 1, INT 2, QUIT 3, USR1 10, USR2 12, PIPE 13, ALRM 14, TERM 15, CHLD 17, PWR 30: signal(7).
      const wanted = [1, 2, 3, 10, 12, 13, 14, 15, 17, 30].reduce(
        (sum, n) => sum | 1n << BigInt(n - 1),
        0n,
      );
      const { blocked } = await start([...shell, file, "long"], { PATH: "/usr/bin:/bin" });
      assertEquals(BigInt(`0x${blocked}`), wanted);
      const short = await start([...shell, file, "short"], { PATH: "/usr/bin:/bin" });
      assertEquals(short.blocked, "0".repeat(16));
    }));

  Deno.test(`${shell.join(" ")} does without an env that can block signals`, () =>
    withScript(async (directory, file) => {
      for (const name of ["env", "tr"]) await Deno.symlink("/bin/busybox", join(directory, name));
      const { environment, blocked } = await start([...shell, file], { PATH: directory, A: "1" });
      assertEquals(splitHead(environment).theirs.sort(), ["A=1", `PATH=${directory}`]);
      assertEquals(blocked, "0".repeat(16));
    }));
}

Deno.test("the head takes a deno that is a program from PATH, not a script before it", () =>
  withScript(async (directory, file) => {
    const [first, second] = [join(directory, "first"), join(directory, "second")];
    await Deno.mkdir(first);
    await Deno.mkdir(second);
    await Deno.writeTextFile(join(first, "deno"), "#!/bin/sh\nexit 77\n", { mode: 0o755 });
    await Deno.symlink(Deno.execPath(), join(second, "deno"));
    const { args } = await start([file, "a"], { PATH: `${first}:${second}:/usr/bin:/bin` });
    assertEquals(args, [file, "a"]);
  }, "/nonexistent/deno"));

Deno.test("the head takes a script for deno where there is no program", () =>
  withScript(async (directory, file) => {
    const deno = join(directory, "deno");
    await Deno.writeTextFile(deno, "#!/bin/sh\nexit 77\n", { mode: 0o755 });
    assertEquals((await run([file], { PATH: `${directory}:/usr/bin:/bin` })).code, 77);
  }, "/nonexistent/deno"));

Deno.test("a file that is replaced while it starts is said to be, and nothing of it is run", () =>
  withScript(async (directory, file) => {
    const [deno, other] = [join(directory, "replacing"), join(directory, "other")];
    await writeScript(other, `console.log("another program, which lies elsewhere");`, Deno.execPath());
    const replacing = `#!/bin/sh\nmv ${shellQuote(other)} ${shellQuote(file)}\nexec ${
      shellQuote(Deno.execPath())
    } "$@"\n`;
    await Deno.writeTextFile(deno, replacing, { mode: 0o755 });
    const { code, stdout, stderr } = await run([file], { DENIT_DENO: deno, PATH: "/usr/bin:/bin" });
    const said = new TextDecoder().decode(stderr);
    assertEquals([code, stdout.length, said], [
      111,
      0,
      "denit: fatal: its file was replaced while it was started\n",
    ]);
  }));

Deno.test("the head obeys DENIT_DENO before PATH", () =>
  withScript(async (_, file) => {
    assertEquals((await run([file], { DENIT_DENO: "/bin/false", PATH: "/usr/bin:/bin" })).code, 1);
  }));

Deno.test("the head says so and exits 111 when there is no deno", () =>
  withScript(async (_, file) => {
    const { code, stderr } = await run([file], { PATH: "/nonexistent" });
    assertEquals(code, 111);
    assertEquals(
      new TextDecoder().decode(stderr),
      "denit: fatal: unable to find deno: set DENIT_DENO or PATH\n",
    );
  }, "/nonexistent/deno"));

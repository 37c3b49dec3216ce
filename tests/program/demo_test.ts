/** `deno task demo` shows what it promises, in time, and leaves no process and no file behind. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { has } from "../machine.ts";
import { processesMarked, signal } from "../processes.ts";
import { output, program } from "../program.ts";
import { uniqueMark } from "../seed.ts";
import { eventually } from "../wait.ts";

const DEMO = fromFileUrl(new URL("../../scripts/demo.ts", import.meta.url));
/** The demo promises to end within this time, once the program is built. */
const PROMISED_MS = 30_000;

/** Begin of every escape sequence, for colours and for anything else. */
const ESCAPE = "\x1b[";
const COLOUR = `${ESCAPE}32m`;

/**
 * A run of the demo. Its processes carry a mark, and its files stand in one directory, so that the test finds
 * leftovers.
 */
class Showing implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #mark: string;
  readonly #directory: string;
  readonly #read: Promise<void>;
  readonly #begunMs = performance.now();
  text = "";

  private constructor(child: Deno.ChildProcess, mark: string, directory: string) {
    this.#child = child;
    this.#mark = mark;
    this.#directory = directory;
    this.#read = (async () => {
      const decoder = new TextDecoder();
      for await (const bytes of child.stdout) this.text += decoder.decode(bytes, { stream: true });
    })();
  }

  static async begin(
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Showing> {
    await program();
    const directory = await Deno.makeTempDir({ prefix: "denit-demo-test-" });
    const mark = uniqueMark();
    const [file = "", ...args] = command;
    const child = new Deno.Command(file, {
      args,
      env: { TERM: "xterm", NO_COLOR: "", ...env, TMPDIR: directory, DENIT_TEST_DEMO: mark },
      stdin: "null",
      stdout: "piped",
    }).spawn();
    return new Showing(child, `DENIT_TEST_DEMO=${mark}`, directory);
  }

  static demo(...args: readonly string[]): Promise<Showing> {
    return Showing.begin([Deno.execPath(), "run", "-A", "--quiet", DEMO, ...args]);
  }

  async says(text: string): Promise<void> {
    await eventually(`"${text}" in\n${this.text}`, () => this.text.includes(text), PROMISED_MS);
  }

  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Waits for the end. Returns the exit code and the duration. Throws if a process or a file is left. */
  async ended(): Promise<{ code: number; tookMs: number }> {
    const { code } = await this.#child.status;
    await this.#read;
    const tookMs = performance.now() - this.#begunMs;
    assertEquals(processesMarked(this.#mark), []);
    assertEquals([...Deno.readDirSync(this.#directory)], []);
    return { code, tookMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await eventually("the end of every process of a demo", () => {
      const left = processesMarked(this.#mark);
      for (const pid of left) signal(pid, "SIGKILL");
      return left.length === 0;
    });
    await this.#child.status;
    await this.#read;
    await Deno.remove(this.#directory, { recursive: true });
  }
}

Deno.test("deno task demo kills a web server that comes back, shows rotated logs, and ends by itself", async () => {
  await using showing = await Showing.demo();
  const { code, tookMs } = await showing.ended();
  assertEquals(code, 0, showing.text);
  assert(tookMs < PROMISED_MS, `it took ${tookMs} ms`);
  const { text } = showing;
  const [, before, after] = /It was process (\d+), it is process (\d+): started \d+ ms after/.exec(text) ??
    [];
  assert(before !== undefined && after !== undefined && before !== after, text);
  assertStringIncludes(text, `$ kill -KILL ${before}\n`);
  assertStringIncludes(text, `Hello from process ${before}, request `);
  assertStringIncludes(text, `Hello from process ${after}, request 1\n`);
  assertMatch(text, new RegExp(`^run: web: \\(pid ${before}\\) \\d+s; run: log: \\(pid \\d+\\) \\d+s$`, "m"));
  assertMatch(text, /^down: setup: \d+s, normally up; run: log: /m);
  assertMatch(text, /^ +\d+ @[0-9a-f]{24}\.s$/m);
  assertMatch(text, /^ +\d+ current$/m);
  assertMatch(text, /it ended with code 3, signal 0$/m);
  assertMatch(text, /^ {2}web +run +\d+ +\d+s +\d+ /m);
  assertStringIncludes(text, "no service and no logger is left.");
  assertEquals(text.includes(ESCAPE), false);
});

Deno.test("deno task demo --stay answers sv and its port until it is interrupted", async () => {
  await using showing = await Showing.demo("--stay");
  await showing.says("It stays until Ctrl-C");
  await showing.says("a name with a dot is no service");
  const exported = /^export SVDIR=(\S+) PATH=(\S+):\$PATH$/m.exec(showing.text);
  assert(exported !== null, showing.text);
  const [, services = "", bin = ""] = exported;
  const status = await output(join(bin, "sv"), ["status", "web"], { env: { SVDIR: services } });
  assertMatch(status.stdout, /^run: web: /);
  const url = /^curl (\S+)$/m.exec(showing.text)?.[1] ?? "";
  assertMatch(await (await fetch(url)).text(), /^Hello from process \d+/);
  showing.interrupt();
  assertEquals((await showing.ended()).code, 0);
});

Deno.test("an interrupted deno task demo takes its services with it and ends with 130", async () => {
  await using showing = await Showing.demo();
  await showing.says("$ runsvdir -P ");
  showing.interrupt();
  assertEquals((await showing.ended()).code, 130);
});

for (
  const { noColour, isColoured } of [{ noColour: "", isColoured: true }, { noColour: "1", isColoured: false }]
) {
  Deno.test({
    name: `deno task demo on a terminal redraws its table in its place, ${
      isColoured ? "in colours" : "without colours if NO_COLOR is set"
    } (needs script)`,
    ignore: !has("script"),
    fn: async () => {
      const command = `"${Deno.execPath()}" run -A --quiet "${DEMO}"`;
      await using showing = await Showing.begin(["script", "-qec", command, "/dev/null"], {
        NO_COLOR: noColour,
      });
      assertEquals((await showing.ended()).code, 0, showing.text);
      assertStringIncludes(showing.text, `${ESCAPE}0J`);
      assertEquals(showing.text.includes(COLOUR), isColoured);
    },
  });
}

Deno.test("deno task demo answers a wrong option with its usage and 100", async () => {
  const { code, stdout, stderr } = await output(Deno.execPath(), ["run", "-A", "--quiet", DEMO, "--bogus"]);
  assertEquals({ code, stdout, stderr }, {
    code: 100,
    stdout: "",
    stderr: "usage: deno task demo [--stay]\n",
  });
});

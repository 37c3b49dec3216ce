/** `logs` reads real directories, while loggers write them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { withDirectory } from "../logging/directory.ts";
import { HAS_RUNIT, RUNIT } from "../logging/logger.ts";
import { has } from "../machine.ts";
import { signal } from "../processes.ts";
import { applet, output, program } from "../program.ts";
import { Strace } from "../strace.ts";
import { eventually } from "../wait.ts";

const A = "@4000000065f0c0de00000000";
const B = "@4000000065f0c0df00000000";

/** Two services with old logs and current: TAI64N and dates, a line that was cut, lines without a stamp. */
const TREE = {
  [`sv/web/log/main/${A}.s`]: "2024-03-12_20:53:30.00000 one\n2024-03-12_20:53:38.50000 a long li",
  [`sv/web/log/main/${B}.u`]: "ne\n2024-03-12_20:53:41.00000 three\n  at somewhere\n",
  [`sv/web/log/main/${B}.t`]: "not to be read",
  "sv/web/log/main/current": "2024-03-12T20:53:50.00000 four\nlast",
  "sv/db/log/main/current": "@4000000065f0c0de0a1b2c3d up\n@4000000065f0c0ea00000000 s\xc3\xa4\n",
};

function logs(directory: string, args: readonly string[]) {
  return applet("logs", args, { env: { SVDIR: join(directory, "sv") } });
}

Deno.test("logs merges old logs and current of several services in the order of time", () =>
  withDirectory(TREE, async (directory) => {
    const { code, stdout, stderr } = await logs(directory, ["web", "db"]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(stdout.split("\n"), [
      "2024-03-12 20:53:30.00000 web: one",
      "2024-03-12 20:53:38.50000 web: a long line",
      "2024-03-12 20:53:40.16955 db:  up",
      "2024-03-12 20:53:41.00000 web: three",
      "                          web:   at somewhere",
      "2024-03-12 20:53:50.00000 web: four",
      "                          web: last",
      "2024-03-12 20:53:52.00000 db:  sä",
      "",
    ]);
  }));

Deno.test("logs -n, --since and --grep select, together and alone", () =>
  withDirectory(TREE, async (directory) => {
    const texts = async (...args: readonly string[]) =>
      (await logs(directory, [...args, "web"])).stdout.split("\n").slice(0, -1).map((line) => line.slice(26));
    assertEquals(await texts("-n", "2"), ["four", "last"]);
    assertEquals(await texts("-n", "5"), ["a long line", "three", "  at somewhere", "four", "last"]);
    assertEquals(await texts("-n", "0"), []);
    assertEquals(await texts("--since", "2024-03-12 20:53:41"), ["three", "  at somewhere", "four", "last"]);
    assertEquals(await texts("--grep", "^(one|f)"), ["one", "four"]);
    assertEquals(await texts("--grep", "o", "-n", "2"), ["  at somewhere", "four"]);
    assertEquals(await texts("--since", "2024-03-12 20:53:41", "--grep", "o", "-n9"), [
      "  at somewhere",
      "four",
    ]);
  }));

Deno.test("logs --json prints one object a line", () =>
  withDirectory(TREE, async (directory) => {
    const { stdout } = await logs(directory, ["--json", "db"]);
    assertEquals(stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line)), [
      {
        service: "db",
        time: "2024-03-12T20:53:40.169552957Z",
        label: "@4000000065f0c0de0a1b2c3d",
        text: "up",
      },
      {
        service: "db",
        time: "2024-03-12T20:53:52.000000000Z",
        label: "@4000000065f0c0ea00000000",
        text: "sä",
      },
    ]);
  }));

Deno.test("logs finds a log by path, by link, and where loggers put it below the service", () =>
  withDirectory(
    {
      "a/log/logdir/current": "a\n",
      "b/current": "b\n",
      "c/log/current": "c\n",
      "d/log/main/current": "d\n",
    },
    async (directory) => {
      for (const place of ["a", "a/", "b", "c", "c/log", "d", "d/log", "d/log/main"]) {
        const { stdout, stderr } = await applet("logs", [`./${place}`], { cwd: directory });
        assertEquals({ stdout, stderr }, { stdout: `${place[0]}\n`, stderr: "" });
      }
    },
  ));

Deno.test("logs names in one line each log that it does not find, prints the others, and ends with 1", () =>
  withDirectory(TREE, async (directory) => {
    const { code, stdout, stderr } = await logs(directory, ["nosuch", "db"]);
    assertEquals([code, stdout.split("\n").length], [1, 3]);
    assertMatch(stderr, /^logs: warning: unable to find the log of nosuch: no file current in .*\n$/);
  }));

Deno.test("on wrong usage logs prints one line and ends with 100", async () => {
  const complaints = [
    [["--grep", "(", "web"], "logs: fatal: bad pattern: (\n"],
    [["--since", "soon", "web"], "logs: fatal: bad time: soon\n"],
    [["-x"], "logs: fatal: unknown option: -x\n"],
  ] as const;
  for (const [args, said] of complaints) {
    const { code, stdout, stderr } = await applet("logs", args);
    assertEquals({ code, stdout, stderr }, { code: 100, stdout: "", stderr: said });
  }
  assertMatch((await applet("logs", [])).stderr, /^usage: .*logs \[-f\]/);
});

Deno.test("logs ends quietly with 0 when its reader closes the pipe", () =>
  withDirectory({ "current": "line\n".repeat(100_000) }, async (directory) => {
    const { links } = await program();
    const script = `{ "$1" . ; echo "code $?" >&2; } | head -n 1`;
    const { stdout, stderr } = await output("sh", ["-c", script, "-", join(links, "logs")], {
      cwd: directory,
    });
    assertEquals({ stdout, stderr }, { stdout: "line\n", stderr: "code 0\n" });
  }));

for (const [format, command] of [["gzip", "gzip"], ["zstd", "zstd -q"]] as const) {
  Deno.test(
    `logs reads files compressed by ${format}, and our own (needs ${format})`,
    {
      ignore: !has(format),
    },
    () =>
      withDirectory(
        { "x/text": "2024-03-12_20:53:30.00000 one\n".repeat(30_000), "x/current": "" },
        async (directory) => {
          const { links } = await program();
          const script = `cd x && ${command} <text >${A}.s && "$1"/svlogzip ${format} <text >${B}.s`;
          assertEquals((await output("sh", ["-c", script, "-", links], { cwd: directory })).stderr, "");
          const { stdout, stderr } = await applet("logs", ["./x"], { cwd: directory });
          assertEquals([stderr, stdout.split("\n").length], ["", 60_001]);
          const script2 = `cd x && head -c 60 ${A}.s >half && mv half ${A}.s`;
          await output("sh", ["-c", script2], { cwd: directory });
          const cut = await applet("logs", ["./x"], { cwd: directory });
          assertEquals([cut.code, cut.stdout.split("\n").length], [1, 30_001]);
          assertMatch(cut.stderr, /^logs: warning: unable to read \.\/x\/@.*\.s: .+\n$/);
        },
      ),
  );
}

interface Following {
  readonly pid: number;
  readonly text: () => string;
}

/** Runs `logs -f` while `use` runs, then ends it. */
async function following(
  directory: string,
  args: readonly string[],
  use: (following: Following) => Promise<void>,
): Promise<void> {
  const child = new Deno.Command(join((await program()).links, "logs"), {
    args: ["-f", ...args],
    cwd: directory,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  const reading = (async () => {
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) text += piece;
  })();
  try {
    await use({ pid: child.pid, text: () => text });
  } finally {
    signal(child.pid, "SIGTERM");
    await child.status;
    await reading;
  }
}

/** Feeds a logger with numbered lines, so slowly that it rotates while `logs` follows. */
async function feed(logger: string, directory: string, count: number): Promise<void> {
  const script = `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i"; done | "$1" -tt .`;
  const { code, stderr } = await output("sh", ["-c", script, "-", logger], { cwd: directory });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
}

const LOGGERS = [["denit's svlogd", true], ["runit's svlogd (needs runit)", HAS_RUNIT]] as const;
for (const [name, runs] of LOGGERS) {
  for (const config of ["s2000\nn0\n", "s5000\nn0\n!zstd -1\n"]) {
    // runit's svlogd takes zstd from PATH.
    const ignore = !runs || (config.includes("zstd") && name.startsWith("runit") && !has("zstd"));
    const need = config.includes("zstd") && name.startsWith("runit") ? " (needs zstd)" : "";
    Deno.test(`logs -f loses and repeats no line while ${name} rotates by ${config.split("\n")}${need}`, {
      ignore,
    }, () =>
      withDirectory({ config, current: "2024-03-12_20:53:30.00000 first\n" }, async (directory) => {
        await following(directory, ["-n", "1", "."], async ({ text }) => {
          await eventually("the line that was there before", () => text().includes("first\n"));
          const { links } = await program();
          await feed(name.startsWith("runit") ? RUNIT : join(links, "svlogd"), directory, 3000);
          await eventually("the last line", () => text().includes("line 3000\n"));
          const lines = text().split("\n").slice(1, -1).map((line) => line.slice(26));
          assertEquals(lines, Array.from({ length: 3000 }, (_, i) => `line ${i + 1}`));
        });
      }));
  }
}

Deno.test("logs -f holds half a line until its rest comes", () =>
  withDirectory({ current: "one\nha" }, async (directory) => {
    await following(directory, ["."], async ({ text }) => {
      await eventually("the first line", () => text() === "one\n");
      await Deno.writeTextFile(join(directory, "current"), "lf\nnext\n", { append: true });
      await eventually("the whole lines", () => text() === "one\nhalf\nnext\n");
    });
  }));

Deno.test(
  "logs -f makes no system call while nothing is logged (needs strace)",
  { ignore: !has("strace") },
  () =>
    withDirectory({ current: "one\n", status: "" }, async (directory) => {
      await following(directory, ["."], async ({ pid, text }) => {
        await eventually("the first line", () => text() === "one\n");
        await using strace = await Strace.of([pid], "all");
        await Deno.writeTextFile(join(directory, "current"), "two\n", { append: true });
        await eventually("the second line", () => text() === "one\ntwo\n");
        const calls = await eventually(
          "the calls for the second line",
          () => strace.lines.length > 0 ? strace.lines.length : undefined,
        );
        assert(calls < 30, strace.lines.join("\n"));
        await new Promise((resolve) => setTimeout(resolve, 1500));
        assertEquals(strace.lines.length, calls, strace.lines.join("\n"));
      });
    }),
);

Deno.test("logs -f ends when its reader closes the pipe, though nothing is logged", () =>
  withDirectory({ current: "one\ntwo\n" }, async (directory) => {
    const { links } = await program();
    const script = `"$1" -f . | head -n 1`;
    const { stdout } = await output("sh", ["-c", script, "-", join(links, "logs")], { cwd: directory });
    assertEquals(stdout, "one\n");
  }));

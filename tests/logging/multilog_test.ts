/**
 * daemontools' multilog and denit's get the same script and input. What they leave must be equal, but for the time in
 * labels and stamps. The end of this file tests deliberate differences.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { forAll } from "../for_all.ts";
import { CAN_MOUNT } from "../machine.ts";
import { output, program } from "../program.ts";
import { eventually } from "../wait.ts";
import { latinText, type Tree, withDirectory, withoutLabels, withoutStamps } from "./directory.ts";
import { Logger } from "./logger.ts";

/** Path of daemontools' multilog in Debian's package. PATH may lead to denit's. */
const DAEMONTOOLS = "/usr/bin/multilog";
const HAS_DAEMONTOOLS = isFile(DAEMONTOOLS);
const NEEDS = HAS_DAEMONTOOLS ? "" : " (needs daemontools)";

type Side = "denit" | "daemontools";

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function text(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function holds(path: string, wanted: string): Promise<unknown> {
  return eventually(`${path} holds '${wanted}'`, () => text(path) === wanted);
}

/** Every file below a directory: path, mode and text. Labels become @0, @1 and so on, in the order of their time. */
function files(directory: string): string[] {
  const names = (below: string): string[] =>
    [...Deno.readDirSync(join(directory, below))].flatMap(({ name, isDirectory }) =>
      isDirectory ? names(`${below}${name}/`) : [`${below}${name}`]
    );
  const paths = names("").sort();
  const shown = new Map(paths.map((path) => [path, path]));
  for (const log of new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1)))) {
    const own = paths.filter((path) => path.startsWith(log) && !path.slice(log.length).includes("/"));
    const renamed = withoutLabels(own.join("\n")).split("\n");
    own.forEach((path, i) => shown.set(path, renamed[i] ?? ""));
  }
  return paths.map((path) => {
    const mode = (Deno.statSync(join(directory, path)).mode ?? 0) & 0o7777;
    const said = withoutStamps(latinText(Deno.readFileSync(join(directory, path))));
    return `${shown.get(path)} ${mode.toString(8)} ${said}`;
  }).sort();
}

interface Scene {
  readonly tree?: Tree;
  readonly args: readonly string[];
  readonly input?: string;
  /** Plays at the logger instead of feeding `input`. It must end the logger or its input. */
  readonly play?: (logger: Logger, directory: string, path: string) => Promise<void>;
}

interface Left {
  readonly code: number;
  readonly stderr: string;
  readonly files: readonly string[];
}

async function pathOf(side: Side): Promise<string> {
  return side === "daemontools" ? DAEMONTOOLS : `${(await program()).links}/multilog`;
}

/** Starts a multilog for `use`, and kills it afterwards if it still runs. */
async function withMultilog<T>(
  side: Side,
  directory: string,
  args: readonly string[],
  use: (logger: Logger) => Promise<T>,
): Promise<T> {
  const logger = new Logger(await pathOf(side), directory, args);
  try {
    return await use(logger);
  } finally {
    await logger.kill();
  }
}

async function leftBy(side: Side, { tree = {}, args, input = "", play }: Scene): Promise<Left> {
  let left: Left = { code: -1, stderr: "", files: [] };
  await withDirectory({ "here/": "", ...prefixed(tree) }, async (outside) => {
    const directory = join(outside, "here");
    const { code, stderr } = await withMultilog(side, directory, args, async (logger) => {
      if (play === undefined) {
        // A multilog that refuses its script reads nothing.
        await logger.write(input).catch(() => {});
        return await logger.end().catch(() => logger.ended());
      }
      await play(logger, directory, await pathOf(side));
      return await logger.ended();
    });
    left = { code, stderr: withoutLabels(withoutStamps(stderr)), files: files(directory) };
  });
  return left;
}

function prefixed(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([path, entry]) => [`here/${path}`, entry]));
}

async function same(scene: Scene): Promise<void> {
  const [ours, theirs] = await Promise.all([leftBy("denit", scene), leftBy("daemontools", scene)]);
  assertEquals(ours, theirs);
}

/** `count` lines of `length` bytes each, with the newline. */
function lines(count: number, length: number): string {
  return Array.from({ length: count }, (_, i) => `${`${i} `.padEnd(length - 1, "abcdefghij")}\n`).join("");
}

/** Lines whose lengths are these, one less and one more. */
function lengths(around: readonly number[]): string {
  return around.flatMap((length) => [-1, 0, 1].map((more) => "x".repeat(length + more)))
    .map((line) => `${line}\n`).join("");
}

const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
const OLD = (digit: number, rest: string) => `log/@4000000000000000${String(digit).repeat(8)}${rest}`;

/** Files that a multilog may leave when it dies. */
const PREVIOUS: Tree = { "log/previous": ["previous\n", 0o744], "log/current": "current\n" };
const STATE: Tree = { "log/state": "state\n", "log/newstate": "newstate\n" };

const SCENES: Readonly<Record<string, Scene>> = {
  "no action": { args: [], input: "one\n" },
  "unknown actions": { args: ["x", "", "y", "--", "e"], input: "one\n" },
  "a log": { args: ["./log"], input: "one\ntwo\n\nthree\n" },
  "a log in an existing directory": { tree: { "log/": "" }, args: ["./log"], input: "one\n" },
  "no input": { args: ["t", "e", "=status", "./log"], input: "" },
  "an absolute directory": {
    args: ["-*", "/proc/self/cwd/log"],
    input: "one\n",
  },
  "a last line without newline": { args: ["t", "e", "=status", "./log"], input: "one\ntwo" },
  "every byte": { args: ["t", "e", "=status", "./log"], input: `${BYTES}\n${BYTES}\n` },
  "stamps": { args: ["t", "./log"], input: "one\n\ntwo\n" },
  "stamps by a longer word": { args: ["tail", "./log"], input: "one\n" },
  "a t that does not come first": { args: ["e", "t", "e", "./log"], input: "one\n" },
  "logs with what was selected before them": {
    args: ["./all", "-*b*", "./some", "-*", "+c*", "./few", "e", "+*", "./again"],
    input: "a\nb\ncb\nc\n\n",
  },
  "patterns see the stamp": {
    args: ["t", "-*", "+* fatal: *", "./log", "-*", "+fatal*", "./none", "+@*", "./all"],
    input: "fatal: one\nfatal two\n",
  },
  "a plus in a pattern is a plus": { args: ["-*", "+a+b", "./log"], input: "aab\na+b\nab\n" },
  "lines for stderr": { args: ["e", "-*x*", "e", "e"], input: "one\nx\nfour\n" },
  "200 bytes for stderr": { args: ["e"], input: lengths([10, 200, 974, 1000, 5000, 70_000]) },
  "200 bytes for stderr with stamps": { args: ["t", "e"], input: lengths([10, 174, 200, 974, 1000, 70_000]) },
  "1000 bytes are matched": {
    args: ["-*", "+*y", "./log"],
    input: [998, 999, 1000, 1001].map((length) => `${"x".repeat(length)}y\n`).join(""),
  },
  "1000 bytes are matched, and stamps are among them": {
    args: ["t", "-*", "+*y", "./log"],
    input: [972, 973, 974, 975].map((length) => `${"x".repeat(length)}y\n`).join(""),
  },
  "long lines": { args: ["./log"], input: lengths([1000, 1024, 8192, 65_536]) },
  "status files": {
    args: ["=all", "-*", "+s*", "=some", "=other", "-*", "=none"],
    input: "one\nsee\ntwo\n",
  },
  "two actions for one status file": { args: ["=file", "-*x*", "=file"], input: "one\nx\n" },
  "a status file in a log": {
    args: ["-*", "+s*", "=log/status", "+*", "./log"],
    tree: { "log/": "" },
    input: "s\nt\n",
  },
  "a status file of 1000 bytes": { args: ["=file"], input: `${"x".repeat(1000)}y\n` },
  "a status file of 999 bytes": { args: ["=file"], input: "x".repeat(999) },
  "a status file of 1000 bytes with its stamp": { args: ["t", "=file"], input: `${"x".repeat(980)}y\n` },
  "a status file that is longer": { tree: { file: "z".repeat(2000) }, args: ["=file"], input: "one\n" },
  "a status file that cannot be made": { args: ["=no/file", "./log"], input: "one\n" },
  "a status file that is a directory": { tree: { "d/": "" }, args: ["=d"], input: "one\n" },
  "a directory that cannot be made": { args: ["./no/log"], input: "one\n" },
  "a directory that is a file": { tree: { file: "" }, args: ["./file"], input: "one\n" },
  "a lock that cannot be made": { tree: { "log/lock/": "" }, args: ["./log"], input: "one\n" },
  "a current that cannot be made": { tree: { "log/current/": "" }, args: ["./log"], input: "one\n" },
  "the default size": { args: ["./log"], input: lines(220, 1000) },
  "sizes": {
    args: ["s5000", "./a", "s10000", "./b", "s1", "./c", "sx", "./d", "s7000x", "./e", "s99999999", "./f"],
    input: lines(60, 700),
  },
  "sizes that do not fit": {
    args: ["s18446744073709551616", "./a", "s18446744073709556616", "./b"],
    input: lines(60, 700),
  },
  "numbers of logs": {
    args: ["s4096", "n3", "./a", "n", "./b", "n1", "./c", "n2", "./d", "n99", "./e"],
    input: lines(60, 700),
  },
  "lines longer than a log": { args: ["s4096", "n99", "./log"], input: lines(4, 20_000) },
  "rotation with stamps": { args: ["t", "s4096", "./log"], input: lines(40, 600) },
  "a log that is too large already": {
    tree: { "log/current": ["o".repeat(5000), 0o744] },
    args: ["s4096", "./log"],
    input: "new\n",
  },
  "a log that is almost too large": {
    tree: { "log/current": [`${"o".repeat(2500)}\n`, 0o744] },
    args: ["s4096", "./log"],
    input: "new\n",
  },
  "a log that was closed is continued": {
    tree: { "log/current": ["old\n", 0o744], ...STATE },
    args: ["./log"],
    input: "new\n",
  },
  "a log that was not closed": {
    tree: { "log/current": "old\n", ...STATE },
    args: ["./log"],
    input: "new\n",
  },
  "a log that was not closed, and is empty": { tree: { "log/current": "" }, args: ["./log"], input: "new\n" },
  "death between current and previous": { tree: { "log/previous": "old\n", ...STATE }, args: ["./log"] },
  "death before the processor": { tree: { ...PREVIOUS, ...STATE }, args: ["./log"], input: "new\n" },
  "death of the processor": {
    tree: { ...PREVIOUS, ...STATE, "log/processed": "half" },
    args: ["./log"],
    input: "new\n",
  },
  "death after the processor": {
    tree: { ...PREVIOUS, ...STATE, "log/processed": ["processed\n", 0o744] },
    args: ["./log"],
    input: "new\n",
  },
  "death after previous was removed": {
    tree: { "log/current": "current\n", "log/newstate": "new\n", "log/processed": ["processed\n", 0o744] },
    args: ["./log"],
    input: "new\n",
  },
  "old logs beyond n": {
    tree: {
      "log/current": "unclean\n",
      ...Object.fromEntries([1, 2, 3, 4, 5].map((digit) => [OLD(digit, ".s"), `${digit}`])),
      [OLD(0, ".t")]: "t",
      [OLD(6, ".u")]: "u",
      [OLD(7, "")]: "label alone",
      [OLD(1, ".longer")]: "longer",
      "log/@short": "kept",
    },
    args: ["n4", "./log"],
    input: "new\n",
  },
  "a processor": { args: ["s4096", "n99", "!tr a-j A-J", "./log"], input: lines(40, 700) },
  "a processor with a state": {
    args: ["s4096", "!cat; cat <&4 >&5; echo more >&5", "./log"],
    input: lines(40, 700),
  },
  "processors for the logs behind them": {
    args: ["s4096", "./a", "!tr a-j A-J", "./b", "!wc -c", "./c", "!", "./d"],
    input: lines(20, 700),
  },
  "the descriptors of a processor": {
    args: [
      "s4096",
      "!pwd | sed 's,.*/,,' >&5; ls -l /proc/self/fd | sed -n 's,.* \\([0-9]\\) -> .*/,\\1 ,p' | grep '^[0145]' | sed 's/^1.*/1 pipe/' >seen; cat",
      "./log",
    ],
    input: lines(6, 1000),
  },
  "a processor that fails the first time": {
    args: ["s4096", "!test -e again || { touch again; echo half; exit 3; }; cat", "./log"],
    input: lines(6, 1000),
  },
  "a missing processor": {
    tree: { "tool": "#!/bin/sh\nexec tr a A\n" },
    args: ["s4096", "!until test -x ../tool; do chmod +x ../tool; exit 1; done; ../tool", "./log"],
    input: lines(6, 1000),
  },
  "TERM between lines": {
    args: ["./log"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await holds(join(directory, "log/current"), "one\n");
      logger.signal("SIGTERM");
    },
  },
  "TERM in a line waits for its end": {
    args: ["t", "-*", "+* t*", "./log", "=seen"],
    play: async (logger, directory) => {
      await logger.write("to one\nt");
      await eventually("the first line", () => text(join(directory, "seen")).includes("one"));
      await eventually("the beginning of the line to be read", () => isIdle(logger.pid));
      logger.signal("SIGTERM");
      await logger.write("w");
      await eventually("another byte to be read", () => isIdle(logger.pid));
      await logger.write("o\n");
    },
  },
  "TERM and the end of input in a line": {
    args: ["./log"],
    play: async (logger, directory) => {
      await logger.write("one\ntw");
      await holds(join(directory, "log/current"), "one\n");
      await eventually("the beginning of the line to be read", () => isIdle(logger.pid));
      logger.signal("SIGTERM");
      await logger.end();
    },
  },
  "ALRM rotates logs that are not empty": {
    args: ["./a", "-*", "./b"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await holds(join(directory, "a/current"), "one\n");
      logger.signal("SIGALRM");
      await holds(join(directory, "a/current"), "");
      await logger.write("two\n");
      await logger.end();
    },
  },
  "line by line, logs end with the same lines": {
    tree: { "log/current": ["o".repeat(1990), 0o744] },
    args: ["s4096", "n99", "./log"],
    play: async (logger, directory) => {
      for (let i = 0; i < 30; i++) {
        const line = `${`${i} `.padEnd(99, "z")}\n`;
        await logger.write(line);
        await eventually(`line ${i}`, () => everything(join(directory, "log")).endsWith(line));
      }
      await logger.end();
    },
  },
  "SIGKILL, and another multilog": {
    args: ["t", "./log"],
    play: async (logger, directory, path) => {
      await logger.write("one\n");
      await eventually("the line in the log", () => text(join(directory, "log/current")).includes("one"));
      await logger.kill();
      const { code } = await output("sh", ["-c", 'echo two | exec "$0" t ./log', path], { cwd: directory });
      assertEquals(code, 0);
    },
  },
};

/** True when a multilog has read everything and waits: its pipe is empty, and it sleeps. */
function isIdle(pid: number): boolean {
  return /^State:\s+S/m.test(text(`/proc/${pid}/status`)) && emptyPipe(pid);
}

/**
 * True when the pipe holds no bytes that a reader would see. perl asks with FIONREAD, because every Debian has perl.
 */
function emptyPipe(pid: number): boolean {
  const asks =
    'open(F,"<","/proc/$ARGV[0]/fd/0")||exit 2; my $n=pack("L",0); ioctl(F,0x541B,$n); exit(unpack("L",$n)!=0)';
  return new Deno.Command("perl", { args: ["-e", asks, String(pid)], stderr: "null" }).outputSync().code ===
    0;
}

/** The whole text of a log directory, oldest first. */
function everything(log: string): string {
  const names = [...Deno.readDirSync(log)].map(({ name }) => name).filter((name) => name.startsWith("@"))
    .sort();
  return [...names, "current"].map((name) => text(join(log, name))).join("");
}

for (const [name, scene] of Object.entries(SCENES)) {
  Deno.test({
    name: `multilog leaves the same as daemontools': ${name}${NEEDS}`,
    ignore: !HAS_DAEMONTOOLS,
    fn: () => same(scene),
  });
}

Deno.test({
  name: `multilog leaves the same as daemontools': any patterns and any lines${NEEDS}`,
  ignore: !HAS_DAEMONTOOLS,
  fn: async (t) => {
    // Patterns have no character of a stamp, because the two sides have different stamps.
    const pattern = fc.string({ unit: fc.constantFrom(..."xy*+ @"), maxLength: 6 });
    const line = fc.string({ unit: fc.constantFrom(..."xyxy*+ @\xff"), maxLength: 8 });
    const rule = fc.tuple(fc.constantFrom("+", "-"), pattern).map(([sign, text]) => sign + text);
    await forAll(
      t,
      fc.asyncProperty(
        fc.boolean(),
        fc.array(rule, { minLength: 40, maxLength: 40 }),
        fc.array(line, { minLength: 200, maxLength: 300 }),
        async (stamped, rules, lines) => {
          const script = rules.flatMap((rule, i) => [i % 2 === 0 ? "-*" : "+*", rule, `./log${i}`]);
          const input = lines.map((line) => `${line}\n`).join("");
          await same({ args: [...(stamped ? ["t"] : []), ...script], input });
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
  },
});

Deno.test({
  name: `multilog leaves the same as daemontools': lines of 512 bytes and more in any sizes${NEEDS}`,
  ignore: !HAS_DAEMONTOOLS,
  fn: async (t) => {
    // daemontools reads pieces of 512 bytes, so a log of its may take more of the shorter lines.
    const line = fc.integer({ min: 512, max: 6000 }).map((length) =>
      `${"0123456789".repeat(600).slice(0, length)}\n`
    );
    await forAll(
      t,
      fc.asyncProperty(
        fc.array(line, { maxLength: 25 }),
        fc.array(fc.integer({ min: 4000, max: 20_000 }), { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 2, max: 12 }),
        async (lines, sizes, keep) => {
          const args = [`n${keep}`, ...sizes.flatMap((size, i) => [`s${size}`, `./log${i}`])];
          await same({ args, input: lines.join("") });
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
  },
});

/**
 * Fills 200 of a disk's 256 KiB. The ballast goes once the logger has said, in a file elsewhere, that it waits. All
 * of it runs in a process namespace and ends with it.
 */
const FULL_DISK = `
mount -t tmpfs -o size=256k tmpfs "$D/disk" && cd "$D/disk" || exit 9
head -c 204800 /dev/zero >ballast
seq 1 20000 | "$MULTILOG" s16777215 ./log 2>"$D/said" &
timeout 20 sh -c 'until grep -q pausing "$D/said"; do sleep 0.02; done' || exit 8
rm ballast
wait
sort -u "$D/said"
cat log/current
`;
const NAMESPACES = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

Deno.test({
  name: `like daemontools', multilog loses nothing on a disk that is full for a while${
    CAN_MOUNT && HAS_DAEMONTOOLS ? "" : " (needs mounts of its own, and daemontools)"
  }`,
  ignore: !CAN_MOUNT || !HAS_DAEMONTOOLS,
  fn: async () => {
    const wanted = Array.from({ length: 20_000 }, (_, i) => `${i + 1}\n`).join("");
    const said = "multilog: warning: unable to write to ./log/current, pausing: out of disk space\n";
    for (const side of ["daemontools", "denit"] as const) {
      await withDirectory({ "disk/": "" }, async (directory) => {
        const env = { D: directory, MULTILOG: await pathOf(side) };
        const { code, stdout, stderr } = await output(
          "unshare",
          [...NAMESPACES, "sh", "-c", FULL_DISK],
          { env },
        );
        assertEquals({ code, stderr }, { code: 0, stderr: "" });
        assertEquals(stdout, said + wanted);
      });
    }
  },
});

for (const [first, second] of [["daemontools", "denit"], ["denit", "daemontools"]] as const) {
  Deno.test({
    name: `${second}'s multilog continues a directory that ${first}'s has left${NEEDS}`,
    ignore: !HAS_DAEMONTOOLS,
    fn: async () => {
      await withDirectory({}, async (directory) => {
        const args = ["s4096", "n99", "!cat; echo x >&5", "./log"];
        for (const [side, input] of [[first, lines(10, 700)], [second, lines(9, 600)]] as const) {
          await withMultilog(side, directory, args, async (logger) => {
            await logger.write(input);
            assertEquals(await logger.end(), { code: 0, stderr: "" });
          });
        }
        assertEquals(everything(join(directory, "log")), lines(10, 700) + lines(9, 600));
      });
    },
  });
}

// Deliberate differences.

Deno.test("denit's multilog ends a log with the first line within 2000 bytes of its size", async () => {
  await withDirectory({}, async (directory) => {
    const input = lines(300, 100);
    await withMultilog("denit", directory, ["s4096", "n99", "./log"], async (logger) => {
      await logger.write(input);
      await logger.end();
    });
    const log = join(directory, "log");
    const sizes = [...Deno.readDirSync(log)].filter(({ name }) => name.startsWith("@"))
      .map(({ name }) => Deno.statSync(join(log, name)).size);
    assertEquals(sizes, Array.from({ length: 14 }, () => 2100));
    assertEquals(everything(log), input);
  });
});

for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT"] as const) {
  Deno.test(`on ${signal} denit's multilog closes its logs, and ends the line that it has begun`, async () => {
    await withDirectory({}, async (directory) => {
      await withMultilog("denit", directory, ["./log"], async (logger) => {
        await logger.write("one\ntwo");
        await holds(join(directory, "log/current"), "one\n");
        logger.signal(signal);
        assertEquals(await logger.ended(), { code: 0, stderr: "" });
      });
      assertEquals(files(join(directory, "log")), ["current 744 one\ntwo\n", "lock 600 ", "state 644 "]);
    });
  });
}

Deno.test("denit's multilog closes the logs that it has opened if another part of its script fails", async () => {
  await withDirectory({}, async (directory) => {
    await withMultilog("denit", directory, ["./log", "./no/log", "./never"], async (logger) => {
      assertEquals(await logger.ended(), {
        code: 111,
        stderr: "multilog: fatal: unable to open directory ./no/log: file does not exist\n",
      });
    });
    assertEquals(files(directory), ["log/current 744 ", "log/lock 600 ", "log/state 644 "]);
  });
});

Deno.test("denit's multilog waits for a status file that it cannot write, and loses no line", async () => {
  await withDirectory({ "gone/": "" }, async (directory) => {
    await withMultilog("denit", directory, ["=gone/status", "./log"], async (logger) => {
      await eventually("the status file", () => isFile(join(directory, "gone/status")));
      await eventually("the log", () => isFile(join(directory, "log/current")));
      Deno.renameSync(join(directory, "gone"), join(directory, "away"));
      await logger.write("one\n");
      await logger.says("multilog: warning: unable to create gone/status, pausing: file does not exist\n");
      Deno.renameSync(join(directory, "away"), join(directory, "gone"));
      await logger.write("two\n");
      assertEquals((await logger.end()).code, 0);
    });
    assertEquals(text(join(directory, "gone/status")), `two${"\n".repeat(998)}`);
    assertEquals(text(join(directory, "log/current")), "one\ntwo\n");
  });
});

/** Kills multilogs at random moments. The pipe stays open between them, and the last one runs to its end. */
const KILLED = `
seq 1 "$LINES" | {
  for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    "$MULTILOG" s20000 n1000000 '-*3' '!cat' ./log <&0 &
    sleep "0.0$i"
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
  done
  exec "$MULTILOG" s20000 n1000000 '-*3' '!cat' ./log
}
`;

Deno.test("a killed multilog loses and repeats no line", async () => {
  await withDirectory({}, async (directory) => {
    const env = { MULTILOG: await pathOf("denit"), LINES: "300000" };
    const { code, stderr } = await output("bash", ["-c", KILLED], {
      env,
      cwd: directory,
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const wanted = Array.from({ length: 300_000 }, (_, i) => `${i + 1}\n`).filter((line) =>
      !/^[^3]*3\n$/.test(line)
    );
    assert(
      everything(join(directory, "log")) === wanted.join(""),
      "lines are missing, repeated or out of order",
    );
  });
});

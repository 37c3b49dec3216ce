/**
 * Signals, the lock and a full disk: runit's svlogd and denit's go through the same steps, and must leave the same.
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { CAN_MOUNT } from "../machine.ts";
import { output, program } from "../program.ts";
import { eventually } from "../wait.ts";
import { contents, type Tree, withDirectory, withoutLabels } from "./directory.ts";
import { HAS_RUNIT, type Logger, RUNIT, type Side, withLogger } from "./logger.ts";

const NEEDS_RUNIT = HAS_RUNIT ? "" : " (needs runit's svlogd)";

interface Play {
  readonly name: string;
  readonly tree: Tree;
  readonly args: readonly string[];
  play(logger: Logger, directory: string): Promise<void>;
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

function oldLogs(directory: string, letter: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name)
    .filter((name) => name.startsWith("@") && name.endsWith(letter));
}

const PLAYS: readonly Play[] = [
  {
    name: "TERM between two lines",
    tree: { "log/": "" },
    args: ["log"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await holds(join(directory, "log/current"), "one\n");
      logger.signal("SIGTERM");
      await logger.ended();
    },
  },
  {
    name: "HUP reads config again and goes on with current",
    tree: { "log/": "" },
    args: ["-v", "log"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await holds(join(directory, "log/current"), "one\n");
      Deno.writeTextFileSync(join(directory, "log/config"), "pP: \n-*no*\n");
      logger.signal("SIGHUP");
      await logger.says("append: log/current");
      await logger.write("two\nno\nthree\n");
      await logger.end();
    },
  },
  {
    name: "HUP opens a directory that could not be opened before",
    tree: { "a/": "" },
    args: ["-v", "a", "b"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await holds(join(directory, "a/current"), "one\n");
      Deno.mkdirSync(join(directory, "b"));
      logger.signal("SIGHUP");
      await logger.says("new: b/current");
      await logger.write("two\n");
      await logger.end();
    },
  },
  {
    name: "HUP without any directory left",
    tree: { "log/": "" },
    args: ["log"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await holds(join(directory, "log/current"), "one\n");
      Deno.renameSync(join(directory, "log"), join(directory, "gone"));
      logger.signal("SIGHUP");
      await logger.ended();
    },
  },
  {
    name: "ALRM rotates logs that are not empty",
    tree: { "a/": "", "b/config": "-*\n" },
    args: ["-v", "a", "b"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await holds(join(directory, "a/current"), "one\n");
      logger.signal("SIGALRM");
      await logger.says("rename: a/current");
      await logger.write("two\n");
      await logger.end();
    },
  },
  {
    name: "a time limit rotates",
    tree: { "log/config": "t1\nn0\n" },
    args: ["log"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await eventually("a rotation", () => oldLogs(join(directory, "log"), "s").length === 1);
      await logger.write("two\n");
      await eventually("another rotation", () => oldLogs(join(directory, "log"), "s").length === 2);
      await logger.end();
    },
  },
  {
    name: "svlogd waits for a running processor at the end",
    tree: { "log/config": "!until test -e ../go; do sleep 0.01; done; cat\n" },
    args: ["-v", "log"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await holds(join(directory, "log/current"), "one\n");
      logger.signal("SIGALRM");
      await logger.says("processing: ");
      logger.signal("SIGTERM");
      Deno.writeTextFileSync(join(directory, "go"), "");
      await logger.ended();
    },
  },
  {
    name: "a directory that another logger has locked",
    tree: { "log/": "", "other/": "" },
    args: ["log", "other"],
    play: async (logger, directory) => {
      await logger.write("one\n");
      await holds(join(directory, "log/current"), "one\n");
      await withLogger("denit", directory, ["log"], async (second) => {
        const { code, stderr } = await second.ended();
        assertEquals({ code, stderr }, {
          code: 111,
          stderr: "svlogd: warning: unable to lock directory: log: temporary failure\n" +
            "svlogd: fatal: no functional log directories.\n",
        });
      });
      await logger.end();
    },
  },
];

interface Left {
  readonly code: number;
  readonly stderr: readonly string[];
  readonly directories: Record<string, readonly string[]>;
}

/**
 * The messages whose number does not depend on chance. For example, how often svlogd waits for a process is chance.
 */
function messages(stderr: string): string[] {
  return withoutLabels(stderr).split("\n").filter((line) => !line.includes("sig") && line !== "");
}

async function leftBy(side: Side, { tree, args, play }: Play): Promise<Left> {
  const directories: Record<string, readonly string[]> = {};
  let left: Left = { code: -1, stderr: [], directories };
  await withDirectory(tree, async (directory) => {
    const { code, stderr } = await withLogger(side, directory, args, async (logger) => {
      await play(logger, directory);
      return await logger.ended();
    });
    for (const { name, isDirectory } of Deno.readDirSync(directory)) {
      if (isDirectory) directories[name] = contents(join(directory, name));
    }
    left = { code, stderr: messages(stderr), directories };
  });
  return left;
}

for (const one of PLAYS) {
  Deno.test({
    name: `svlogd leaves the same as runit's: ${one.name}${NEEDS_RUNIT}`,
    ignore: !HAS_RUNIT,
    fn: async () => assertEquals(await leftBy("denit", one), await leftBy("runit", one)),
  });
}

/**
 * Fills 200 of a disk's 256 KiB. The ballast goes once the logger has said, in a file elsewhere, that it waits. All
 * of it runs in a process namespace and ends with it.
 */
const FULL_DISK = `
mount -t tmpfs -o size=256k tmpfs "$D/disk" && cd "$D/disk" && mkdir log && echo s0 >log/config || exit 9
head -c 204800 /dev/zero >ballast
seq 1 20000 | "$SVLOGD" log 2>"$D/said" &
timeout 20 sh -c 'until grep -qs pausing "$D/said"; do sleep 0.02; done' || exit 8
rm ballast
wait
sort -u "$D/said"
cat log/current
`;
const NAMESPACES = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

Deno.test({
  name: `like runit's, svlogd loses nothing on a disk that is full for a while${
    CAN_MOUNT && HAS_RUNIT ? "" : " (needs mounts of its own, and runit's svlogd)"
  }`,
  ignore: !CAN_MOUNT || !HAS_RUNIT,
  fn: async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i + 1}\n`).join("");
    const said = "svlogd: pausing: unable to write to current: log: out of disk space\n";
    for (const path of [RUNIT, `${(await program()).links}/svlogd`]) {
      await withDirectory({ "disk/": "" }, async (directory) => {
        const env = { D: directory, SVLOGD: path };
        const args = [...NAMESPACES, "sh", "-c", FULL_DISK];
        const { code, stdout, stderr } = await output("unshare", args, { env });
        assertEquals({ code, stderr }, { code: 0, stderr: "" });
        assertEquals(stdout, said + lines);
      });
    }
  },
});

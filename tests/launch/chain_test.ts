/** A chain of launchers is one start of denit, and ends as the separate programs would. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { output, program, shell } from "../program.ts";
import { eventually } from "../wait.ts";

const IS_ROOT = Deno.uid() === 0;
const HAS_STRACE = await has("strace");

async function has(tool: string): Promise<boolean> {
  return (await output("/bin/sh", ["-c", `command -v ${tool}`])).code === 0;
}

async function withDirectory(use: (directory: string) => Promise<void>, dir?: string): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-chain-", ...(dir === undefined ? {} : { dir }) });
  try {
    await Deno.chmod(directory, 0o777);
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** A PATH in which denit's links come first. */
async function path(): Promise<{ readonly PATH: string }> {
  return { PATH: `${(await program()).links}:${Deno.env.get("PATH")}` };
}

/** Names of the programs that a command executed, in order. A failed execve does not count. */
async function executed(directory: string, command: readonly string[]): Promise<readonly string[]> {
  const trace = join(directory, "trace");
  const { code, stderr } = await output("strace", [
    "-f",
    "-qq",
    "-e",
    "trace=execve",
    "-o",
    trace,
    ...command,
  ], {
    env: await path(),
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  return [...(await Deno.readTextFile(trace)).matchAll(/execve\("([^"]+)".* = 0$/gm)]
    .map(([, path = ""]) => path.slice(path.lastIndexOf("/") + 1));
}

/** Counts the starts of denit itself, under any of its names. */
function starts(names: readonly string[]): number {
  return names.filter((name) => ["softlimit", "setuidgid", "chpst", "envdir", "setlock"].includes(name))
    .length;
}

Deno.test({
  name:
    "a chain of two or four launchers starts denit once, and executes the program directly (needs root, strace)",
  ignore: !IS_ROOT || !HAS_STRACE,
  fn: () =>
    withDirectory(async (directory) => {
      await Deno.mkdir(join(directory, "env"));
      const chains = [
        ["softlimit", "chpst", "-n", "5", "true"],
        [
          "softlimit",
          "-o",
          "100",
          "setuidgid",
          "nobody",
          "chpst",
          "-n",
          "5",
          "envdir",
          join(directory, "env"),
          "true",
        ],
      ];
      for (const chain of chains) {
        const names = await executed(directory, chain);
        assertEquals([starts(names), names.at(-1)], [1, "true"], names.join(" "));
      }
    }),
});

Deno.test({
  name: "behind another program denit starts again (needs strace)",
  ignore: !HAS_STRACE,
  fn: () =>
    withDirectory(async (directory) => {
      const names = await executed(directory, ["softlimit", "env", "chpst", "-n", "5", "true"]);
      assertEquals([starts(names), names.at(-1)], [2, "true"], names.join(" "));
    }),
});

Deno.test("PATH decides: another program of a launcher's name is executed", () =>
  withDirectory(async (directory) => {
    await Deno.writeTextFile(join(directory, "setuidgid"), "#!/bin/sh\necho other $*\n", { mode: 0o755 });
    const { links } = await program();
    const env = { PATH: `${directory}:${links}:${Deno.env.get("PATH")}` };
    const { stdout } = await output(join(links, "chpst"), ["setuidgid", "root", "true"], { env });
    assertEquals(stdout, "other root true\n");
  }));

Deno.test("a name behind the word denit joins the chain, too, and --help shows its help", async () => {
  const { path, links } = await program();
  const env = { PATH: `${links}:${Deno.env.get("PATH")}` };
  assertEquals(
    (await output(path, ["chpst", "-n", "3", path, "chpst", "-n", "4", "nice"], { env })).stdout,
    "7\n",
  );
  assertMatch((await output(path, ["chpst", "softlimit", "--help"], { env })).stdout, /^softlimit: /);
});

Deno.test("a d in front of a daemontools name leads to the same launcher, as with runit", () =>
  withDirectory(async (directory) => {
    for (const name of ["dsoftlimit", "dsetlock"]) {
      await Deno.symlink((await program()).path, join(directory, name));
    }
    const script = `PATH=${directory}:$PATH; dsetlock ${directory}/lock dsoftlimit -o 77 sh -c 'ulimit -n'`;
    assertEquals((await shell(script)).stdout, "77\n");
  }));

Deno.test("any applet may stand at the end of a chain", async () => {
  const { code, stdout } = await shell("chpst -n 3 svok /nosuch; echo $?; softlimit sv --version");
  assertEquals(code, 0);
  assertMatch(stdout, /^111\nsv \(denit\) /);
});

/** A svlogd at the end of a chain, with a directory of its own. */
interface Logger {
  readonly child: Deno.ChildProcess;
  readonly directory: string;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
}

async function logger(directory: string, launchers: readonly string[]): Promise<Logger> {
  const log = join(directory, "log");
  await Deno.mkdir(log);
  await Deno.chmod(log, 0o777);
  const [first = "", ...rest] = launchers;
  const child = new Deno.Command(join((await program()).links, first), {
    args: [...rest, "svlogd", log],
    env: await path(),
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  return { child, directory: log, writer: child.stdin.getWriter() };
}

/** Writes a line to svlogd. Returns svlogd's process, as /proc shows it once the line is in the log. */
async function write(
  { child, directory, writer }: Logger,
): Promise<{ status: string; limits: string; comm: string }> {
  await writer.write(new TextEncoder().encode("a line\n"));
  const current = join(directory, "current");
  await eventually("the line in the log", async () => {
    try {
      return (await Deno.readTextFile(current)).includes("a line\n");
    } catch {
      return false;
    }
  });
  const read = (name: string) => Deno.readTextFile(`/proc/${child.pid}/${name}`);
  return { status: await read("status"), limits: await read("limits"), comm: await read("comm") };
}

async function end({ child, writer }: Logger): Promise<{ code: number; stderr: string }> {
  await writer.close();
  const { code, stderr } = await child.output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

const LEFT_OUT =
  /^(\w+): warning: svlogd cannot live under these limits, and runs without them: data 20971520, as 20971520\n$/;

for (
  const [first, launchers] of [
    ["chpst", ["chpst", "-u", "nobody", "-m", "20971520", "-n", "3"]],
    ["setuidgid", ["softlimit", "-m", "20971520", "chpst", "-n", "3", "setuidgid", "nobody"]],
  ] as const
) {
  Deno.test({
    name: `svlogd behind ${
      launchers.join(" ")
    } writes its log as nobody, with all that it can live under (needs root)`,
    ignore: !IS_ROOT,
    fn: () =>
      withDirectory(async (directory) => {
        const started = await logger(directory, launchers);
        const { status, limits, comm } = await write(started);
        assertMatch(status, /^Uid:\t65534\t65534\t65534\t65534$/m);
        assertMatch(status, /^Groups:\t65534 $/m);
        assertMatch(limits, /^Max stack size +20971520 /m);
        assertMatch(limits, /^Max address space +unlimited /m);
        assertEquals(comm, "svlogd\n");
        const stat = await Deno.stat(join(started.directory, "current"));
        assertEquals(stat.uid, 65534);
        const { code, stderr } = await end(started);
        assertEquals(code, 0);
        // If there is a cgroup2 with a memory controller, it limits the memory, and chpst prints no warning.
        if (stderr !== "") assertEquals(LEFT_OUT.exec(stderr)?.[1], first, stderr);
      }),
  });
}

Deno.test("TERM ends a svlogd behind a launcher in order, and kills a launcher that waits for a lock", () =>
  withDirectory(async (directory) => {
    const started = await logger(directory, ["softlimit", "-o", "200"]);
    await write(started);
    started.child.kill("SIGTERM");
    assertEquals((await end(started)).code, 0);

    const lock = join(directory, "lock");
    using file = await Deno.open(lock, { create: true, write: true });
    await file.lock(true);
    const waiting = new Deno.Command(join((await program()).links, "setlock"), {
      args: [lock, "svlogd", directory],
      env: await path(),
      stdin: "null",
    }).spawn();
    const inode = (await Deno.stat(lock)).ino;
    await eventually("a second process at the lock", async () => {
      const locks = await Deno.readTextFile("/proc/locks");
      return locks.split("\n").filter((line) => line.includes(`:${inode} `)).length === 2;
    });
    waiting.kill("SIGTERM");
    assertEquals((await waiting.status).signal, "SIGTERM");
  }));

Deno.test("fghack in a chain starts the program with the limits of the launchers before it", async () => {
  const { stdout, stderr } = await shell(
    "softlimit -m 104857600 -o 40 -c 0 fghack grep -E 'address|data|open|core' /proc/self/limits",
  );
  assertEquals(stderr, "");
  const soft = [...stdout.matchAll(/^Max (\w+).*?(\d+) +\S+ +\w+ *$/gm)].map(([, name, limit]) =>
    `${name} ${limit}`
  );
  assertEquals(soft.sort(), ["address 104857600", "core 0", "data 104857600", "open 40"]);
});

Deno.test({
  name:
    "a chain goes on in a new root that holds the same file, and ends in one that does not (needs root, the compiled form)",
  ignore: !IS_ROOT || (await program()).form === "script",
  fn: async () =>
    await withDirectory(async (directory) => {
      const { path } = await program();
      const root = join(directory, "root");
      await Deno.mkdir(join(root, "etc"), { recursive: true });
      await Deno.writeTextFile(join(root, "etc/passwd"), "only:x:77:78::/:\n");
      await Deno.link(path, join(root, "chpst"));
      const run = async (...args: readonly string[]) =>
        (await output(path, ["chpst", "-/", root, ...args])).stderr;
      // The new root holds nothing but denit's own file, which could not start there. So the chain goes on without a
      // start.
      assertEquals(
        await run("/chpst", "-u", "only", "/nosuch"),
        "chpst: fatal: unable to run: /nosuch: file does not exist\n",
      );
      assertEquals(await run("/chpst", "-u", "root", "true"), "chpst: fatal: unknown user/group: root\n");
      assertEquals(await run("chpst", "true"), "chpst: fatal: unable to run: chpst: file does not exist\n");
    }, join((await program()).path, "..")),
});

Deno.test("services of a fleet at the end of a chain get the variables and limits of its launchers", () =>
  withDirectory(async (directory) => {
    const service = join(directory, "services/web");
    await Deno.mkdir(service, { recursive: true });
    await Deno.mkdir(join(directory, "env"));
    await Deno.writeTextFile(join(directory, "env/GREETING"), "hello there\n");
    const run = '#!/bin/sh\necho "$GREETING $(ulimit -Sn)" >seen.new\nmv seen.new seen\nexec sleep 1000\n';
    await Deno.writeTextFile(join(service, "run"), run, { mode: 0o755 });
    const fleet = new Deno.Command(join((await program()).links, "envdir"), {
      args: [join(directory, "env"), "softlimit", "-o", "300", "runsvdir", join(directory, "services")],
      env: await path(),
      stdin: "null",
      stderr: "null",
    }).spawn();
    try {
      const seen = await eventually("the file that the service writes", async () => {
        try {
          return await Deno.readTextFile(join(service, "seen"));
        } catch {
          return undefined;
        }
      });
      assertEquals(seen, "hello there 300\n");
    } finally {
      fleet.kill("SIGHUP");
      assertEquals((await fleet.status).code, 111);
    }
  }));

Deno.test("if a launcher closes a descriptor, the next one neither fails nor prints there", async () => {
  const { stdout, stderr } = await shell(
    "chpst -2 chpst -q; echo $?; chpst -0 sv status /nosuch >/dev/null; echo $?; chpst -2 setuidgid nosuch true; echo $?",
  );
  assertEquals({ stdout, stderr }, { stdout: "100\n1\n111\n", stderr: "" });
});

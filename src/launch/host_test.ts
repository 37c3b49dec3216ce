import { ERRNO } from "../posix/errno.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Inherited, Row } from "../cli/applet.ts";
import type { Outcome } from "../cli/outcome.ts";
import { readChpst } from "./chpst.ts";
import { readEnvdir, readSetlock, readSetuidgid, readSoftlimit } from "./daemontools.ts";
import { Executed, LaunchingKernel } from "../../tests/kernel/launching.ts";
import { execute, launch, programOf, takeOnLimits } from "./host.ts";
import type { LaunchRequest } from "./plan.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/sh\nlogger:x:77:78::/:/bin/false\n";
const GROUP = "root:x:0:\nadm:x:4:logger\nlog:x:78:\n";

const FILES = {
  "/": ["etc"],
  "/bin/prog": "an ELF file",
  "/etc/passwd": PASSWD,
  "/etc/group": GROUP,
  "env": ["A", "sub", ".hidden", "GONE"],
  "env/A": "a b \t\nmore",
  "env/sub": [],
  "/new": ["etc"],
  "/run/lock": "",
  "/proc/self/oom_score_adj": "0",
  "/sys/fs/cgroup/web": [],
  "/sys/fs/cgroup/web/cgroup.procs": "",
};

const NOTHING: Inherited = {
  limits: [],
  newRoot: false,
  memoryGroup: false,
  nextOf: () => undefined,
};

const chpst = (...args: readonly string[]) => readChpst(args, "chpst", "v");

/** Performs a plan and executes its program. Returns the exit code, or that the program was executed. */
function run(kernel: LaunchingKernel, reading: LaunchRequest, inherited = NOTHING): number | "executed" {
  const outcome: Outcome = launch(kernel, reading, inherited);
  if (outcome.kind === "exit") return outcome.code;
  try {
    return execute(kernel, "chpst", outcome);
  } catch (thrown) {
    if (!(thrown instanceof Executed)) throw thrown;
    return "executed";
  }
}

/** The calls that change something, without those that only look. */
function deeds(kernel: LaunchingKernel): string[] {
  return kernel.done.filter((line) => !/^(open|read|readdir|getrlimit) /.test(line));
}

/** A plan with every step. */
const EVERYTHING = chpst(
  "-v2",
  "-b",
  "-prog",
  "-e",
  "env",
  "-/",
  "/new",
  "-C",
  "/",
  "-n",
  "5",
  "-U",
  "logger",
  "-u",
  "logger:adm:log",
  "-l",
  "/run/lock",
  "-P",
  "-m",
  "1000000",
  "-o",
  "5000",
  "--cgroup",
  "/sys/fs/cgroup/web",
  "--oom-score",
  "-10",
  "--nice",
  "3",
  "--cpu-affinity",
  "0,2-3",
  "--landlock-ro",
  "/",
  "--landlock-rw",
  "/new",
  "prog",
  "arg",
);

Deno.test("launch() does the steps of chpst in its order, whatever the order on the command line", () => {
  const kernel = new LaunchingKernel(FILES);
  assertEquals(run(kernel, EVERYTHING), "executed");
  assertEquals(deeds(kernel), [
    "mkdir /sys/fs/cgroup/web",
    "write /sys/fs/cgroup/web/cgroup.procs 0",
    "write /proc/self/oom_score_adj -10",
    "setpriority 3",
    "affinity 0,2,3",
    "setsid",
    "chdir /new",
    "chroot",
    "chdir /",
    "nice 5",
    "setgroups 4,78",
    "setresgid 4",
    "setresuid 77",
    "lock /run/lock wait",
    "hand on /run/lock",
    "close 2",
    "no_new_privs",
    "confine /:rox /new:rwx (files)",
    "execve /bin/prog",
  ]);
});

Deno.test("launch() gives the program new variables, capped limits and its other name, and finds it along the old PATH", () => {
  const kernel = new LaunchingKernel(FILES);
  run(kernel, EVERYTHING);
  assertEquals(kernel.executed, {
    path: "/bin/prog",
    argv: ["-prog", "arg"],
    environment: ["PATH=/bin", "HOME=/root", "A=a b", "GID=78", "UID=77"],
    keepsIgnored: true,
    limits: [
      { resource: "nofile", soft: 1000n },
      { resource: "memlock", soft: 1000000n },
      { resource: "stack", soft: 1000000n },
      { resource: "data", soft: 1000000n },
      { resource: "as", soft: 1000000n },
    ],
  });
  assertEquals(kernel.said, ["chpst: warning: unable to read env/sub: is a directory"]);
});

/** Calls that may fail without ending the plan. */
const TOLERATED: readonly RegExp[] = [
  /^setsid/, // The process leads its group already; runit goes on too.
  /^(open|read) \/etc\/(passwd|group)/, // libc may know the account.
];

const ERRNOS = [ERRNO.EPERM, ERRNO.EACCES, ERRNO.EIO, ERRNO.EAGAIN, ERRNO.ENOMEM, ERRNO.EINVAL];

const PLANS: Readonly<Record<string, LaunchRequest>> = {
  "every option of chpst": EVERYTHING,
  "chpst -L": chpst("-L", "/run/lock", "-u", "logger", "prog"),
  "chpst -u :1:2": chpst("-u", ":1:2", "-0", "-1", "prog"),
  "setuidgid": readSetuidgid(["logger", "prog"]),
  "setuidgid of an account that only libc knows": readSetuidgid(["remote", "prog"]),
  "softlimit": readSoftlimit(["-m", "5", "-o", "=", "prog"]),
  "setlock": readSetlock(["/run/lock", "prog"]),
};

for (const [name, reading] of Object.entries(PLANS)) {
  Deno.test(`${name}: nothing is executed after a call that fails, whichever it is, and one line says so`, () => {
    const healthy = new LaunchingKernel(FILES);
    assertEquals(run(healthy, reading), "executed");
    for (let failAt = 0; failAt < healthy.calls; failAt++) {
      for (const failWith of ERRNOS) {
        const kernel = new LaunchingKernel(FILES);
        Object.assign(kernel, { failing: failAt, failingErrno: failWith });
        const ended = run(kernel, reading);
        const what = `${kernel.failed} failed with errno ${failWith}`;
        if (TOLERATED.some((tolerated) => tolerated.test(kernel.failed))) {
          // Either libc knew the account, or nothing was executed: the program never runs as the wrong user.
          if (ended === "executed" && /setuidgid|every/.test(name)) {
            assert(kernel.done.some((line) => line.startsWith("setresuid")), what);
          }
          continue;
        }
        assertEquals([ended, kernel.executed], [111, undefined], what);
        const lines = kernel.said.filter((line) => line.includes(": fatal: "));
        assertEquals(lines.length, 1, `${what}: ${kernel.said}`);
        const after = kernel.done.slice(failAt).filter((line) => /^(set|execve|chroot|lock|nice)/.test(line));
        assertEquals(after, [], what);
      }
    }
  });
}

Deno.test("launch() executes nothing for an account that neither the files nor libc know", () => {
  const kernel = new LaunchingKernel(FILES);
  assertEquals(run(kernel, chpst("-u", "nobody", "prog")), 111);
  assertEquals(kernel.said, ["chpst: fatal: unknown user/group: nobody"]);
  assertEquals(run(kernel, readSetuidgid(["nobody", "prog"])), 111);
  assertEquals(kernel.said.at(-1), "setuidgid: fatal: unknown account nobody");
  assertEquals(deeds(kernel).filter((line) => !line.startsWith("getpwnam")), []);
});

Deno.test("launch() asks libc for accounts that the files do not have, but not inside a new root", () => {
  const kernel = new LaunchingKernel(FILES);
  assertEquals(run(kernel, chpst("-u", "remote:far", "prog")), "executed");
  assert(deeds(kernel).includes("setresuid 500"));
  assertEquals(run(new LaunchingKernel(FILES), chpst("-/", "/new", "-u", "remote", "prog")), 111);
  const inherited = { ...NOTHING, newRoot: true };
  assertEquals(run(new LaunchingKernel(FILES), chpst("-u", "remote", "prog"), inherited), 111);
});

Deno.test("launch() tells that /etc/passwd is missing in a new root", () => {
  const { "/etc/passwd": _, ...files } = FILES;
  const kernel = new LaunchingKernel(files);
  assertEquals(run(kernel, chpst("-/", "/new", "-u", "logger", "prog")), 111);
  assertEquals(kernel.said, [
    "chpst: fatal: unable to get password/group file entry: file does not exist",
  ]);
});

Deno.test("launch() ends the plan at the step whose numbers are wrong", () => {
  const kernel = new LaunchingKernel(FILES);
  assertEquals(run(kernel, chpst("-n", "5", "-u", ":1:", "prog")), 111);
  assertEquals(deeds(kernel), ["nice 5"]);
  assertEquals(kernel.said, ["chpst: fatal: invalid uid/gids: 1:"]);
});

Deno.test("setlock -x exits with 0 and says nothing if the lock cannot be had, chpst -L exits with 111", () => {
  const kernel = new LaunchingKernel(FILES);
  kernel.locked = true;
  assertEquals(run(kernel, readSetlock(["-nx", "/run/lock", "prog"])), 0);
  assertEquals(kernel.said, []);
  assertEquals(run(kernel, readSetlock(["-n", "/run/lock", "prog"])), 111);
  assertEquals(run(kernel, chpst("-L", "/run/lock", "prog")), 111);
  assertEquals(kernel.said, [
    "setlock: fatal: unable to lock /run/lock: temporary failure",
    "chpst: fatal: unable to lock: /run/lock: temporary failure",
  ]);
  assertEquals(kernel.executed, undefined);
});

Deno.test("a directory among the variables ends envdir, and an empty FIFO ends envdir and chpst", () => {
  const kernel = new LaunchingKernel(FILES);
  assertEquals(run(kernel, readEnvdir(["env", "prog"])), 111);
  assertEquals(kernel.said, ["envdir: fatal: unable to read env/sub: is a directory"]);
  const other = new LaunchingKernel({ ...FILES, "env/A": "(fifo)" });
  assertEquals(run(other, chpst("-e", "env", "prog")), 111);
  assertEquals(other.said, ["chpst: fatal: unable to read env/A: temporary failure"]);
});

Deno.test("launch() executes nothing that should be confined if the kernel has no Landlock", () => {
  const kernel = new LaunchingKernel(FILES);
  kernel.hasLandlock = false;
  assertEquals(run(kernel, chpst("--landlock-ro", "/", "prog")), 111);
  assertMatch(kernel.said.join(), /^chpst: fatal: unable to confine: /);
});

Deno.test("chpst --cgroup makes a group and those above it, and removes a directory that is no group", () => {
  const kernel = new LaunchingKernel({ ...FILES, "/sys": [], "/sys/fs": [], "/sys/fs/cgroup": [] });
  assertEquals(run(kernel, chpst("--cgroup", "/sys/fs/cgroup/a/b", "prog")), "executed");
  assertEquals(kernel.tree.textOf("/sys/fs/cgroup/a/b/cgroup.procs"), "0");
  const other = new LaunchingKernel({ ...FILES, "/tmp": [] });
  assertEquals(run(other, chpst("--cgroup", "/tmp/none", "prog")), 111);
  assertEquals(other.said, ["chpst: fatal: unable to join cgroup: /tmp/none: file does not exist"]);
  assertEquals(other.tree.has("/tmp/none"), false);
});

// Chains

const SVLOGD: Row = { name: "svlogd", summary: "", longLived: true };
const LOGS: Inherited = { ...NOTHING, nextOf: () => SVLOGD };
const GROUPS = {
  ...FILES,
  "/proc/self/cgroup": "1:memory:/old\n0::/box\n",
  "/proc/self/mountinfo": "30 20 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n",
  "/proc/7": [],
  "/sys/fs/cgroup/box": ["cgroup.procs", "denit-7", "denit-8"],
  "/sys/fs/cgroup/box/cgroup.controllers": "cpu memory pids\n",
  "/sys/fs/cgroup/box/cgroup.subtree_control": "pids\n",
  "/sys/fs/cgroup/box/denit-7": [],
  "/sys/fs/cgroup/box/denit-8": [],
};
const LOGGER = chpst("-u", "logger", "-m", "20971520", "svlogd", "-tt", "log");

Deno.test("launch() limits the memory of an applet that stays by a group that it makes before the user changes", () => {
  const kernel = new LaunchingKernel(GROUPS);
  const outcome = launch(kernel, LOGGER, LOGS);
  assertEquals(deeds(kernel), [
    "write /sys/fs/cgroup/box/cgroup.subtree_control +memory",
    "rmdir /sys/fs/cgroup/box/denit-8",
    "mkdir /sys/fs/cgroup/box/denit-42",
    "write /sys/fs/cgroup/box/denit-42/memory.max 20971520",
    "write /sys/fs/cgroup/box/denit-42/cgroup.procs 0",
    "setgroups 78",
    "setresgid 78",
    "setresuid 77",
  ]);
  assert(outcome.kind === "become");
  assertEquals(outcome.leaves, { newRoot: false, memoryGroup: true });
  takeOnLimits(kernel, "chpst", "svlogd", outcome);
  assertEquals(deeds(kernel).slice(8), ["setrlimit memlock 20971520", "setrlimit stack 20971520"]);
  assertEquals(kernel.said, []);
});

Deno.test("launch() first joins the plan's group and limits memory below it, if the kernel lets it", () => {
  const plan = chpst("--cgroup", "/sys/fs/cgroup/web", "-m", "20971520", "svlogd", "log");
  const web = {
    ...GROUPS,
    "/proc/self/cgroup": "0::/web\n",
    "/sys/fs/cgroup/web/cgroup.controllers": "memory\n",
    "/sys/fs/cgroup/web/cgroup.subtree_control": "\n",
  };
  const joins = ["mkdir /sys/fs/cgroup/web", "write /sys/fs/cgroup/web/cgroup.procs 0"];
  const enables = "write /sys/fs/cgroup/web/cgroup.subtree_control +memory";
  const kernel = new LaunchingKernel(web);
  launch(kernel, plan, LOGS);
  assertEquals(deeds(kernel), [
    ...joins,
    enables,
    "mkdir /sys/fs/cgroup/web/denit-42",
    "write /sys/fs/cgroup/web/denit-42/memory.max 20971520",
    "write /sys/fs/cgroup/web/denit-42/cgroup.procs 0",
  ]);
  // Linux refuses a controller to the children of a group that has processes and is not the topmost one.
  const busy = new LaunchingKernel(web);
  Object.assign(busy, { failing: kernel.done.indexOf(enables), failingErrno: ERRNO.EBUSY });
  const outcome = launch(busy, plan, LOGS);
  assertEquals(busy.failed, enables);
  assertEquals(deeds(busy), joins);
  assert(outcome.kind === "become");
  assertEquals(outcome.leaves, { newRoot: false, memoryGroup: false });
  takeOnLimits(busy, "chpst", "svlogd", outcome);
  assertEquals(busy.said, [
    "chpst: warning: svlogd cannot live under these limits, and runs without them: data 20971520, as 20971520",
  ]);
});

Deno.test("launch() replaces the memory group of an earlier process with the same pid", () => {
  const kernel = new LaunchingKernel({
    ...GROUPS,
    "/proc/42": [],
    "/sys/fs/cgroup/box": ["cgroup.procs", "denit-42"],
    "/sys/fs/cgroup/box/denit-42": [],
  });
  const outcome = launch(kernel, LOGGER, LOGS);
  assertEquals(deeds(kernel).slice(1, 4), [
    "rmdir /sys/fs/cgroup/box/denit-42",
    "mkdir /sys/fs/cgroup/box/denit-42",
    "write /sys/fs/cgroup/box/denit-42/memory.max 20971520",
  ]);
  assert(outcome.kind === "become" && outcome.leaves?.memoryGroup === true);
});

Deno.test("launch() applies the other limits if it can make no memory group, and one line tells what is left out", () => {
  const healthy = new LaunchingKernel(GROUPS);
  launch(healthy, LOGGER, LOGS);
  const first = healthy.done.findIndex((line) => line.startsWith("open /proc/self/cgroup"));
  const last = healthy.done.findIndex((line) => line.endsWith("denit-42/cgroup.procs 0"));
  for (let failAt = first; failAt <= last; failAt++) {
    const kernel = new LaunchingKernel(GROUPS);
    kernel.failing = failAt;
    const outcome = launch(kernel, LOGGER, LOGS);
    assert(outcome.kind === "become", kernel.failed);
    assertEquals(deeds(kernel).slice(-3), ["setgroups 78", "setresgid 78", "setresuid 77"], kernel.failed);
    takeOnLimits(kernel, "chpst", "svlogd", outcome);
    const isJoined = kernel.failed.startsWith("rmdir");
    assertEquals(outcome.leaves?.memoryGroup, isJoined, kernel.failed);
    assertEquals(kernel.said.length, isJoined ? 0 : 1, kernel.failed);
    assertEquals(kernel.tree.has("/sys/fs/cgroup/box/denit-42"), isJoined, kernel.failed);
  }
});

Deno.test("launch() keeps the limits of an earlier link, and a later limit on the same resource replaces them", () => {
  const inherited: Inherited = {
    ...NOTHING,
    limits: [{ resource: "core", soft: 0n }, { resource: "nofile", soft: 20n }],
  };
  const kernel = new LaunchingKernel(FILES);
  run(kernel, readSoftlimit(["-o", "=", "prog"]), inherited);
  assertEquals(kernel.executed?.limits, [{ resource: "core", soft: 0n }, {
    resource: "nofile",
    soft: 1000n,
  }]);
});

Deno.test("programOf() is the first file along PATH that can be executed", () => {
  const kernel = new LaunchingKernel({ "/a/prog": [], "/b/prog": "x" });
  const become = { kind: "become", path: "prog", argv: ["prog"], search: "/none:/a:/b" } as const;
  assertEquals(programOf(kernel, become)?.path, "/b/prog");
  assertEquals(programOf(kernel, { ...become, search: "/none" }), undefined);
});

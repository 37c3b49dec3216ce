/** The options of denit's chpst that runit's does not have. The program that chpst executes reads each setting back from /proc. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { output, shell } from "../program.ts";

const IS_ROOT = Deno.uid() === 0;
/** The mount point of cgroup2, alone or beside version 1. Empty if it is not mounted. */
const GROUPS = (await output("/bin/sh", ["-c", "awk '$3 == \"cgroup2\" { print $2; exit }' /proc/mounts"]))
  .stdout
  .trim();
const HAS_LANDLOCK = (await shell("chpst --landlock-ro / true")).code === 0;
const NEEDS_LANDLOCK = HAS_LANDLOCK ? "" : " (needs Landlock)";

async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-chpst-" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function said(script: string): Promise<string> {
  const { stdout, stderr } = await shell(script);
  return `${stdout}${stderr}`;
}

Deno.test({
  name: "--nice sets the nice level, and -n adds to it (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    assertEquals(await said("nice -n 3 chpst --nice 7 nice"), "7\n");
    assertEquals(await said("chpst --nice=-7 -n 2 nice"), "-5\n");
  },
});

Deno.test({
  name: "--oom-score sets the score in /proc (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    assertEquals(await said("chpst --oom-score 321 cat /proc/self/oom_score_adj"), "321\n");
    assertEquals(await said("chpst --oom-score 123 -u nobody cat /proc/self/oom_score_adj"), "123\n");
    // A score below the inherited one takes a capability that root in a container may lack.
    const may = (await shell("echo -321 >/proc/self/oom_score_adj")).code === 0;
    assertEquals(
      await said("chpst --oom-score -321 cat /proc/self/oom_score_adj"),
      may ? "-321\n" : "chpst: fatal: unable to set oom score: access denied\n",
    );
  },
});

Deno.test("--cpu-affinity allows only the named processors, and refuses one that does not exist", async () => {
  assertEquals(
    await said("chpst --cpu-affinity 0 grep Cpus_allowed_list /proc/self/status"),
    "Cpus_allowed_list:\t0\n",
  );
  assertEquals(
    await said("chpst --cpu-affinity 8191 true"),
    "chpst: fatal: unable to set cpu affinity: invalid argument\n",
  );
});

Deno.test("the program runs with NoNewPrivs after --no-new-privs, and without it otherwise", async () => {
  assertEquals(await said("chpst --no-new-privs grep NoNewPrivs /proc/self/status"), "NoNewPrivs:\t1\n");
  assertEquals(await said("chpst -v grep NoNewPrivs /proc/self/status"), "NoNewPrivs:\t0\n");
});

Deno.test({
  name:
    `files can be written below --landlock-rw, and read and executed below --landlock-ro${NEEDS_LANDLOCK}`,
  ignore: !HAS_LANDLOCK,
  fn: () =>
    withDirectory(async (directory) => {
      await Deno.mkdir(join(directory, "open"));
      await Deno.writeTextFile(join(directory, "secret"), "secret\n");
      const system = "--landlock-ro /usr --landlock-ro /bin --landlock-ro /lib --landlock-ro /lib64";
      const confined = `chpst ${system} --landlock-rw ${directory}/open --landlock-rw /dev/null sh -c`;
      const ask = (script: string) => shell(`${confined} '${script}' 2>/dev/null`, { cwd: directory });
      assertEquals(
        (await ask("cd open && mkdir a && echo x >a/b && mv a/b c && cat c && rm -r a c")).stdout,
        "x\n",
      );
      assertEquals((await ask("cat secret || echo denied")).stdout, "denied\n");
      assertEquals((await ask("echo x >new || echo denied")).stdout, "denied\n");
      assertEquals((await ask("echo x >/usr/new || echo denied")).stdout, "denied\n");
      assertEquals((await ask("echo x >/dev/null && echo written")).stdout, "written\n");
      // Landlock takes away only the use of files.
      assertEquals((await ask("kill -0 $PPID && echo there")).stdout, "there\n");
    }),
});

Deno.test({
  name:
    `chpst executes nothing if a Landlock path does not exist, or the program is below none${NEEDS_LANDLOCK}`,
  ignore: !HAS_LANDLOCK,
  fn: async () => {
    assertEquals(
      await said("chpst --landlock-ro /nosuch true"),
      "chpst: fatal: unable to open /nosuch: file does not exist\n",
    );
    assertEquals(
      await said("chpst --landlock-ro /proc true"),
      "chpst: fatal: unable to run: true: access denied\n",
    );
  },
});

Deno.test({
  name: `--cgroup makes a control group and joins it${GROUPS === "" ? " (needs cgroup2)" : ""}${
    IS_ROOT ? "" : " (needs root)"
  }`,
  ignore: GROUPS === "" || !IS_ROOT,
  fn: async () => {
    const name = `denit-test-${Deno.pid}`;
    const group = join(GROUPS, name);
    try {
      const script = `chpst --cgroup ${group}/inner grep ^0:: /proc/self/cgroup`;
      assertMatch(await said(script), new RegExp(`^0::.*/${name}/inner\n$`));
      // The group exists already, and the process that joins it changes its user afterwards.
      assertMatch(await said(`chpst -u nobody --cgroup ${group}/inner id -u`), /^65534\n$/);
      assertEquals(
        await said(`chpst --cgroup /tmp/${name} true; ls -d /tmp/${name}`),
        `chpst: fatal: unable to join cgroup: /tmp/${name}: file does not exist\n` +
          `ls: cannot access '/tmp/${name}': No such file or directory\n`,
      );
    } finally {
      for (const directory of [join(group, "inner"), group]) await Deno.remove(directory).catch(() => {});
    }
  },
});

Deno.test("the settings stay for the launchers that follow", async () => {
  const script = "chpst --no-new-privs --cpu-affinity 0 softlimit -o 99 chpst -n 1 " +
    "grep -E 'NoNewPrivs|Cpus_allowed_list' /proc/self/status";
  assertEquals(await said(script), "NoNewPrivs:\t1\nCpus_allowed_list:\t0\n");
});

/** The machine that other tests boot: it reports failures, ends in time, and leaves nothing behind. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { isAlive } from "../processes.ts";
import { NotInTime } from "../wait.ts";
import { CAN_BOOT, Machine, NEEDS, run } from "./machine.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name}${NEEDS}`, ignore: !CAN_BOOT, fn });
}

/** Names of the directories that machines have left in the directory of temporary files. */
function directories(): string[] {
  const directory = Deno.env.get("TMPDIR") ?? "/tmp";
  return [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) =>
    name.startsWith("denit-vm-")
  );
}

test("denit runs in a machine, sections hold what a script prints, and the machine is off at the end", async () => {
  const before = directories();
  const sections = await run(
    `
    section who and where
    chpst -u logger:adm id
    cat /etc/extra
    section waits
    (usleep 300000; touch /tmp/there) &
    wait_for test -e /tmp/there
    ls /tmp/there
  `,
    { files: { "/etc/extra": "a file of the test's\n" } },
  );
  assertEquals([...sections.keys()], ["who and where", "waits", "end"]);
  assertEquals(
    sections.get("who and where"),
    "uid=77(logger) gid=4(adm) groups=4(adm)\na file of the test's",
  );
  assertEquals(sections.get("waits"), "/tmp/there");
  assertEquals(directories(), before);
});

test("if its first process ends, the machine is off, and its console says why", async () => {
  await using machine = await Machine.boot({
    init: "/bin/echo",
    parameters: "-- the word is given",
    deadlineMs: 60_000,
  });
  const shown = await machine.ended();
  assertMatch(shown, /the word is given\r?\n/);
  assertMatch(shown, /Kernel panic - not syncing: Attempted to kill init!/);
});

test("a script that kills its machine fails, although the machine is off", async () => {
  await assertRejects(() => run("section one\necho text\nreboot -f\n"), Error, "did not come to its end");
});

test("a machine that does not end in time is killed, and nothing of it is left", async () => {
  const before = directories();
  let pid = 0;
  const waits = async () => {
    await using machine = await Machine.boot({ files: { "/script": "sleep 1000\n" }, deadlineMs: 1_000 });
    pid = machine.pid;
    await machine.ended();
  };
  await assertRejects(waits, NotInTime);
  assert(pid > 0 && !isAlive(pid));
  assertEquals(directories(), before);
});

test("a line carries text in both directions", async () => {
  // The line drops what is sent before the machine opens it.
  const script =
    'exec 3<>/dev/ttyS1; echo listens >&3; read -r line <&3; echo "heard $line" >&3; read -r line <&3\n';
  await using machine = await Machine.boot({ files: { "/script": script }, lines: 1, deadlineMs: 60_000 });
  const [line] = machine.lines;
  assert(line !== undefined);
  await line.shows("listens");
  await line.types("over the wire\n");
  await line.shows("heard over the wire");
  await line.types("enough\n");
  await machine.ended();
  await assertRejects(() => line.shows("more"), Error, "off before its line shows more");
});

/**
 * The supervisor reaches its limit of open files, because of too many services or a limit that is set from outside.
 */
import { ERRNO } from "../../src/posix/errno.ts";
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { errnoText } from "../../src/runtime/report.ts";
import { Fleet, STAY, type Tree } from "../fleet.ts";
import { has, IS_ROOT } from "../machine.ts";
import { signal } from "../processes.ts";
import { Strace } from "../strace.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";
import { allowNoMoreFiles, limit, OF_USER } from "./user.ts";

const FULL = errnoText(ERRNO.EMFILE);

/** Limit of open files: too low for all of the services. */
const DESCRIPTORS = 64;
const NAMES = Array.from({ length: 30 }, (_, i) => `s${i}`);
const MANY: Tree = Object.fromEntries(NAMES.flatMap((name) => [
  [`${name}/run`, STAY],
  [`${name}/finish`, "#!/bin/sh\necho yes >>finished\n"],
]));

Deno.test({
  name: "a service without descriptors costs one line, and starts when there are some (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    await using fleet = await Fleet.start(MANY, {
      ...OF_USER,
      through: ["prlimit", `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`, ...OF_USER.through],
    });
    const complaint = (name: string) =>
      fleet.said.filter((line) => line.startsWith(`runsv ${name}: fatal: `));
    await fleet.eventually(
      "every service to run or to be refused",
      () => NAMES.every((name) => fleet.service(name).stat === "run" || complaint(name).length > 0),
    );
    const running = NAMES.filter((name) => fleet.service(name).stat === "run");
    const refused = NAMES.filter((name) => complaint(name).length > 0);
    assert(refused.length > 0 && running.length > 0, `${refused.length} of ${NAMES.length} were refused`);
    for (const name of refused) assert(complaint(name)[0]?.endsWith(`: ${FULL}`), complaint(name)[0]);
    // The services that run have all that they need: status files and finish work as before.
    const [some = "", ...others] = running;
    const pidsOfOthers = () => others.map((name) => fleet.service(name).pid);
    const pids = pidsOfOthers();
    const before = await fleet.service(some).runs();
    signal(before, "SIGKILL");
    await fleet.service(some).runs(before);
    assertEquals([fleet.service(some).read("finished"), pidsOfOthers()], ["yes\n", pids]);
    // When these services leave, a refused one gets its descriptors at the next try.
    for (const name of running) Deno.renameSync(join(fleet.services, name), join(fleet.services, `.${name}`));
    await fleet.eventually(
      "a refused service to run",
      () => refused.some((name) => fleet.service(name).stat === "run"),
    );
    assert(fleet.isAlive);
    assertEquals(fleet.said.length, refused.length, fleet.said.join("\n"));
  },
});

Deno.test({
  name: "at a limit set from outside each trouble costs one line, and everything is right again after it " +
    "(needs root and strace)",
  ignore: !IS_ROOT || !has("strace"),
  fn: async () => {
    await using fleet = await Fleet.start({ ...BYSTANDER, "web/run": STAY }, OF_USER);
    const bystander = await Bystander.of(fleet);
    const web = fleet.service("web");
    const pid = await web.runs();
    await allowNoMoreFiles(fleet);
    web.send("p");
    await fleet.eventually("a line about the status file", () => fleet.said.length > 0);
    assertEquals(fleet.said, [`runsv web: warning: unable to open supervise/stat.new: ${FULL}`]);
    assertEquals(web.stat, "run");
    {
      await using strace = await Strace.of([fleet.pid], "openat");
      await fleet.eventually("a second try", () => strace.lines.some((line) => line.includes("EMFILE")));
    }
    // When descriptors are free again, the supervisor sees the change in the services directory.
    fleet.put(".late/run", STAY);
    Deno.renameSync(join(fleet.services, ".late"), join(fleet.services, "late"));
    await fleet.eventually("a line about the services directory", () => fleet.said.length > 1);
    assertEquals(fleet.said.slice(1), [
      `runsvdir ${fleet.services}: warning: unable to stat ${fleet.services}: ${FULL}`,
    ]);
    await limit(fleet, "nofile", 1024);
    await web.is("run, paused");
    await fleet.service("late").runs();
    await bystander.isWell();
    assertEquals([web.pid, fleet.said.length], [pid, 2]);
  },
});

Deno.test({
  name: "finish runs even if the supervisor can open no file (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    await using fleet = await Fleet.start({
      ...BYSTANDER,
      "web/run": STAY,
      "web/finish": "#!/bin/sh\necho $1 $2 >>finished\n",
    }, OF_USER);
    const bystander = await Bystander.of(fleet);
    const web = fleet.service("web");
    const pid = await web.runs();
    await allowNoMoreFiles(fleet);
    signal(pid, "SIGKILL");
    await fleet.eventually("the finish of web", () => web.read("finished") === "-1 9\n");
    await limit(fleet, "nofile", 1024);
    await web.runs(pid);
    await bystander.isWell();
  },
});

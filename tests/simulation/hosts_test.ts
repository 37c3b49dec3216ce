/** Tests of the hosts when something is wrong from the start: one scene each, on the simulated kernel. */
import { ERRNO } from "../../src/posix/errno.ts";
import { SIGNAL } from "../../src/posix/signal.ts";
import { assert, assertEquals } from "@std/assert";
import { SysError } from "../../src/sys/error.ts";
import { superviseDirectory, superviseOne, titleOf } from "../../src/supervision/host.ts";
import type { Service } from "./actors.ts";
import { Gone, plainKernel, SimulatedKernel } from "./kernel.ts";
import { Random } from "../random.ts";
import {
  addService,
  fleetOf,
  HUP_CODE,
  labelsOf,
  loggedFleet,
  nothingIsHeld,
  send,
  superviseWhile,
} from "./scene.ts";
import { World } from "../kernel/world.ts";

Deno.test("a defect sets one service aside; the others go on, and HUP still ends the fleet", () => {
  class Defective extends SimulatedKernel {
    override kill(pid: number, signal: number): void {
      if (this.actors.all.get(pid)?.service.name === "/service/bad") throw new TypeError("a defect");
      super.kill(pid, signal);
    }
  }
  const options = { costMs: 0, thriftyInodes: false, adopts: false, pid: 200, lastArgument: undefined };
  const kernel = new Defective(new World(new Random(1)), options);
  kernel.expectsFaults = true;
  const [bad, good] = fleetOf(kernel, ["bad", "good"]);
  const tell = (service: Service | undefined, letter: string) => () =>
    send(kernel, service, "supervise/control", letter);
  const code = superviseWhile(kernel, [tell(bad, "t"), tell(good, "t"), tell(bad, "d")]);
  assertEquals(code, HUP_CODE);
  assertEquals(kernel.reports, ["runsv bad: fatal: internal fault, service is set aside: a defect"]);
  assertEquals([bad?.runs, good?.runs], [1, 2]);
  nothingIsHeld(kernel);
});

Deno.test("runsv ends with 111 where the control FIFO is something else, and holds nothing", () => {
  const kernel = plainKernel();
  const { tree } = kernel;
  const { directory } = addService(kernel, "/web");
  tree.file(tree.mkdir(directory, "supervise"), "control", 0o600);
  assertEquals(superviseOne(kernel, "/web"), 111);
  assertEquals(kernel.reports, ["runsv /web: fatal: supervise/control exists but is not a fifo"]);
  nothingIsHeld(kernel);
});

Deno.test("runsv ends with 111 where another has the lock, of the service or of its log", () => {
  for (const prefix of ["", "log/"]) {
    const kernel = plainKernel();
    const { tree } = kernel;
    const { directory } = addService(kernel, "/web");
    tree.mkdir(directory, "log");
    tree.mkdir(directory, `${prefix}supervise`);
    kernel.setForeignLock(tree.file(directory, `${prefix}supervise/lock`, 0o600), true);
    assertEquals(superviseOne(kernel, "/web"), 111);
    assertEquals(kernel.reports, [
      `runsv /web: fatal: unable to lock ${prefix}supervise/lock: temporary failure`,
    ]);
    nothingIsHeld(kernel);
  }
});

Deno.test("runsv makes the directory that supervise leads to, but not one with a name of 256 bytes", () => {
  const kernel = plainKernel();
  const { tree } = kernel;
  const { directory } = addService(kernel, "/web");
  tree.symlink(`/${"n".repeat(255)}`, directory, "supervise");
  assertEquals(superviseOne(kernel, "/web"), 111);
  assertEquals(kernel.reports, ["runsv /web: fatal: unable to readlink ./supervise: name too long"]);
});

Deno.test("a log that is no directory is mentioned, and the service runs without it", () => {
  const kernel = plainKernel();
  const [web] = fleetOf(kernel, ["web"]);
  assert(web !== undefined);
  kernel.tree.file(web.directory, "log", 0o644);
  assertEquals(superviseWhile(kernel), HUP_CODE);
  assertEquals([kernel.reports, web.runs], [["runsv web: warning: ./log: not a directory."], 1]);
});

Deno.test("services for which there are no descriptors wait, and begin when others have left", () => {
  const kernel = plainKernel();
  const services = fleetOf(kernel, ["a", "b", "c", "d", "e", "f"]);
  kernel.mostDescriptors = 24;
  const fdsEnd = 60_000;
  kernel.world.after(fdsEnd, () => {
    const first = services.find(({ runs }) => runs > 0);
    if (first !== undefined) kernel.tree.removeAll(first.directory);
  });
  const begun: number[] = [];
  for (const atMs of [30_000, 90_000]) {
    kernel.world.after(atMs, () => begun.push(services.filter(({ runs }) => runs > 0).length));
  }
  kernel.world.after(100_000, () => kernel.raise(SIGNAL.HUP));
  assertEquals(
    superviseDirectory(kernel, { directory: "/service", newSessions: false, title: undefined }),
    HUP_CODE,
  );
  const [before = 0, after = 0] = begun;
  assert(before > 0 && before < services.length && after === before + 1, `${before}, then ${after}`);
  assert(
    kernel.reports.some((line) => line.includes("unable to open more files: process cannot open more files")),
  );
  nothingIsHeld(kernel);
});

Deno.test("the memory that hundred beginnings took is given back, once", () => {
  class Counting extends SimulatedKernel {
    released = 0;
    override releaseMemory(): void {
      this.released++;
    }
  }
  const options = { costMs: 0, thriftyInodes: false, adopts: false, pid: 200, lastArgument: undefined };
  const kernel = new Counting(new World(new Random(1)), options);
  const services = fleetOf(kernel, Array.from({ length: 100 }, (_, i) => `s${i}`));
  assertEquals(superviseWhile(kernel), HUP_CODE);
  assertEquals([services.every(({ runs }) => runs === 1), kernel.released], [true, 1]);
});

Deno.test("a LOG argument of less than seven characters is no title, and said so", () => {
  const kernel = plainKernel();
  assertEquals(titleOf(kernel, "/service", "log: ."), undefined);
  assertEquals(kernel.reports, [
    "runsvdir /service: warning: log must have at least seven characters.",
    "runsvdir /service: warning: log service disabled.",
  ]);
});

Deno.test("logs without a run have one logger, but for those that ask for a svlogd of their own", () => {
  const kernel = plainKernel();
  loggedFleet(kernel, { a: "s1000\n", b: "\n", c: "!gzip\n:stamp none\n" });
  let labels: string[] = [];
  assertEquals(superviseWhile(kernel, [() => labels = labelsOf(kernel)]), HUP_CODE);
  assertEquals(labels, ["/service/c log/denit svlogd --config config main", "svlogfleet own"]);
  assertEquals([kernel.reports, kernel.openOf("socket"), kernel.actors.all.size], [[], 0, 0]);
  nothingIsHeld(kernel);
});

Deno.test("a logger that fails whenever it is started is given up, and each log has a svlogd of its own", () => {
  const kernel = plainKernel();
  const [a] = loggedFleet(kernel, { a: "\n", b: "\n" });
  kernel.loggers.temper = "fails at once";
  const seen: string[][] = [];
  const again = () => {
    seen.push(labelsOf(kernel));
    kernel.loggers.temper = "is quick";
    kernel.world.after(60_000, () => send(kernel, a, "log/supervise/control", "t"));
  };
  assertEquals(superviseWhile(kernel, [again, () => seen.push(labelsOf(kernel))]), HUP_CODE);
  const own = (name: string) => `/service/${name} log/denit svlogd --config config -tt main`;
  assertEquals(seen, [[own("a"), own("b")], [own("b"), "svlogfleet own"]]);
  nothingIsHeld(kernel);
});

Deno.test("a logger that does not leave when all have left is killed after five seconds", () => {
  const kernel = plainKernel();
  const [a] = loggedFleet(kernel, { a: "\n" });
  let toldAtMs = 0;
  const stop = () => {
    send(kernel, a, "log/supervise/control", "d");
    kernel.world.after(1000, () => {
      const logger = kernel.actors.alive().find(({ role }) => role === "logger");
      if (logger !== undefined) kernel.actors.deliver(logger, SIGNAL.STOP);
    });
  };
  assertEquals(superviseWhile(kernel, [stop, () => toldAtMs = kernel.monotonicMs()]), HUP_CODE);
  assertEquals(Math.floor((kernel.monotonicMs() - toldAtMs) / 1000), 5);
  assertEquals(kernel.actors.all.size, 0);
  nothingIsHeld(kernel);
});

Deno.test("where the program is not known, or is no program, a log without a run is told and tried again", () => {
  const kernel = plainKernel();
  const [a] = loggedFleet(kernel, { a: "\n" });
  kernel.tree.unlink(kernel.tree.root, "/bin/real");
  kernel.world.after(10_000, () => kernel.raise(SIGNAL.HUP));
  assertEquals(superviseWhile(kernel), HUP_CODE);
  assertEquals(new Set(kernel.reports).size, 1);
  assertEquals(kernel.reports[0], "runsv a: fatal: unable to start a logger for log: file does not exist");
  assert(kernel.reports.length > 8 && a?.runs === 1, `${kernel.reports.length}`);
  nothingIsHeld(kernel);
});

Deno.test("a fault outside of a service ends in the next life, and a second one soon after it waits", () => {
  class Faulty extends SimulatedKernel {
    waits = 0;
    paused: number[] = [];
    override wait(timeoutMs: number): number {
      if (++this.waits % 3 === 0 && this.waits < 10) {
        throw new SysError({ call: "epoll_wait", errno: ERRNO.ENOMEM });
      }
      return super.wait(timeoutMs);
    }
    override pause(ms: number): void {
      this.paused.push(ms);
      super.pause(ms);
    }
  }
  const options = { costMs: 0, thriftyInodes: false, adopts: false, pid: 200, lastArgument: undefined };
  const kernel = new Faulty(new World(new Random(1)), options);
  kernel.expectsFaults = true;
  const [web] = fleetOf(kernel, ["web"]);
  let lives = 0;
  for (let code: number | undefined; code === undefined && lives < 10;) {
    lives++;
    try {
      code = superviseWhile(kernel);
    } catch (thrown) {
      if (!(thrown instanceof Gone)) throw thrown;
      kernel.bury();
      kernel.begin();
    }
  }
  assertEquals([lives, kernel.paused, web?.runs], [4, [1000, 2000], 1]);
  assertEquals(kernel.reports.map((line) => line.replace("runsvdir /service: warning: ", "")), [
    "internal fault 1, starting again: out of memory",
    "internal fault 2, starting again in 1 s: out of memory",
    "internal fault 3, starting again in 2 s: out of memory",
  ]);
  nothingIsHeld(kernel);
});

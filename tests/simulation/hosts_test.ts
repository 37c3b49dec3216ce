/** What the hosts do where something is wrong from the start: one scene each, on the simulated kernel. */
import { assert, assertEquals } from "@std/assert";
import { SIGNAL } from "../../src/runtime/kernel.ts";
import { superviseDirectory, superviseOne, titleOf } from "../../src/supervision/host.ts";
import { HEALTHY, type Service } from "./actors.ts";
import { plainKernel, SimulatedKernel } from "./kernel.ts";
import { Random } from "./random.ts";
import { World } from "./world.ts";

const HUP_CODE = 111;

function addService(kernel: SimulatedKernel, path: string): Service {
  const { tree, actors } = kernel;
  const directory = tree.mkdir(tree.root, path);
  tree.write(tree.file(directory, "run", 0o755), "#!/bin/sh\n");
  const service: Service = {
    name: path,
    directory,
    character: { ...HEALTHY },
    bystander: false,
    runs: 0,
    logRuns: 0,
    logged: false,
    finish: "none",
    runStatus: 0,
  };
  actors.know(service);
  return service;
}

function fleetOf(kernel: SimulatedKernel, names: readonly string[]): Service[] {
  kernel.tree.mkdir(kernel.tree.root, "/service");
  return names.map((name) => addService(kernel, `/service/${name}`));
}

/** Runs the fleet; each time that nothing is left to do the next of `acts` is done, and after them HUP. */
function superviseWhile(kernel: SimulatedKernel, acts: readonly (() => void)[] = []): number {
  const rest = [...acts, () => kernel.raise(SIGNAL.HUP)];
  kernel.onIdle = () => {
    const act = rest.shift();
    act?.();
    return act !== undefined;
  };
  return superviseDirectory(kernel, { directory: "/service", newSessions: false, title: undefined });
}

function nothingIsHeld(kernel: SimulatedKernel): void {
  assertEquals([kernel.openOf("inode"), kernel.openOf("pipe"), kernel.locks], [0, 0, 0]);
}

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
  const send = (service: Service | undefined, letter: string) => {
    const fifo = service && kernel.tree.find(service.directory, "supervise/control");
    if (fifo?.kind === "fifo") fifo.pipe.put(letter);
  };
  const code = superviseWhile(kernel, [() => send(bad, "t"), () => send(good, "t"), () => send(bad, "d")]);
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
  kernel.descriptorLimit = 24;
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

/**
 * Tests what the hosts make of the things that a supervisor has left when it died or executed itself: one scene each.
 */
import type { Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import { SIGNAL } from "../../src/posix/signal.ts";
import type { ProcessFacts } from "../../src/runtime/kernel.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { SysError } from "../../src/sys/error.ts";
import { superviseDirectory } from "../../src/supervision/host.ts";
import type { Service } from "./actors.ts";
import { Gone, plainKernel, SimulatedKernel } from "./kernel.ts";
import { Random } from "../random.ts";
import {
  FLEET,
  fleetOf,
  HUP_CODE,
  labelsOf,
  loggedFleet,
  nothingIsHeld,
  send,
  superviseWhile,
} from "./scene.ts";
import { World } from "../kernel/world.ts";

/** A supervisor that dies as soon as it has sent a logger something, while `isMortal`. */
class Mortal extends SimulatedKernel {
  isMortal = false;
  constructor() {
    const options = { costMs: 0, thriftyInodes: false, adopts: false, pid: 200, lastArgument: undefined };
    super(new World(new Random(1)), options);
  }

  override send(...args: Parameters<SimulatedKernel["send"]>): number {
    const sent = super.send(...args);
    if (this.isMortal) this.die();
    return sent;
  }

  another(): void {
    this.bury();
    this.begin();
  }

  pass(ms: number): void {
    for (const untilMs = this.world.nowMs + ms; this.world.nowMs < untilMs;) {
      this.world.moveTo(Math.min(this.world.nextMs(), untilMs));
      this.world.catchUp();
    }
  }
}

Deno.test("a logger that was given a log just before its fleet was killed makes room for that of the next one", () => {
  for (const firstEnds of [true, false]) {
    const kernel = new Mortal();
    loggedFleet(kernel, { a: "\n" });
    assertThrows(() => superviseWhile(kernel, [() => kernel.die()]), Gone);
    kernel.another();
    const first = kernel.actors.alive().find(({ role }) => role === "logger");
    if (firstEnds && first !== undefined) kernel.actors.deliver(first, SIGNAL.KILL);
    kernel.isMortal = true;
    assertThrows(() => superviseWhile(kernel), Gone);
    kernel.isMortal = false;
    kernel.another();
    // Now two loggers may have the log. What the second was given it begins after three seconds, when no fleet has come.
    kernel.pass(5000);
    endsInOrder(kernel, ["svlogfleet own"]);
  }
});

/** Checks that the fleet comes to rest, with these processes beside those of services. */
function endsInOrder(kernel: SimulatedKernel, expected: readonly string[]): void {
  kernel.idleByMs = kernel.world.nowMs + 60_000;
  let labels: string[] = [];
  assertEquals(superviseWhile(kernel, [() => labels = labelsOf(kernel)]), HUP_CODE);
  assertEquals([labels, kernel.actors.all.size], [expected, 0]);
  nothingIsHeld(kernel);
}

Deno.test("a sealed logger that takes a log over when its fleet is killed makes room for that of the next fleet, too", () => {
  class Blind extends Mortal {
    unseen = 0;
    override processFacts(pid: number): ProcessFacts | undefined {
      if (pid === this.unseen) throw new SysError({ call: "open", errno: ERRNO.ENFILE });
      return super.processFacts(pid);
    }
  }
  const kernel = new Blind();
  loggedFleet(kernel, { a: "\n" });
  assertThrows(() => superviseWhile(kernel, [() => kernel.die()]), Gone);
  kernel.another();
  kernel.unseen = kernel.actors.alive().find(({ role }) => role === "logger")?.pid ?? 0;
  kernel.world.after(3500, () => {
    kernel.unseen = 0;
    kernel.isMortal = true;
  });
  assertThrows(() => superviseWhile(kernel), Gone);
  kernel.isMortal = false;
  kernel.another();
  kernel.pass(5000);
  endsInOrder(kernel, ["svlogfleet own"]);
});

/** Executes itself after a fault as soon as `fail` is called. */
class Faulty extends SimulatedKernel {
  #isFaulty = false;
  constructor() {
    const options = { costMs: 0, thriftyInodes: false, adopts: false, pid: 200, lastArgument: undefined };
    super(new World(new Random(1)), options);
    this.expectsFaults = true;
  }

  readonly fail = (): void => {
    this.#isFaulty = true;
    this.raise(SIGNAL.CHLD);
  };

  override wait(timeoutMs: number): number {
    if (!this.#isFaulty) return super.wait(timeoutMs);
    this.#isFaulty = false;
    throw new SysError({ call: "epoll_wait", errno: ERRNO.ENOMEM });
  }
}

Deno.test("a service that cannot begin at once after an execution loses no command, nor its log the pipe", () => {
  class Short extends Faulty {
    refused = 0;
    override lock(fd: Fd, shared: boolean): boolean {
      if (this.wordOfLastLife !== "" && this.refused++ === 0) {
        throw new SysError({ call: "flock", errno: ERRNO.ENOMEM });
      }
      return super.lock(fd, shared);
    }
  }
  const kernel = new Short();
  const [web] = fleetOf(kernel, ["web"]);
  assert(web !== undefined);
  kernel.tree.mkdir(web.directory, "log");
  kernel.tree.write(kernel.tree.file(web.directory, "log/run", 0o755), "#!/bin/sh\n");
  kernel.onExecution = () => send(kernel, web, "supervise/control", "u");
  // While the service is down the supervisor alone has the writing end of its log's pipe.
  const down = () => send(kernel, web, "supervise/control", "d");
  assertThrows(() => superviseWhile(kernel, [down, kernel.fail]), Gone);
  kernel.bury();
  kernel.begin();
  assertEquals(superviseWhile(kernel), HUP_CODE);
  assertEquals([kernel.reports.length, web.runs, web.logRuns, kernel.refused > 2], [2, 2, 1, true]);
  nothingIsHeld(kernel);
});

Deno.test("a service that the first look after an execution missed loses no command until its run is mended", () => {
  class Blind extends Faulty {
    looks = 0;
    override readDirectory(fd: Fd): string[] {
      if (this.wordOfLastLife === "" || this.looks++ > 0) return super.readDirectory(fd);
      throw new SysError({ call: "getdents", errno: ERRNO.ENOMEM });
    }
  }
  const kernel = new Blind();
  const [web, other] = fleetOf(kernel, ["web", "other"]);
  const run = web && kernel.tree.find(web.directory, "run");
  assert(web !== undefined && run !== undefined);
  kernel.onExecution = () => {
    send(kernel, web, "supervise/control", "t");
    kernel.tree.chmod(run, 0o644);
    kernel.world.after(20_000, () => kernel.tree.chmod(run, 0o755));
    kernel.world.after(40_000, () => kernel.raise(SIGNAL.HUP));
  };
  assertThrows(() => superviseWhile(kernel, [kernel.fail]), Gone);
  kernel.bury();
  kernel.begin();
  assertEquals(superviseWhile(kernel, []), HUP_CODE);
  assertEquals([web.runs, other?.runs], [2, 1]);
  nothingIsHeld(kernel);
});

Deno.test("a fleet that is told to stop before it has begun stops all that a dead one has left", () => {
  const kernel = plainKernel();
  const services = fleetOf(kernel, ["one", "two", "three"]);
  kernel.onIdle = () => {
    kernel.die();
    kernel.raise(SIGNAL.CHLD);
    return true;
  };
  assertThrows(() => superviseDirectory(kernel, FLEET), Gone);
  kernel.bury();
  kernel.begin();
  const processOf = (service?: Service) => kernel.actors.alive().find((actor) => actor.service === service);
  const [ended, ...stay] = services.map(processOf);
  assert(ended !== undefined && stay.length === 2 && !stay.includes(undefined));
  kernel.actors.deliver(ended, SIGNAL.KILL);
  kernel.readDirectory = () => ["one", "two", "three"];
  // The one that comes first leaves at once: it has an end that nobody saw.
  kernel.beforeWait = () => {
    kernel.beforeWait = undefined;
    kernel.raise(SIGNAL.HUP);
  };
  assertEquals(superviseDirectory(kernel, FLEET), HUP_CODE);
  assertEquals([...kernel.actors.all.values()], []);
  nothingIsHeld(kernel);
});

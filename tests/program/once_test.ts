/**
 * The one-shot rule. A `run` whose first command is `sv o .` runs once. If `sv u` arrives while `run` runs, there is
 * exactly one more pass, however often `sv u` comes. That pass begins after the request, and so sees whatever has
 * changed.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { Fleet, type Service } from "../fleet.ts";

/** Every pass writes a line when it has begun, and ends when it reads a line from the FIFO `gate`. */
const PASS = `#!/bin/sh
sv o .
echo pass >>passes
read line <gate
`;

async function oneShot(): Promise<Fleet> {
  const fleet = await Fleet.start({ ".making/run": PASS });
  try {
    new Deno.Command("mkfifo", { args: [join(fleet.services, ".making/gate")] }).outputSync();
    Deno.renameSync(join(fleet.services, ".making"), join(fleet.services, "fw"));
    return fleet;
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}

async function passes(fleet: Fleet, service: Service, wanted: number): Promise<void> {
  await fleet.eventually(`pass ${wanted}`, () => service.read("passes").split("\n").length - 1 === wanted);
}

/** Waits until the service is down, and not only between two lives. */
async function over(fleet: Fleet, service: Service): Promise<void> {
  await service.is("down");
  assertMatch((await fleet.sv("status", "fw")).stdout, /^down: fw: \d+s, normally up\n$/);
}

async function openGate({ directory }: Service): Promise<void> {
  await Deno.writeTextFile(join(directory, "gate"), "go\n");
}

Deno.test("a run that begins with sv o . runs once, and is down then, normally up", async () => {
  await using fleet = await oneShot();
  const fw = fleet.service("fw");
  await passes(fleet, fw, 1);
  await fw.is("run, want down");
  await openGate(fw);
  await over(fleet, fw);
  assertEquals(fw.read("passes"), "pass\n");
});

Deno.test("sv u while the pass runs causes exactly one more pass, however often it comes", async () => {
  await using fleet = await oneShot();
  const fw = fleet.service("fw");
  await passes(fleet, fw, 1);
  await fw.is("run, want down");
  for (let i = 0; i < 3; i++) assertEquals((await fleet.sv("up", "fw")).code, 0);
  await fw.is("run");
  await openGate(fw);
  await passes(fleet, fw, 2);
  await fw.is("run, want down");
  await openGate(fw);
  await over(fleet, fw);
  assertEquals(fw.read("passes"), "pass\npass\n");
});

Deno.test("sv u after the pass causes one more pass", async () => {
  await using fleet = await oneShot();
  const fw = fleet.service("fw");
  await passes(fleet, fw, 1);
  await openGate(fw);
  await fw.is("down");
  await fleet.sv("up", "fw");
  await passes(fleet, fw, 2);
  await openGate(fw);
  await over(fleet, fw);
  assertEquals(fw.read("passes"), "pass\npass\n");
});

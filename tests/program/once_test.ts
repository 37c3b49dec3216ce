/**
 * The one-shot rule: a `run` whose first command is `sv o .` is run once, and whoever asks for it with `sv u`
 * while it runs gets exactly one more pass, however often it is asked for, because that pass begins after the
 * question and so sees whatever changed.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { Fleet, type Service } from "../fleet.ts";

/** Every pass leaves a line when it has begun, and ends when it reads one from the FIFO `gate`. */
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

/** Down, and not for a pause only. */
async function over(fleet: Fleet, service: Service): Promise<void> {
  await service.is("down");
  assertMatch((await fleet.sv("status", "fw")).stdout, /^down: fw: \d+s, normally up\n$/);
}

async function openGate({ directory }: Service): Promise<void> {
  await Deno.writeTextFile(join(directory, "gate"), "go\n");
}

Deno.test("a run that begins with sv o . is run once, and is down then, normally up", async () => {
  await using fleet = await oneShot();
  const fw = fleet.service("fw");
  await passes(fleet, fw, 1);
  await fw.is("run, want down");
  await openGate(fw);
  await over(fleet, fw);
  assertEquals(fw.read("passes"), "pass\n");
});

Deno.test("sv u while the pass runs is exactly one more pass, however often it is said", async () => {
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

Deno.test("sv u when the pass is over is one pass", async () => {
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

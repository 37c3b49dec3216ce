/** Standard error is a pipe that nobody reads, or one whose reader is gone: nobody waits for it. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Fleet, STAY, type Tree } from "../fleet.ts";
import { processOf } from "../processes.ts";
import { output } from "../program.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

/** Complains without end; the others make the supervisor complain, once a second each. */
const TREE: Tree = {
  ...BYSTANDER,
  "noisy/run": "#!/bin/sh\necho begun >begun\nexec yes this is what it says, again and again >&2\n",
  ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`broken${i}/run`, "#!/no/such/thing\n"])),
};

/** Whether it sits in a call that waits, as a write to a full pipe does. */
function waits(pid: number): boolean {
  return processOf(pid)?.state === "S";
}

Deno.test("a standard error that is never read holds nobody up but who writes to it", async () => {
  await using fleet = await Fleet.start(TREE, { listens: false });
  const bystander = await Bystander.of(fleet);
  const noisy = await fleet.service("noisy").runs();
  let quietLooks = 0;
  await fleet.eventually("the pipe to be full", () => (quietLooks = waits(noisy) ? quietLooks + 1 : 0) > 20);
  for (let i = 0; i < 50; i++) await bystander.answerMs();
  // Broken services are tried again and again, and each try is a line that finds no room.
  const broken = fleet.service("broken0");
  const status = broken.status;
  await fleet.eventually("a few more tries", () => broken.status !== status);
  fleet.put("late/run", STAY);
  await fleet.service("late").runs();
  fleet.service("noisy").send("d");
  await fleet.service("noisy").is("down");
  await bystander.isWell();
});

Deno.test("a standard error whose reader is gone ends nothing", async () => {
  const { stdout } = await output("sh", ["-c", "echo $(ulimit -n)"]);
  assert(Number(stdout) > 0);
  await using fleet = await Fleet.start({ ...BYSTANDER, "broken/run": "#!/no/such/thing\n" }, {
    // The reader of the pipe leaves after the first line.
    through: ["sh", "-c", 'exec 2>&1 >/dev/null; exec "$@"', "sh"],
  });
  const bystander = await Bystander.of(fleet);
  await bystander.isWell();
  assertEquals(fleet.isAlive, true);
  await Deno.stat(join(fleet.services, "broken"));
});

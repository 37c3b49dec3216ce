/**
 * The supervisor's standard error is a pipe that is never read, or whose reader is gone. The supervisor never waits
 * for it.
 */
import { assertEquals } from "@std/assert";
import { Fleet, type Service, STAY, type Tree } from "../fleet.ts";
import { processOf } from "../processes.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

/** Services that cannot start. The supervisor complains of each of them once a second. */
const BROKEN: Tree = Object.fromEntries(
  Array.from({ length: 100 }, (_, i) => [`broken${i}/run`, "#!/no/such/thing\n"]),
);
/** A service that fills standard error by itself, without end. */
const NOISY: Tree = { "noisy/run": "#!/bin/sh\nexec yes this is what it says, again and again >&2\n" };

/** Waits until a broken service has been tried `wanted` times more. Each try puts a new time into its status. */
async function moreTries(fleet: Fleet, service: Service, wanted: number): Promise<void> {
  const seen = new Set<string>();
  await fleet.eventually(`${wanted} more tries`, () => seen.add(service.status).size > wanted);
}

Deno.test("a standard error that is never read delays nothing, and the supervisor tells later how much it dropped", async () => {
  await using fleet = await Fleet.start({ ...BYSTANDER, ...BROKEN, ...NOISY }, { stderr: "left" });
  const bystander = await Bystander.of(fleet);
  const noisy = fleet.service("noisy");
  const pid = await noisy.runs();
  // A process that only writes goes to sleep when the pipe is full.
  let looks = 0;
  await fleet.eventually("a full pipe", () => (looks = processOf(pid)?.state === "S" ? looks + 1 : 0) > 20);
  for (let i = 0; i < 20; i++) await bystander.answerMs();
  await moreTries(fleet, fleet.service("broken0"), 5);
  fleet.put("late/run", STAY);
  await fleet.service("late").runs();
  noisy.send("d");
  await noisy.is("down");
  await bystander.isWell();
  fleet.listen();
  await fleet.eventually(
    "the line about dropped messages",
    () => /denit: warning: \d+ messages dropped/.test(fleet.said.join("\n")),
  );
  await bystander.isWell();
});

Deno.test("a standard error whose reader is gone ends nothing", async () => {
  await using fleet = await Fleet.start({ ...BYSTANDER, "broken/run": "#!/no/such/thing\n" }, {
    stderr: "closed",
  });
  const bystander = await Bystander.of(fleet);
  await moreTries(fleet, fleet.service("broken"), 3);
  await bystander.isWell();
  assertEquals(fleet.said, []);
});

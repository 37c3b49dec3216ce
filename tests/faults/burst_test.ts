/**
 * Five hundred services end at the same moment. The supervisor starts all of them again, and answers others
 * meanwhile.
 */
import { assert, assertEquals } from "@std/assert";
import { Fleet, STAY, type Tree } from "../fleet.ts";
import { isAlive, signal } from "../processes.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

const NAMES = Array.from({ length: 500 }, (_, i) => `s${i}`);
const TREE: Tree = Object.fromEntries(NAMES.flatMap((name) => [
  [`${name}/run`, STAY],
  [`${name}/finish`, "#!/bin/sh\necho $1 $2 >>finished\n"],
]));

/** No command may wait this long for its answer, even on a machine with ten other things to do. */
const PROMPT_MS = 1000;
const DEADLINE_MS = 120_000;

Deno.test("500 services that crash at once run again, and an unrelated one is answered promptly meanwhile", async () => {
  await using fleet = await Fleet.start({ ...BYSTANDER, ...TREE });
  const services = NAMES.map((name) => fleet.service(name));
  await fleet.eventually(
    "all services to run",
    () => services.every((service) => service.stat === "run"),
    DEADLINE_MS,
  );
  const bystander = await Bystander.of(fleet);
  const pids = services.map((service) => service.pid);
  for (const pid of pids) signal(pid, "SIGKILL");
  let slowestMs = 0;
  let answers = 0;
  const begunMs = performance.now();
  await fleet.eventually("all services to run again", async () => {
    slowestMs = Math.max(slowestMs, await bystander.answerMs());
    answers++;
    return services.every((service, i) => service.stat === "run" && service.pid !== pids[i]);
  }, DEADLINE_MS);
  const tookMs = performance.now() - begunMs;
  console.log(
    `all again in ${tookMs.toFixed(0)} ms; ${answers} commands answered, the slowest in ${
      slowestMs.toFixed(1)
    } ms`,
  );
  assert(slowestMs < PROMPT_MS, `${slowestMs} ms`);
  assertEquals(services.filter((service) => !isAlive(service.pid)).length, 0);
  assertEquals(services.filter((service) => service.read("finished") !== "-1 9\n").length, 0);
  await bystander.isWell();
  assertEquals(fleet.said, []);
});

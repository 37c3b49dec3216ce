/** No process can be made: the limit of processes of a user is reached, and lifted again. */
import { assertEquals } from "@std/assert";
import { Fleet, STAY } from "../fleet.ts";
import { has, IS_ROOT } from "../machine.ts";
import { signal } from "../processes.ts";
import { Strace } from "../strace.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";
import { limit, OF_USER } from "./user.ts";

Deno.test({
  name:
    "a fork that is refused is one line, tried again, and forgotten when it succeeds (needs root and strace)",
  ignore: !IS_ROOT || !has("strace"),
  fn: async () => {
    await using fleet = await Fleet.start(
      { ...BYSTANDER, "web/run": STAY, "web/finish": "#!/bin/sh\n" },
      OF_USER,
    );
    const bystander = await Bystander.of(fleet);
    const web = fleet.service("web");
    const first = await web.runs();
    await limit(fleet, "nproc", 1);
    signal(first, "SIGKILL");
    await fleet.eventually("a line about it", () => fleet.said.length > 0);
    assertEquals(web.stat, "finish");
    await bystander.isWell();
    {
      await using strace = await Strace.of([fleet.pid], "process");
      await fleet.eventually("one more try", () => strace.lines.some((line) => line.includes("EAGAIN")));
    }
    assertEquals(fleet.said, ["runsv web: warning: unable to fork, sleeping: temporary failure"]);
    await limit(fleet, "nproc", 1000);
    await web.runs(first);
    await bystander.isWell();
    assertEquals(fleet.said.length, 1);
  },
});

/** The fleet's user reaches its limit of processes, so fork(2) fails until the limit is lifted. */
import { assertEquals } from "@std/assert";
import { Fleet, STAY } from "../fleet.ts";
import { has, IS_ROOT } from "../machine.ts";
import { signal } from "../processes.ts";
import { Strace } from "../strace.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";
import { limit, OF_USER } from "./user.ts";

Deno.test({
  name: "if fork is refused, runsv prints one line and tries again until it succeeds (needs root and strace)",
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
    await fleet.eventually("a line about the fork", () => fleet.said.length > 0);
    assertEquals(web.stat, "finish");
    await bystander.isWell();
    {
      await using strace = await Strace.of([fleet.pid], "process");
      await fleet.eventually("a second try", () => strace.lines.some((line) => line.includes("EAGAIN")));
    }
    assertEquals(fleet.said, ["runsv web: warning: unable to fork, sleeping: temporary failure"]);
    await limit(fleet, "nproc", 1000);
    await web.runs(first);
    await bystander.isWell();
    assertEquals(fleet.said.length, 1);
  },
});

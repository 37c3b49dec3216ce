/** The clock of a running fleet is set back by a day, and forward again (`tests/clock.ts`). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { CAN_SET_CLOCK, clockEnvironment, DAY_S, makeClock } from "../clock.ts";
import { unpackStatus } from "../../src/runit/status.ts";
import { Fleet, type Service, STAY } from "../fleet.ts";
import { signal } from "../processes.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-clock-" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Unix seconds of the last change, as the status file tells. */
function sinceS(service: Service): number {
  const record = unpackStatus(Deno.readFileSync(join(service.directory, "supervise/status")));
  return Number((record?.sinceNs ?? 0n) / 1_000_000_000n);
}

Deno.test({
  name: "a clock that is set back by a day, and forward again, delays and ends nothing (needs gcc)",
  ignore: !CAN_SET_CLOCK,
  fn: () =>
    inDirectory(async (directory) => {
      const { library, setBack } = await makeClock(directory);
      await using fleet = await Fleet.start({
        ...BYSTANDER,
        "web/run": STAY,
        // After a life shorter than a second the supervisor waits one second.
        "brief/run": "#!/bin/sh\necho life >>lives\n",
      }, { env: clockEnvironment({ library, setBack }) });
      const bystander = await Bystander.of(fleet);
      const [web, brief] = [fleet.service("web"), fleet.service("brief")];
      const livesOfBrief = () => brief.read("lives").split("\n").length - 1;
      let pid = await web.runs();
      for (const isBack of [true, false]) {
        if (isBack) Deno.writeTextFileSync(setBack, "");
        else Deno.removeSync(setBack);
        signal(pid, "SIGKILL");
        pid = await web.runs(pid);
        const shownS = sinceS(web) - Date.now() / 1000;
        assert(Math.abs(shownS + (isBack ? DAY_S : 0)) < 60, `the status file is off by ${shownS} s`);
        const lives = livesOfBrief();
        const begunMs = performance.now();
        await fleet.eventually("three more lives of brief", () => livesOfBrief() >= lives + 3);
        const tookMs = performance.now() - begunMs;
        assert(tookMs > 1900, `two pauses of a second took ${tookMs} ms`);
        // A directory that is filled in place starts once it is quiet. The supervisor knows that by the times of
        // change.
        const late = `late${isBack}`;
        fleet.put(`${late}/run`, STAY);
        await fleet.service(late).runs();
        await bystander.isWell();
        // sv reads the same clock as everyone, so an age is never negative.
        assertMatch((await fleet.sv("status", "web")).stdout, /^run: web: \(pid \d+\) \d+s\n$/);
      }
      assertEquals(fleet.said, []);
    }),
});

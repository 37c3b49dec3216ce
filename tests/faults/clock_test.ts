/**
 * The clock is set back by a day while the fleet runs. Nobody's clock is touched: a small library put before libc
 * answers clock_gettime(CLOCK_REALTIME) for the one process, with or without the day, as a file says.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { unpackStatus } from "../../src/supervision/status.ts";
import { Fleet, type Service, STAY } from "../fleet.ts";
import { has } from "../machine.ts";
import { signal } from "../processes.ts";
import { output } from "../program.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

const DAY_S = 86_400;

/** The program asks dlsym for clock_gettime: so that is what is answered differently. */
const LIBRARY = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

static int shifted(clockid_t clock, struct timespec *now) {
  const char *file = getenv("CLOCK_SET_BACK");
  int answer = syscall(SYS_clock_gettime, clock, now);
  if (answer == 0 && clock == CLOCK_REALTIME && file && access(file, F_OK) == 0) now->tv_sec -= ${DAY_S};
  return answer;
}

void *dlsym(void *handle, const char *name) {
  static void *(*real)(void *, const char *);
  if (!real) real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
  if (!real) real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
  if (!real) real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
  return strcmp(name, "clock_gettime") == 0 ? (void *) shifted : real(handle, name);
}
`;

async function withLibrary(use: (library: string, setBack: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-clock-" });
  try {
    await Deno.writeTextFile(join(directory, "clock.c"), LIBRARY);
    const made = await output("gcc", ["-shared", "-fPIC", "-o", "clock.so", "clock.c", "-ldl"], {
      cwd: directory,
    });
    assertEquals(made.stderr, "");
    await use(join(directory, "clock.so"), join(directory, "set-back"));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Unix seconds of the last change, by its status file. */
function sinceS(service: Service): number {
  const record = unpackStatus(Deno.readFileSync(join(service.directory, "supervise/status")));
  return Number((record?.sinceNs ?? 0n) / 1_000_000_000n);
}

Deno.test({
  name: "a clock that is set back by a day, and forth again, delays nothing and ends nothing (needs gcc)",
  ignore: !has("gcc"),
  fn: () =>
    withLibrary(async (library, setBack) => {
      await using fleet = await Fleet.start({
        ...BYSTANDER,
        "web/run": STAY,
        // Lives shorter than a second are followed by a pause of one.
        "brief/run": "#!/bin/sh\necho life >>lives\n",
      }, { env: { LD_PRELOAD: library, CLOCK_SET_BACK: setBack } });
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
        // A directory that is filled in place waits for quiet, which is told by times of change.
        const late = `late${isBack}`;
        fleet.put(`${late}/run`, STAY);
        await fleet.service(late).runs();
        await bystander.isWell();
        // sv has the clock that everybody has: an age is never negative.
        assertMatch((await fleet.sv("status", "web")).stdout, /^run: web: \(pid \d+\) \d+s\n$/);
      }
      assertEquals(fleet.said, []);
    }),
});

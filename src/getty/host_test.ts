import { ERRNO } from "../posix/errno.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import type { Outcome } from "../cli/outcome.ts";
import { TerminalKernel } from "../../tests/kernel/terminals.ts";
import { runGetty } from "./host.ts";
import { type GettyOptions, readGettyOptions } from "./options.ts";

function optionsOf(...args: readonly string[]): GettyOptions {
  const request = readGettyOptions(args);
  assert(request.kind === "options");
  return request.options;
}

function kernelWith(typed: string, change: Partial<TerminalKernel> = {}): TerminalKernel {
  const kernel = Object.assign(new TerminalKernel(), change);
  kernel.typed = Array.from(typed, (character) => character.charCodeAt(0));
  return kernel;
}

const PLAIN = optionsOf("9600", "tty1", "vt100");

function argvOf(outcome: Outcome): readonly string[] | number {
  return outcome.kind === "become" ? outcome.argv : outcome.code;
}

Deno.test("getty does its steps in BusyBox's order", () => {
  const kernel = kernelWith("me\r");
  const outcome = runGetty(kernel, PLAIN);
  assertEquals(argvOf(outcome), ["/bin/login", "--", "me"]);
  assert(outcome.kind === "become");
  assertEquals(outcome.environment, ["PATH=/bin", "TERM=vt100"]);
  assertEquals(kernel.shown, "\r\nHi\n\rbox login: me\n");
  const steps = ["setsid", "open /dev/tty1", "chown 0 0 0", "chmod 0 620", "duplicate 0 1", "control 0"]
    .concat(["foreground 0 42", "tcgetattr 0", "open /var/run/utmp", "discard both", "tcsetattr 0"])
    .concat(["discard input", "read 0", "non-blocking 0 false", "close on exec 3"]);
  let from = 0;
  for (const step of steps) {
    const at = kernel.done.indexOf(step, from);
    assert(at >= 0, `${step} is not behind ${kernel.done[from]}`);
    from = at;
  }
});

Deno.test("getty -t counts from when it can ask, and also ends getty on a terminal that takes no output", () => {
  const timed = optionsOf("-t", "5", "9600", "tty1");
  const silent = kernelWith("m");
  assertEquals(argvOf(runGetty(silent, timed)), 0);
  assertEquals(silent.nowMs, 5000);
  // The last settings are those of a session: getty leaves the line as login would find it.
  assertEquals(silent.settingsSet.at(-1)?.[12], 0o73 & 0xff);
  const stuck = kernelWith("", { takes: false });
  assertEquals(argvOf(runGetty(stuck, timed)), 0);
  // Five seconds until pending output is sent, and five of -t.
  assertEquals(stuck.nowMs, 10_000);
});

Deno.test("getty exits with 0 when the line has gone, wherever it was", () => {
  for (const args of [["9600", "tty1"], ["-w", "9600", "tty1"], ["9600,1200", "tty1"]]) {
    assertEquals(argvOf(runGetty(kernelWith("ro", { hangsUp: true }), optionsOf(...args))), 0);
  }
});

Deno.test("getty hands a name to login even if the line goes just behind it", () => {
  assertEquals(argvOf(runGetty(kernelWith("me\r", { hangsUp: true }), PLAIN)), ["/bin/login", "--", "me"]);
});

Deno.test("getty lets a terminal go if it leads a session, and refuses at once if it leads only a group", () => {
  const leader = kernelWith("me\r", { isLeader: true });
  assertEquals(argvOf(runGetty(leader, PLAIN)), ["/bin/login", "--", "me"]);
  assert(leader.done.includes("let go"));
  const member = kernelWith("me\r", { failing: 0, failingErrno: ERRNO.EPERM });
  assertEquals(argvOf(runGetty(member, PLAIN)), 1);
  assertEquals([member.log, member.nowMs], ["getty: setsid: permission denied\n", 0]);
});

Deno.test("getty waits for a lock on utmp, but not for ever", () => {
  const briefly = kernelWith("me\r", { lockedForMs: 200 });
  assertEquals(argvOf(runGetty(briefly, PLAIN)), ["/bin/login", "--", "me"]);
  assertEquals(briefly.tree.textOf("/var/run/utmp")?.length, 384);
  const forEver = kernelWith("me\r", { lockedForMs: Infinity });
  assertEquals(argvOf(runGetty(forEver, PLAIN)), ["/bin/login", "--", "me"]);
  assertEquals([forEver.tree.textOf("/var/run/utmp")?.length, forEver.nowMs < 11_000], [0, true]);
});

Deno.test("getty hands the typed name to login or waits ten seconds and exits, whichever call fails", () => {
  const calls = (() => {
    const kernel = kernelWith("me\r");
    runGetty(kernel, PLAIN);
    return kernel.calls;
  })();
  const outcomes = new Set<string>();
  for (let failing = 0; failing < calls; failing++) {
    for (const failingErrno of [ERRNO.EIO, ERRNO.ENOTTY, ERRNO.EACCES]) {
      const kernel = kernelWith("me\r", { failing, failingErrno });
      const result = argvOf(runGetty(kernel, PLAIN));
      outcomes.add(JSON.stringify(result));
      if (typeof result === "number") {
        const isError = result === 1 && kernel.failed !== "setsid";
        assertEquals(kernel.nowMs >= 10_000, isError, kernel.failed);
        if (result === 1) assert(kernel.log.startsWith("getty"), kernel.failed);
      } else assertEquals(result, ["/bin/login", "--", "me"], kernel.failed);
    }
  }
  assertEquals([...outcomes].sort(), ["0", "1", '["/bin/login","--","me"]']);
});

Deno.test("getty ends whatever is typed with any options, and gives login no option", (t) => {
  const bytes = fc.uint8Array({ maxLength: 400 });
  const options = fc.subarray(["-w", "-i", "-n", "-L", "-m", "-h"]);
  forAll(
    t,
    fc.property(bytes, options, fc.constantFrom("9600", "9600,1200,0"), (typed, flags, rates) => {
      const kernel = kernelWith(String.fromCharCode(...typed), { hangsUp: true });
      const result = argvOf(runGetty(kernel, optionsOf(...flags, rates, "tty1")));
      if (result === 0) return;
      assert(typeof result !== "number");
      const [login, dashes, ...rest] = result;
      assertEquals([login, dashes], ["/bin/login", "--"]);
      assertEquals(rest.length, flags.includes("-n") ? 0 : 1);
      for (const name of rest) assert(name.length > 0 && name.length <= 127);
    }),
  );
});

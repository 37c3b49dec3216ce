/** svlogd when any system call may fail for a while. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { ERRNO } from "../posix/errno.ts";
import { act, configs, disk, END, logged, run, scripts, TERM, wholeText } from "./logger_play_test.ts";
import { MemoryKernel } from "../../tests/kernel/logger.ts";

Deno.test("svlogd sends every line once, and notes before it that it could not be sent, whatever fails for a while", (t) => {
  const sending = fc.infiniteStream(fc.boolean());
  const writing = fc.infiniteStream(fc.constantFrom(0, 0, 0, ERRNO.ENOSPC));
  const size = fc.integer({ min: 30, max: 300 });
  forAll(
    t,
    fc.property(scripts, size, fc.boolean(), sending, writing, (script, size, only, sends, writes) => {
      const on = disk({ log: `s${size}\nn0\n-a*\n${only ? "U" : "u"}1.2.3.4\n` });
      const kernel = new MemoryKernel(on, [...script, END]);
      const outcomes: boolean[] = [];
      kernel.fault = (call) => {
        if (call === "write") return writes.next().value || undefined;
        if (call !== "sendto") return undefined;
        outcomes.push(sends.next().value === true);
        return outcomes.at(-1) === true ? undefined : ERRNO.EPERM;
      };
      assertEquals(run(kernel, "-l", "8", "log"), 0);
      const lines = wholeText(script).split("\n").slice(0, -1).filter((one) => !one.startsWith("a"));
      const payload = (one: string) => `${one.slice(0, 8)}${one.length < 8 ? "" : "..."}\n`;
      const told = (one: string, at: number) =>
        outcomes[at] === true ? "" : `warning: failure sending through udp: ${payload(one)}`;
      assertEquals(outcomes.length, lines.length);
      assertEquals(
        logged(on, "log"),
        lines.map((one, at) => `${told(one, at)}${only ? "" : `${one}\n`}`).join(""),
      );
      const arrived = lines.filter((_, at) => outcomes[at] === true);
      assertEquals(kernel.sent, arrived.map((one) => `${0x01020304}:514 ${payload(one)}`));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("svlogd logs every line once and in order, whatever fails for a while", (t) => {
  const errnos = fc.constantFrom(ERRNO.EIO, ERRNO.ENOSPC, ERRNO.EMFILE, ERRNO.EROFS);
  const faults = fc.infiniteStream(fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, {
    weight: 1,
    arbitrary: errnos,
  }));
  forAll(
    t,
    fc.property(scripts, configs, faults, fc.constantFrom(END, TERM), (script, config, errors, last) => {
      const on = disk({ log: config });
      let opened = false;
      const kernel = new MemoryKernel(on, [act(() => opened = true), ...script, act(() => {}), last]);
      kernel.fault = (call) => {
        // A directory that cannot be opened is given up for good, and so is a file that is gone.
        if (!opened || /^(read|open (log|lock|config)|stat|unlink)/.test(call)) return undefined;
        return errors.next().value || undefined;
      };
      assertEquals(run(kernel, "-l", "6", "log"), 0);
      assertEquals(logged(on, "log") + kernel.unread, wholeText(script));
      assertEquals(on.names("log").filter((name) => /\.[tu]$/.test(name)), []);
      assertEquals(on.files.get("log/current")?.mode, 0o744);
      assertEquals(kernel.openDescriptors, 3, "signals, and what keeps descriptors 4 and 5");
    }),
    { numRuns: 2000 },
  );
});

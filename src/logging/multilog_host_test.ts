/** multilog as a whole: also when system calls fail for a while, and when it is killed. */
import { ERRNO } from "../posix/errno.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { runMultilog } from "./host.ts";
import { act, ALRM, END, input, logged, TERM, wholeText } from "./logger_play_test.ts";
import { Disk, MemoryKernel } from "../../tests/kernel/logger.ts";
import { liveOn, lives } from "./mortal_kernel_test.ts";
import { parseScript, type Script } from "./multilog.ts";

/** A script with smaller logs and lines than a script can ask for: logs end in the middle of lines, and most lines are long. */
function small(size: number, ...args: string[]): Script {
  const script = parseScript(args);
  const directories = script.directories.map(({ name, config }) => ({
    name,
    config: { ...config, sizeBytes: size },
  }));
  return { ...script, directories, lineBytes: 6 };
}

const line = fc.string({ unit: fc.constantFrom("x", "y", " "), maxLength: 12 }).map((text) => `${text}\n`);
const text = fc.array(line, { maxLength: 20 }).map((lines) => lines.join(""));
const happenings = fc.array(
  fc.oneof({ weight: 6, arbitrary: text.map(input) }, { weight: 1, arbitrary: fc.constant(ALRM) }),
  { maxLength: 12 },
);
const logs = fc.record({ size: fc.integer({ min: 12, max: 60 }), processed: fc.boolean() });

Deno.test("multilog reads a line to its end when TERM comes in it, and no further", () => {
  const on = new Disk();
  const kernel = new MemoryKernel(on, [
    input("one\nt"),
    TERM,
    input("w"),
    act(() => assertEquals(on.text("./log/current"), "one\n")),
    input("o\nthree\n"),
  ]);
  assertEquals(runMultilog(kernel, parseScript(["./log"])), 0);
  assertEquals([on.text("./log/current"), kernel.unread], ["one\ntwo\n", "three\n"]);
});

Deno.test("multilog reads nothing and closes everything when a part of its script cannot be opened", () => {
  const on = new Disk();
  const kernel = new MemoryKernel(on, [input("one\n"), END]);
  kernel.fault = (call) => call === "open ./b" ? ERRNO.EACCES : undefined;
  assertEquals(runMultilog(kernel, parseScript(["./a", "./b", "./c"])), 111);
  assertEquals(kernel.stderr, ["multilog: fatal: unable to open directory ./b: access denied\n"]);
  assertEquals([on.files.get("./a/current")?.mode, on.names("./c"), kernel.unread], [0o744, [], "one\n"]);
});

Deno.test("a script without directories writes only status files, each with the last line that it selects", () => {
  const on = new Disk();
  const kernel = new MemoryKernel(on, [input("one\nxtwo\nthree\n"), END]);
  assertEquals(runMultilog(kernel, parseScript(["=all", "-*", "+x*", "=some", "e", "=all"])), 0);
  assertEquals(on.text("all")?.slice(-1001), `three${"\n".repeat(996)}`);
  assertEquals(on.text("some")?.slice(-1001), `xtwo${"\n".repeat(997)}`);
  assertEquals(kernel.stderr, ["xtwo\n"]);
});

Deno.test("multilog tries a status file every five seconds until it can be written, and lines wait", () => {
  const on = new Disk();
  const kernel = new MemoryKernel(on, [
    input("one\n"),
    { kind: "pass", ms: 2000 },
    ALRM,
    { kind: "pass", ms: 10_000 },
    input("two\n"),
    END,
  ]);
  const triedAtMs: number[] = [];
  kernel.fault = (call) => {
    if (call !== "open file") return undefined;
    triedAtMs.push(kernel.nowMs);
    return triedAtMs.length > 1 && kernel.nowMs < 11_000 ? ERRNO.EACCES : undefined;
  };
  assertEquals(runMultilog(kernel, parseScript(["=file", "./log"])), 0);
  assertEquals(triedAtMs, [1000, 1000, 6000, 11_000, 13_000]);
  const said = "multilog: warning: unable to create file, pausing: access denied\n";
  assertEquals(kernel.stderr, [said, said]);
  assertEquals([on.text("file")?.slice(-1001, -998), logged(on, "./log")], ["two", "one\ntwo\n"]);
});

Deno.test("multilog leaves nothing but logs in a directory: no accounts, no journal", () => {
  const on = new Disk();
  assertEquals(runMultilog(new MemoryKernel(on, [input("one\n"), END]), parseScript(["./log"])), 0);
  assertEquals(on.names("./log").sort(), ["current", "lock", "state"]);
});

Deno.test("multilog logs every line once and in order, whatever fails for a while", (t) => {
  const errnos = fc.constantFrom(ERRNO.EIO, ERRNO.ENOSPC, ERRNO.EMFILE, ERRNO.EROFS);
  const faults = fc.infiniteStream(
    fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: errnos }),
  );
  forAll(
    t,
    fc.property(happenings, logs, faults, fc.constantFrom(END, TERM), (script, log, errors, last) => {
      const on = new Disk();
      let opened = false;
      const kernel = new MemoryKernel(on, [act(() => opened = true), ...script, act(() => {}), last]);
      kernel.fault = (call) => !opened || call === "read" ? undefined : errors.next().value || undefined;
      kernel.processor = (text) => {
        const fails = errors.next().value > 0;
        return { status: fails ? 0x100 : 0, output: fails ? text.slice(0, 5) : text, state: "" };
      };
      const args = ["n9999", ...(log.processed ? ["!work"] : []), "=file", "./log"];
      assertEquals(runMultilog(kernel, small(log.size, ...args)), 0);
      assertEquals(logged(on, "./log") + kernel.unread, wholeText(script));
      assertEquals(
        on.names("./log").filter((name) => !/^(@.*\.s|current|lock|state|newstate)$/.test(name)),
        [],
      );
      assertEquals(on.files.get("./log/current")?.mode, 0o744);
      assertEquals(kernel.openDescriptors, 3, "signals, and what keeps descriptors 4 and 5");
    }),
    { numRuns: 1000 },
  );
});

Deno.test("every line is logged once and in order, wherever multilogs die", (t) => {
  forAll(
    t,
    fc.property(happenings, logs, lives, fc.boolean(), (script, log, deaths, stamped) => {
      const on = new Disk();
      const args = ["n9999", ...(log.processed ? ["!work"] : []), "./all", "-x*", "./some"];
      const whole = small(log.size, ...(stamped ? ["t"] : []), ...args);
      const run = (kernel: MemoryKernel) => runMultilog(kernel, whole);
      const last = liveOn(new MemoryKernel(on, [...script, END]), deaths, run);
      assertEquals(run(last), 0, "one more changes nothing");
      const wanted = wholeText(script);
      const without = wanted.split("\n").slice(0, -1).filter((one) => !one.startsWith("x"))
        .map((one) => `${one}\n`).join("");
      const plain = (text: string) => text.replace(/@[0-9a-f]{24} /g, "");
      assertEquals(plain(logged(on, "./all")), wanted);
      // A pattern sees the stamp, and no stamp begins with x.
      assertEquals(plain(logged(on, "./some")), stamped ? wanted : without);
      for (const name of ["previous", "processed"]) assertEquals(on.text(`./all/${name}`), undefined);
      assertEquals(on.names("/dev/shm"), [], "nothing is left for another multilog");
    }),
    { numRuns: 1000 },
  );
});

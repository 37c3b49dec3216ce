/** multilog on a kernel in memory: however calls fail, and wherever it dies. */
import { ERRNO } from "../posix/errno.ts";
import { SIGNAL } from "../posix/signal.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { runMultilog } from "./host.ts";
import { Death, Disk, type Happening, MemoryKernel } from "./memory_kernel_test.ts";
import { parseScript, type Script } from "./multilog.ts";

const END: Happening = { kind: "end" };
const TERM: Happening = { kind: "signal", signal: SIGNAL.TERM };
const ALRM: Happening = { kind: "signal", signal: SIGNAL.ALRM };

function input(text: string): Happening {
  return { kind: "input", text };
}

function act(change: () => void): Happening {
  return { kind: "act", act: change };
}

/** A script with logs and lines smaller than it can ask for: logs end in the midst of lines, and most lines are long. */
function small(size: number, ...args: string[]): Script {
  const script = parseScript(args);
  const directories = script.directories.map(({ name, config }) => ({
    name,
    config: { ...config, sizeBytes: size },
  }));
  return { ...script, directories, lineBytes: 6 };
}

/** Everything logged in a directory, oldest first. */
function logged(on: Disk, directory: string): string {
  const names = on.names(directory).filter((name) => name.startsWith("@")).sort();
  return [...names, "current"].map((name) => on.text(`${directory}/${name}`) ?? "").join("");
}

const line = fc.string({ unit: fc.constantFrom("x", "y", " "), maxLength: 12 }).map((text) => `${text}\n`);
const text = fc.array(line, { maxLength: 20 }).map((lines) => lines.join(""));
const happenings = fc.array(
  fc.oneof({ weight: 6, arbitrary: text.map(input) }, { weight: 1, arbitrary: fc.constant(ALRM) }),
  { maxLength: 12 },
);
const logs = fc.record({ size: fc.integer({ min: 12, max: 60 }), processed: fc.boolean() });

function wholeText(happening: readonly Happening[]): string {
  return happening.map((one) => one.kind === "input" ? one.text : "").join("");
}

Deno.test("TERM in a line reads it to its end, and no further", () => {
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

Deno.test("a script that cannot be opened reads nothing, and closes what it has opened", () => {
  const on = new Disk();
  const kernel = new MemoryKernel(on, [input("one\n"), END]);
  kernel.fault = (call) => call === "open ./b" ? ERRNO.EACCES : undefined;
  assertEquals(runMultilog(kernel, parseScript(["./a", "./b", "./c"])), 111);
  assertEquals(kernel.stderr, ["multilog: fatal: unable to open directory ./b: access denied\n"]);
  assertEquals([on.files.get("./a/current")?.mode, on.names("./c"), kernel.unread], [0o744, [], "one\n"]);
});

Deno.test("without a directory lines go to status files, of which the last counts", () => {
  const on = new Disk();
  const kernel = new MemoryKernel(on, [input("one\nxtwo\nthree\n"), END]);
  assertEquals(runMultilog(kernel, parseScript(["=all", "-*", "+x*", "=some", "e", "=all"])), 0);
  assertEquals(on.text("all")?.slice(-1001), `three${"\n".repeat(996)}`);
  assertEquals(on.text("some")?.slice(-1001), `xtwo${"\n".repeat(997)}`);
  assertEquals(kernel.stderr, ["xtwo\n"]);
});

Deno.test("a status file that cannot be written is tried every five seconds, and lines wait for it", () => {
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

Deno.test("nothing but logs is left in a directory: no accounts, no journal", () => {
  const on = new Disk();
  assertEquals(runMultilog(new MemoryKernel(on, [input("one\n"), END]), parseScript(["./log"])), 0);
  assertEquals([...on.files.keys()].sort(), ["./log/current", "./log/lock", "./log/state"]);
});

Deno.test("multilog: whatever fails for a while, every line is logged once and in order", (t) => {
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

/** What a process does while it lives: `calls` calls; the last is made, made in part or not made. */
interface Life {
  readonly calls: number;
  readonly last: "made" | "in part" | "not made";
}

/** A kernel whose process is killed at a call. */
function mortal(kernel: MemoryKernel, { calls, last }: Life): MemoryKernel {
  let left = calls;
  return new Proxy(kernel, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name === "wait") return value.bind(target);
      return (...args: unknown[]) => {
        const call = (): unknown => Reflect.apply(value, target, args);
        if (left-- > 0) return call();
        const [fd, bytes, length] = args;
        if (last === "made") call();
        else if (last === "in part" && name === "write" && fd !== 2 && typeof length === "number") {
          Reflect.apply(value, target, [fd, bytes, length >> 1]);
        }
        throw new Death();
      };
    },
  });
}

const lives = fc.array(
  fc.record({
    calls: fc.nat(250),
    last: fc.constantFrom<Life["last"]>("made", "in part", "not made"),
  }),
  { minLength: 1, maxLength: 4 },
);

Deno.test("multilog: wherever it dies, every line is logged once and in order", (t) => {
  forAll(
    t,
    fc.property(happenings, logs, lives, fc.boolean(), (script, log, deaths, stamped) => {
      const on = new Disk();
      const args = ["n9999", ...(log.processed ? ["!work"] : []), "./all", "-x*", "./some"];
      const whole = small(log.size, ...(stamped ? ["t"] : []), ...args);
      let kernel = new MemoryKernel(on, [...script, END]);
      for (const life of deaths) {
        try {
          runMultilog(mortal(kernel, life), whole);
          break;
        } catch (thrown) {
          if (!(thrown instanceof Death)) throw thrown;
        }
        kernel.die();
        kernel = kernel.successor();
      }
      assertEquals(runMultilog(kernel, whole), 0);
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

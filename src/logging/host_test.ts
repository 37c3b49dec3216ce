import { ERRNO } from "../posix/errno.ts";
import { SIGNAL } from "../posix/signal.ts";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { runLogger } from "./host.ts";
import { Death, Disk, type Happening, MemoryKernel } from "./memory_kernel_test.ts";
import { parseOptions } from "./options.ts";

/** The status file is written so long after the first line that it does not tell of. */
const STATUS_AGE_MS = 30_000;
const END: Happening = { kind: "end" };
const [TERM, HUP, ALRM] = [SIGNAL.TERM, SIGNAL.HUP, SIGNAL.ALRM].map(
  (signal): Happening => ({ kind: "signal", signal }),
) as [Happening, Happening, Happening];

function input(text: string): Happening {
  return { kind: "input", text };
}

function act(change: () => void): Happening {
  return { kind: "act", act: change };
}

function pass(ms: number): Happening {
  return { kind: "pass", ms };
}

function run(kernel: MemoryKernel, ...args: string[]): number {
  const parsed = parseOptions(args, "");
  if (parsed.kind !== "options") throw new Error("usage");
  return runLogger(kernel, parsed.options, kernel);
}

/** A disk with these directories; what is given is their config. */
function disk(configs: Readonly<Record<string, string>>): Disk {
  const made = new Disk();
  for (const [name, config] of Object.entries(configs)) {
    made.directories.add(name);
    made.put(`${name}/config`, config, 0o644);
  }
  return made;
}

const ASIDE = ["lock", "config", "status"];

/** Names of a log directory but those ASIDE, labels as numbers in their order, with mode and text. */
function listing(on: Disk, directory: string): string[] {
  const names = on.names(directory).filter((name) => !ASIDE.includes(name)).sort();
  const labels = [...new Set(names.filter((name) => name.startsWith("@")).map((name) => name.slice(0, 25)))];
  return names.map((name) => {
    const at = labels.indexOf(name.slice(0, 25));
    const file = on.files.get(`${directory}/${name}`);
    return `${at < 0 ? name : `@${at}${name.slice(25)}`} ${file?.mode.toString(8)} ${file?.text}`;
  });
}

/** Everything logged in a directory, oldest first. */
function logged(on: Disk, directory: string): string {
  const names = on.names(directory).filter((name) => name.startsWith("@")).sort();
  return [...names, "current"].map((name) => on.text(`${directory}/${name}`) ?? "").join("");
}

Deno.test("lines are appended to current, which is closed with mode 0744", () => {
  const on = disk({ log: "" });
  const kernel = new MemoryKernel(on, [
    input("one\n"),
    act(() => assertEquals(listing(on, "log"), ["current 644 one\n"])),
    input("two\n"),
    END,
  ]);
  assertEquals(run(kernel, "log"), 0);
  assertEquals(listing(on, "log"), ["current 744 one\ntwo\n"]);
  assertEquals(on.files.get("log/lock")?.mode, 0o600);
});

Deno.test("a beginning of a line waits for its end; the last one gets a newline", () => {
  const on = disk({ log: "" });
  const kernel = new MemoryKernel(on, [
    input("a\nb"),
    act(() => assertEquals(on.text("log/current"), "a\n")),
    input("c\nd"),
    act(() => assertEquals(on.text("log/current"), "a\nbc\n")),
    END,
  ]);
  run(kernel, "log");
  assertEquals(on.text("log/current"), "a\nbc\nd\n");
});

Deno.test("TERM takes what is there of the line that has begun, and leaves the next", () => {
  const on = disk({ log: "" });
  const together: Happening = { kind: "together", all: [TERM, input("c\nd\n")] };
  const kernel = new MemoryKernel(on, [input("a\nb"), together]);
  assertEquals(run(kernel, "log"), 0);
  assertEquals(on.text("log/current"), "a\nbc\n");
  assertEquals(kernel.unread, "d\n");
});

Deno.test("TERM between lines reads nothing, and in a line does not wait for its end", () => {
  const between = disk({ log: "" });
  const kernel = new MemoryKernel(between, [input("a\n"), { kind: "together", all: [TERM, input("b\n")] }]);
  assertEquals(run(kernel, "log"), 0);
  assertEquals(between.text("log/current"), "a\n");
  assertEquals(kernel.unread, "b\n");

  const within = disk({ log: "" });
  assertEquals(run(new MemoryKernel(within, [input("a\nb"), TERM]), "log"), 0);
  assertEquals(within.text("log/current"), "a\nb\n");
});

Deno.test("a second TERM changes nothing", () => {
  const on = disk({ log: "" });
  const together: Happening = { kind: "together", all: [TERM, TERM, input("c\nd\n")] };
  const kernel = new MemoryKernel(on, [input("a\nb"), together]);
  assertEquals(run(kernel, "log"), 0);
  assertEquals([on.text("log/current"), kernel.unread], ["a\nbc\n", "d\n"]);
});

Deno.test("current that was not closed cleanly becomes .u, one that was is appended to", () => {
  const on = disk({ dead: "", clean: "", empty: "" });
  on.put("dead/current", "old\n", 0o644);
  on.put("clean/current", "old\n", 0o744);
  on.put("empty/current", "", 0o644);
  run(new MemoryKernel(on, [input("new\n"), END]), "dead", "clean", "empty");
  assertEquals(listing(on, "dead"), ["@0.u 644 old\n", "current 744 new\n"]);
  assertEquals(listing(on, "clean"), ["current 744 old\nnew\n"]);
  assertEquals(listing(on, "empty"), ["current 744 new\n"]);
});

Deno.test("a log rotates at the end of a line from s - l on, and keeps n old ones", () => {
  const on = disk({ log: "s30\nn2\n" });
  const lines = ["1234567", "abcdefg", "ABCDEFG", "8901234"].map((line) => `${line}\n`);
  run(new MemoryKernel(on, [input(lines.join("")), END]), "-l", "15", "log");
  assertEquals(listing(on, "log"), [
    "@0.s 744 1234567\nabcdefg\n",
    "@1.s 744 ABCDEFG\n8901234\n",
    "current 744 ",
  ]);
  const more = new MemoryKernel(on, [input(lines.slice(0, 2).join("")), END]);
  more.nowMs = 2000;
  run(more, "-l", "15", "log");
  assertEquals(listing(on, "log"), [
    "@0.s 744 ABCDEFG\n8901234\n",
    "@1.s 744 1234567\nabcdefg\n",
    "current 744 ",
  ]);
});

Deno.test("a line that passes the size is cut there, and goes on in the next log", () => {
  const on = disk({ log: "s20\n" });
  run(new MemoryKernel(on, [input(`${"x".repeat(45)}\n`), END]), "-l", "10", "log");
  assertEquals(listing(on, "log"), [
    `@0.s 744 ${"x".repeat(20)}`,
    `@1.s 744 ${"x".repeat(20)}`,
    `current 744 ${"x".repeat(5)}\n`,
  ]);
});

Deno.test("ALRM rotates logs that are not empty", () => {
  const on = disk({ a: "", b: "-*\n" });
  run(new MemoryKernel(on, [input("1\n"), ALRM, ALRM, input("2\n"), END]), "a", "b");
  assertEquals(listing(on, "a"), ["@0.s 744 1\n", "current 744 2\n"]);
  assertEquals(listing(on, "b"), ["current 744 "]);
});

Deno.test("time rotates a log that is not empty, and an empty one is not waited for", () => {
  const on = disk({ log: "t10\n" });
  const kernel = new MemoryKernel(on, [
    pass(25_000),
    input("1\n"),
    pass(4_000),
    input("2\n"),
    pass(2_000),
    input("3\n"),
    END,
  ]);
  run(kernel, "log");
  assertEquals(listing(on, "log"), ["@0.s 744 1\n2\n", "current 744 3\n"]);
});

Deno.test("HUP reads config again and appends to current", () => {
  const on = disk({ log: "" });
  const kernel = new MemoryKernel(on, [
    input("a\nb"),
    act(() => on.put("log/config", "pP \n-x*\n", 0o644)),
    HUP,
    input("1\nx\nc\n"),
    END,
  ]);
  run(kernel, "log");
  assertEquals(listing(on, "log"), ["current 744 a\nP b1\nP c\n"]);
});

Deno.test("a directory that cannot be locked is passed over until the next HUP", () => {
  const on = disk({ a: "", b: "" });
  const locked = new Set(["b/lock"]);
  const kernel = new MemoryKernel(on, [
    input("1\n"),
    act(() => locked.clear()),
    HUP,
    input("2\n"),
    END,
  ], locked);
  assertEquals(run(kernel, "a", "b"), 0);
  assertEquals(kernel.stderr, ["svlogd: warning: unable to lock directory: b: temporary failure\n"]);
  assertEquals(on.text("a/current"), "1\n2\n");
  assertEquals(on.text("b/current"), "2\n");
});

Deno.test("no usable directory is fatal, at the start and at a HUP", () => {
  const on = disk({ log: "" });
  const none = new MemoryKernel(on, []);
  assertEquals(run(none, "no", "log/config"), 111);
  assertEquals(none.stderr, [
    "svlogd: warning: unable to open log directory: no: file does not exist\n",
    "svlogd: warning: unable to change directory: log/config: not a directory\n",
    "svlogd: fatal: no functional log directories.\n",
  ]);
  const stamped = new MemoryKernel(on, []);
  assertEquals(run(stamped, "-tt", "no"), 111);
  assertEquals(stamped.stderr.at(-1), "svlogd: fatal: no functional log directories.\n");
  const gone = new MemoryKernel(on, [act(() => on.directories.delete("log")), HUP]);
  assertEquals(run(gone, "log"), 111);
});

Deno.test("a status that there is no room for leaves nothing behind", () => {
  const on = disk({ log: "" });
  on.room = 2;
  assertEquals(run(new MemoryKernel(on, [input("1\n"), END]), "log"), 0);
  assertEquals(on.names("log").sort(), ["config", "current", "lock"]);
});

Deno.test("a full disk pauses the logger and loses nothing", () => {
  const on = disk({ log: "" });
  const kernel = new MemoryKernel(on, [input("12345\n67890\n")]);
  on.room = 8;
  let writes = 0;
  kernel.fault = (call) => {
    if (call === "write" && ++writes === 5) on.room = 100;
    return undefined;
  };
  assertThrows(() => run(kernel, "log"), Error, "waits for ever");
  const pausing = "svlogd: pausing: unable to write to current: log: out of disk space\n";
  assertEquals(kernel.stderr, [pausing, pausing, pausing]);
  assertEquals(kernel.nowMs, 1000 + 3 * 3000 + STATUS_AGE_MS);
  assertEquals(on.text("log/current"), "12345\n67890\n");
});

Deno.test("a full disk costs old logs while more than N are left", () => {
  const on = disk({ log: "n5\nN1\n" });
  for (const label of ["1", "2", "3"]) on.put(`log/@${label.repeat(24)}.s`, "old", 0o744);
  on.room = 2;
  const kernel = new MemoryKernel(on, [input("12345678\n"), act(() => on.room = 1000), END]);
  run(kernel, "log");
  const pausing = "svlogd: pausing: unable to write to current: log: out of disk space\n";
  const deleted = (label: string) =>
    `svlogd: warning: out of disk space, delete: log/@${label.repeat(24)}.s\n`;
  assertEquals(kernel.stderr, [deleted("1"), deleted("2"), pausing]);
  assertEquals(listing(on, "log"), ["@0.s 744 old", "current 744 12345678\n"]);
});

Deno.test("signals are heard while the disk is full", () => {
  const on = disk({ log: "" });
  on.room = 0;
  const kernel = new MemoryKernel(on, [input("1\n"), TERM, act(() => on.room = 10)]);
  assertEquals(run(kernel, "log"), 0);
  assertEquals(listing(on, "log"), ["current 744 1\n"]);
});

Deno.test("a status file accounts for everything, and goes on where it stood", () => {
  const on = disk({ all: "", some: "-a*\npP \n" });
  run(new MemoryKernel(on, [input("one\nab\n"), END]), "-t", "all", "some");
  assertEquals(
    on.text("some/status"),
    "in 7 bytes 2 lines\nwritten 32 bytes 1 lines\ndeselected 3 bytes 1 lines\ndropped 0 bytes 0 lines\n",
  );
  run(new MemoryKernel(on, [input("two\nx"), END]), "all", "some");
  const text =
    "in 13 bytes 4 lines\nwritten 65 bytes 4 lines\ndeselected 0 bytes 0 lines\ndropped 0 bytes 0 lines\n";
  assertEquals(on.text("all/status"), text);
  assertEquals(on.files.get("all/status")?.mode, 0o644);
});

Deno.test("with ':when-full drop' a full disk costs old logs, then lines, and the log says how many", () => {
  const on = disk({ log: ":when-full drop\n" });
  on.put(`log/@${"1".repeat(24)}.s`, "old", 0o744);
  on.room = 4;
  const kernel = new MemoryKernel(on, [
    input("123\n"),
    input("12345678\nabc\n"),
    input("more\n"),
    act(() => assertEquals(on.text("log/current"), "123\n")),
    act(() => on.room = 1000),
    pass(3000),
    input("good\n"),
    END,
  ]);
  assertEquals(run(kernel, "log"), 0);
  assertEquals(listing(on, "log"), [
    "current 744 123\nsvlogd: dropped 18 bytes, 3 lines: out of disk space\ngood\n",
  ]);
  assertEquals(
    on.text("log/status"),
    "in 27 bytes 5 lines\nwritten 62 bytes 2 lines\ndeselected 0 bytes 0 lines\ndropped 18 bytes 3 lines\n",
  );
});

Deno.test("what was dropped is told by the logger that comes after one that was killed", () => {
  const on = disk({ log: ":when-full drop\n" });
  on.room = 0;
  const first = new MemoryKernel(on, [input("lost\n")]);
  first.fault = (call) => {
    if (call === "write" && first.nowMs > 1000) throw new Death();
    return undefined;
  };
  assertThrows(() => run(first, "log"), Death);
  first.die();
  on.room = 1000;
  assertEquals(run(new MemoryKernel(on, [input("good\n"), END]), "log"), 0);
  assertEquals(oneOfEach(on), "svlogd: dropped 5 bytes, 1 lines: out of disk space\ngood\n");
});

Deno.test("a processor gets the log, its state, and gives both back", () => {
  const on = disk({ log: "!work\n" });
  const kernel = new MemoryKernel(on, [input("a\n"), ALRM, input("b\n"), ALRM, END]);
  const calls: string[] = [];
  kernel.processor = (text, state, command) => {
    calls.push(`${command} ${JSON.stringify(text)} ${JSON.stringify(state)}`);
    return { status: 0, output: text.toUpperCase(), state: `${state}+` };
  };
  run(kernel, "log");
  assertEquals(calls, ['work "a\\n" ""', 'work "b\\n" "+"']);
  assertEquals(listing(on, "log"), ["@0.s 744 A\n", "@1.s 744 B\n", "current 744 ", "state 644 ++"]);
});

Deno.test("a second rotation waits for the processor, and lines wait with it", () => {
  const on = disk({ log: "!work\ns20\n" });
  const kernel = new MemoryKernel(on, [
    input("123456789\n"),
    act(() => {}),
    input("abcdefghi\n"),
    act(() => assertEquals(on.text("log/current"), "abcdefghi\n")),
    input("ABCDEFGHI\n"),
    act(() => assertEquals(kernel.unread, "ABCDEFGHI\n")),
    act(() => kernel.endProcessor()),
    END,
  ]);
  run(kernel, "-l", "10", "log");
  assertEquals(listing(on, "log"), [
    "@0.s 744 123456789\n",
    "@1.s 744 abcdefghi\n",
    "@2.s 744 ABCDEFGHI\n",
    "current 744 ",
    "state 644 ",
  ]);
});

Deno.test("a processor that fails starts again, and after that with pauses", () => {
  const on = disk({ log: "!work\n" });
  const kernel = new MemoryKernel(on, [input("a\n"), ALRM]);
  let tries = 0;
  kernel.processor = (text) => ({ status: ++tries < 4 ? 1 << 8 : 0, output: text, state: "" });
  assertThrows(() => run(kernel, "log"), Error, "waits for ever");
  const failed = "svlogd: warning: processor failed, restart: log\n";
  assertEquals(kernel.stderr, [failed, failed, failed]);
  assertEquals(kernel.nowMs, 1000 + Math.max(2 * 3000, STATUS_AGE_MS));
  assertEquals(listing(on, "log"), ["@0.s 744 a\n", "current 644 ", "state 644 "]);
});

Deno.test("HUP lets a processor go on, and tells a failed one the new command", () => {
  const on = disk({ log: "!bad\n" });
  const kernel = new MemoryKernel(on, [
    input("a\n"),
    ALRM,
    HUP,
    act(() => kernel.endProcessor()),
    act(() => kernel.endProcessor()),
    act(() => on.put("log/config", "!good\n", 0o644)),
    HUP,
    act(() => kernel.endProcessor()),
  ]);
  kernel.processor = (text, _state, command) => ({
    status: command === "bad" ? 1 << 8 : 0,
    output: text + command,
    state: "",
  });
  assertThrows(() => run(kernel, "log"), Error, "waits for ever");
  assertEquals(listing(on, "log"), ["@0.s 744 a\ngood", "current 644 ", "state 644 "]);
  assertEquals(kernel.nowMs, 1000, "nothing waited for the end of the pause");
});

Deno.test("a processor that fails while the logger leaves is left to the next one", () => {
  const on = disk({ log: "!work\n" });
  const kernel = new MemoryKernel(on, [input("a\n"), ALRM, TERM]);
  kernel.processor = () => ({ status: 1 << 8, output: "half", state: "" });
  assertEquals(run(kernel, "log"), 0);
  assertEquals(listing(on, "log"), ["@0.u 744 a\n", "current 744 ", "newstate 644 ", "state 644 "]);

  assertEquals(run(new MemoryKernel(on, [END]), "log"), 0);
  assertEquals(listing(on, "log"), ["@0.s 744 a\n", "current 744 ", "state 644 "]);
});

Deno.test("options -r and -R replace, and e patterns go to standard error", () => {
  const on = disk({ log: "ea*\n-b*\n" });
  const kernel = new MemoryKernel(on, [input("a\tx\nbxx\nc\xffy\n"), END]);
  run(kernel, "-R", "x", "-r", "?", "log");
  assertEquals(on.text("log/current"), "a??\nc?y\n");
  assertEquals(kernel.stderr, ["a??\n"]);
});

Deno.test("u sends lines by UDP, U sends them to nowhere else", () => {
  const on = disk({ u: "pP \nu1.2.3.4\n-b*\n", only: "U0.0.0.1:9\n" });
  const kernel = new MemoryKernel(on, [input("aaa\nbbb\nc"), END]);
  run(kernel, "-l", "3", "u", "only");
  assertEquals(on.text("u/current"), "P aaa\nP c\n");
  assertEquals(on.text("only/current"), "");
  const host = 0x01020304;
  assertEquals(kernel.sent.filter((one) => one.startsWith(`${host}`)), [
    `${host}:514 P aaa...\n`,
    `${host}:514 P c\n`,
  ]);
  assertEquals(kernel.sent.filter((one) => one.startsWith("1:9")), [
    "1:9 aaa...\n",
    "1:9 bbb...\n",
    "1:9 c\n",
  ]);
  assertEquals(kernel.openDescriptors, 3, "signals, and what keeps descriptors 4 and 5");
});

Deno.test("where nothing may be sent, u and U are told and the file is written", () => {
  const on = disk({ log: "U1.2.3.4\n" });
  const kernel = new MemoryKernel(on, [input("a\n"), END]);
  const parsed = parseOptions(["log"], "");
  if (parsed.kind !== "options") throw new Error("usage");
  assertEquals(runLogger(kernel, parsed.options, undefined), 0);
  assertEquals(on.text("log/current"), "a\n");
  assertEquals(kernel.stderr, [
    "svlogd: warning: udp is not supported here, only the file is written: log\n",
  ]);
});

Deno.test("a line for which there is no socket is told in the log, as a whole line", () => {
  const on = disk({ log: "U1.2.3.4\npP \n" });
  const kernel = new MemoryKernel(on, [
    input("aaa\n"),
    act(() => kernel.fault = () => undefined),
    input("bbb\n"),
    END,
  ]);
  kernel.fault = (call) => call === "socket" ? ERRNO.EMFILE : undefined;
  run(kernel, "-l", "3", "log");
  assertEquals(on.text("log/current"), "warning: no udp socket available: P aaa\n");
  assertEquals(kernel.sent, [`${0x01020304}:514 P bbb...\n`]);
});

Deno.test("with nothing to do the logger waits without end", () => {
  const kernel = new MemoryKernel(disk({ log: "t10\n" }), [input("1\n")]);
  const waits: number[] = [];
  const wait = kernel.wait.bind(kernel);
  kernel.wait = (timeoutMs) => {
    waits.push(timeoutMs);
    return wait(timeoutMs);
  };
  assertThrows(() => run(kernel, "log"), Error, "waits for ever");
  assertEquals(waits.at(-1), -1, "the log rotated and is empty, and its status is written");
  assertEquals(waits.filter((timeoutMs) => timeoutMs > 0), [10_000, 20_000]);
});

// However it fails, and wherever it dies

const line = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 12 }).map((text) => `${text}\n`);
const text = fc.array(line, { maxLength: 20 }).map((lines) => lines.join(""));
const scripts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: text.map(input) },
    { weight: 1, arbitrary: fc.constantFrom<Happening>(HUP, ALRM) },
  ),
  { maxLength: 12 },
);
/** Input that comes in pieces which end anywhere. */
const pieces = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.string({ unit: fc.constantFrom("a", "b", " ", "\n"), minLength: 1, maxLength: 30 }).map(
        input,
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom<Happening>(HUP, ALRM) },
  ),
  { maxLength: 12 },
);
const configs = fc.record({
  size: fc.integer({ min: 12, max: 60 }),
  processed: fc.boolean(),
}).map(({ size, processed }) => `s${size}\nn0\n${processed ? "!work\n" : ""}`);

function wholeText(script: readonly Happening[]): string {
  return script.map((one) => one.kind === "input" ? one.text : "").join("");
}

/** The last line gets its newline. */
function wholeLines(script: readonly Happening[]): string {
  const text = wholeText(script);
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

Deno.test("whatever fails for a while, every line is sent once, and told before it where it was not", (t) => {
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

Deno.test("whatever fails for a while, every line is logged once and in order", (t) => {
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
        // What only opens a directory, or looks for what is no longer there, may fail for good.
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

/** What a process does while it lives: `calls` calls; the last is made, made in part or not made. */
interface Life {
  readonly calls: number;
  readonly last: "made" | "in part" | "not made";
}

/** A kernel whose process is killed at a call. */
function mortal(kernel: MemoryKernel, { calls, last }: Life): MemoryKernel {
  let left = calls;
  const kill = (call: () => unknown, part: () => unknown): unknown => {
    if (left-- > 0) return call();
    if (last === "made") call();
    if (last === "in part") part();
    throw new Death();
  };
  return new Proxy(kernel, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name === "wait") return value.bind(target);
      return (...args: unknown[]) => {
        const call = () => Reflect.apply(value, target, args);
        const [fd, bytes, length] = args;
        const writes = name === "write" && fd !== 2 && bytes instanceof Uint8Array &&
          typeof length === "number";
        return kill(call, () => writes && Reflect.apply(value, target, [fd, bytes, length >> 1]));
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

/** One logger after the other on the same pipe and the same directories, until one comes to the end. */
function liveOn(
  on: Disk,
  script: readonly Happening[],
  deaths: readonly Life[],
  args: readonly string[],
): void {
  let kernel = new MemoryKernel(on, [...script, END]);
  for (const life of deaths) {
    try {
      assertEquals(run(mortal(kernel, life), ...args), 0);
      return;
    } catch (thrown) {
      if (!(thrown instanceof Death)) throw thrown;
    }
    kernel.die();
    kernel = kernel.successor();
  }
  assertEquals(run(kernel, ...args), 0);
}

Deno.test("wherever loggers die, every line is logged once and in order", (t) => {
  forAll(
    t,
    fc.property(
      pieces,
      configs,
      lives,
      fc.boolean(),
      fc.boolean(),
      (script, config, deaths, stamped, replaces) => {
        const on = disk({ log: config });
        const options = [...(stamped ? ["-tt"] : []), ...(replaces ? ["-R", "a"] : [])];
        liveOn(on, script, deaths, [...options, "-l", "6", "log"]);
        const text = oneOfEach(on);
        const lines = wholeLines(script);
        assertEquals(stamped ? withoutStamps(text) : text, replaces ? withReplaced(lines, "a", 6) : lines);
        assertEquals(on.names("log").filter((name) => /\.t$/.test(name)), []);
        assertEquals(on.names("/dev/shm"), [], "nothing is left for another logger");
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("wherever loggers of several directories die, each has every line that it selects once", (t) => {
  forAll(
    t,
    fc.property(pieces, lives, fc.integer({ min: 12, max: 60 }), (script, deaths, size) => {
      const on = disk({ all: `s${size}\nn0\n`, some: "n0\n-a*\n", few: `s${size + 7}\nn0\n-*\n+b*\n` });
      liveOn(on, script, deaths, ["-l", "6", "all", "some", "few"]);
      const whole = wholeLines(script);
      const lines = whole.split("\n").slice(0, -1).map((line) => `${line}\n`);
      assertEquals(oneOfEach(on, "all"), whole);
      assertEquals(oneOfEach(on, "some"), lines.filter((line) => !line.startsWith("a")).join(""));
      assertEquals(oneOfEach(on, "few"), lines.filter((line) => line.startsWith("b")).join(""));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a logger that comes while a dead one's child holds the journal touches nothing, and the next finds it", () => {
  for (let calls = 20; calls < 60; calls++) {
    const on = disk({ log: "" });
    const first = new MemoryKernel(on, [input("one\ntwo\n"), END]);
    assertThrows(() => run(mortal(first, { calls, last: "made" }), "log"), Death);
    first.die();
    const second = first.successor();
    const kept = second.unread;
    let locks = 0;
    const early = new Proxy(second, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return name === "lock" && locks++ === 0 ? () => false : value.bind(target);
      },
    });
    assertEquals([run(early, "log"), second.unread], [111, kept]);
    const third = second.successor();
    assertEquals(run(third, "log"), 0);
    assertEquals(oneOfEach(on), "one\ntwo\n");
  }
});

Deno.test("what a killed logger had read of another pipe is not joined to the lines of the next", () => {
  const on = disk({ log: "" });
  const first = new MemoryKernel(on, [input("one\nhalf")]);
  assertThrows(() => run(first, "log"), Error, "waits for ever");
  first.die();
  const second = new MemoryKernel(on, [input("two\n"), END]);
  second.pipe++;
  second.nowMs = 5000;
  assertEquals(run(second, "log"), 0);
  assertEquals(oneOfEach(on), "one\nhalf\ntwo\n");
});

/** The letter is `_` in so many bytes of each line. */
function withReplaced(lines: string, letter: string, bytes: number): string {
  const replaced = (line: string) => line.slice(0, bytes).replaceAll(letter, "_") + line.slice(bytes);
  return lines.split("\n").map(replaced).join("\n");
}

Deno.test("what a killed logger had read is not for another directory, whose inode has the same number", () => {
  const on = disk({ log: "" });
  const first = new MemoryKernel(on, [input("one\nhalf")]);
  assertThrows(() => run(first, "log"), Error, "waits for ever");
  first.die();
  for (const name of on.names("log")) on.files.delete(`log/${name}`);
  const second = new MemoryKernel(on, [input("two\n"), END]);
  second.birthNs++;
  assertEquals(run(second, "log"), 0);
  assertEquals(oneOfEach(on), "two\n");
});

Deno.test("where a directory has no birth nothing is kept for the next logger", () => {
  const on = disk({ log: "" });
  const kernel = new MemoryKernel(on, [input("one\nhalf")]);
  kernel.birthNs = 0n;
  assertThrows(() => run(kernel, "log"), Error, "waits for ever");
  assertEquals(on.names("/dev/shm"), []);
});

function withoutStamps(text: string): string {
  return text.replace(/^\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.\d{5} /gm, "");
}

/** Everything logged, where a processor may have left both what it read and what it wrote. */
function oneOfEach(on: Disk, directory = "log"): string {
  const names = on.names(directory).filter((name) => /^@.*\.[su]$/.test(name)).sort();
  const single = names.filter((name) => name.endsWith("s") || !names.includes(`${name.slice(0, 25)}.s`));
  return [...single, "current"].map((name) => on.text(`${directory}/${name}`) ?? "").join("");
}

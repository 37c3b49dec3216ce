/** svlogd as a whole: lines, signals, rotation and config. */
import { assertEquals, assertThrows } from "@std/assert";
import { act, ALRM, disk, END, HUP, input, listing, pass, run, TERM } from "./logger_play_test.ts";
import { type Happening, MemoryKernel } from "../../tests/kernel/logger.ts";

Deno.test("svlogd appends lines to current and closes it with mode 0744", () => {
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

Deno.test("svlogd waits for the end of a line, and gives the last line a newline", () => {
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

Deno.test("TERM takes the rest of the line that has begun, and leaves the next line in the pipe", () => {
  const on = disk({ log: "" });
  const together: Happening = { kind: "together", all: [TERM, input("c\nd\n")] };
  const kernel = new MemoryKernel(on, [input("a\nb"), together]);
  assertEquals(run(kernel, "log"), 0);
  assertEquals(on.text("log/current"), "a\nbc\n");
  assertEquals(kernel.unread, "d\n");
});

Deno.test("TERM between lines reads nothing, and TERM in a line does not wait for its end", () => {
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

Deno.test("a current that was not closed in order becomes .u, and one that was is appended to", () => {
  const on = disk({ dead: "", clean: "", empty: "" });
  on.put("dead/current", "old\n", 0o644);
  on.put("clean/current", "old\n", 0o744);
  on.put("empty/current", "", 0o644);
  run(new MemoryKernel(on, [input("new\n"), END]), "dead", "clean", "empty");
  assertEquals(listing(on, "dead"), ["@0.u 644 old\n", "current 744 new\n"]);
  assertEquals(listing(on, "clean"), ["current 744 old\nnew\n"]);
  assertEquals(listing(on, "empty"), ["current 744 new\n"]);
});

Deno.test("a log rotates when a line ends within -l bytes of its size, and n old logs are kept", () => {
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

Deno.test("a line that passes the size of a log is cut there and goes on in the next log", () => {
  const on = disk({ log: "s20\n" });
  run(new MemoryKernel(on, [input(`${"x".repeat(45)}\n`), END]), "-l", "10", "log");
  assertEquals(listing(on, "log"), [
    `@0.s 744 ${"x".repeat(20)}`,
    `@1.s 744 ${"x".repeat(20)}`,
    `current 744 ${"x".repeat(5)}\n`,
  ]);
});

Deno.test("ALRM rotates only logs that are not empty", () => {
  const on = disk({ a: "", b: "-*\n" });
  run(new MemoryKernel(on, [input("1\n"), ALRM, ALRM, input("2\n"), END]), "a", "b");
  assertEquals(listing(on, "a"), ["@0.s 744 1\n", "current 744 2\n"]);
  assertEquals(listing(on, "b"), ["current 744 "]);
});

Deno.test("time rotates a log that is not empty, and no deadline is set for an empty one", () => {
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

Deno.test("svlogd ends with 111 when no directory can be used, at the start and at a HUP", () => {
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

Deno.test("svlogd waits without a deadline when nothing is left to do", () => {
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

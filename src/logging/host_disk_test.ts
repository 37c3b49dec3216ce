/** svlogd on a full disk, and the accounts that it keeps. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  act,
  disk,
  END,
  input,
  listing,
  oneOfEach,
  pass,
  run,
  STATUS_AGE_MS,
  TERM,
} from "./logger_play_test.ts";
import { Death, MemoryKernel } from "../../tests/kernel/logger.ts";

Deno.test("a status file that has no room on the disk leaves nothing behind", () => {
  const on = disk({ log: "" });
  on.room = 2;
  assertEquals(run(new MemoryKernel(on, [input("1\n"), END]), "log"), 0);
  assertEquals(on.names("log").sort(), ["config", "current", "lock"]);
});

Deno.test("a full disk pauses svlogd and loses no line", () => {
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

Deno.test("svlogd hears signals while the disk is full", () => {
  const on = disk({ log: "" });
  on.room = 0;
  const kernel = new MemoryKernel(on, [input("1\n"), TERM, act(() => on.room = 10)]);
  assertEquals(run(kernel, "log"), 0);
  assertEquals(listing(on, "log"), ["current 744 1\n"]);
});

Deno.test("the status file accounts for every byte and goes on from the file that it finds", () => {
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

Deno.test("':when-full drop' gives up old logs, then lines, and the log tells how many", () => {
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

Deno.test("lines that a killed svlogd has dropped are told in the log by the next one", () => {
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

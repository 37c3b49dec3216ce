/** Lines that svlogd sends to standard error and by UDP. */
import { assertEquals } from "@std/assert";
import { ERRNO } from "../posix/errno.ts";
import { runLogger } from "./host.ts";
import { act, disk, END, input, run } from "./logger_play_test.ts";
import { MemoryKernel } from "../../tests/kernel/logger.ts";
import { parseOptions } from "./options.ts";

Deno.test("-r and -R replace bytes, and e sends lines to standard error", () => {
  const on = disk({ log: "ea*\n-b*\n" });
  const kernel = new MemoryKernel(on, [input("a\tx\nbxx\nc\xffy\n"), END]);
  run(kernel, "-R", "x", "-r", "?", "log");
  assertEquals(on.text("log/current"), "a??\nc?y\n");
  assertEquals(kernel.stderr, ["a??\n"]);
});

Deno.test("u sends lines by UDP and to the file, and U sends them by UDP only", () => {
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

Deno.test("svlogd warns about u and U and writes the file when it may send nothing", () => {
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

Deno.test("a line that has no socket is noted in the log as a whole line", () => {
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

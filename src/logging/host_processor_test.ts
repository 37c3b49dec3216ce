/** svlogd and its processors. */
import { assertEquals, assertThrows } from "@std/assert";
import { act, ALRM, disk, END, HUP, input, listing, run, STATUS_AGE_MS, TERM } from "./logger_play_test.ts";
import { MemoryKernel } from "../../tests/kernel/logger.ts";

Deno.test("a processor gets the log and its state, and svlogd keeps what it writes for both", () => {
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

Deno.test("a processor that fails starts again at once, and after that with pauses", () => {
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

Deno.test("HUP lets a processor go on, and gives a failed one the new command", () => {
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

Deno.test("a log whose processor fails while svlogd leaves is processed by the next svlogd", () => {
  const on = disk({ log: "!work\n" });
  const kernel = new MemoryKernel(on, [input("a\n"), ALRM, TERM]);
  kernel.processor = () => ({ status: 1 << 8, output: "half", state: "" });
  assertEquals(run(kernel, "log"), 0);
  assertEquals(listing(on, "log"), ["@0.u 744 a\n", "current 744 ", "newstate 644 ", "state 644 "]);

  assertEquals(run(new MemoryKernel(on, [END]), "log"), 0);
  assertEquals(listing(on, "log"), ["@0.s 744 a\n", "current 744 ", "state 644 "]);
});

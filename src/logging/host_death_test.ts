/** svlogds that are killed at any system call, and the next ones on the same directories. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import { act, configs, disk, END, input, oneOfEach, pieces, run, wholeLines } from "./logger_play_test.ts";
import { Death, MemoryKernel } from "../../tests/kernel/logger.ts";
import { liveOn, lives, mortal } from "./mortal_kernel_test.ts";

/** `lines` with `_` for the letter in the first bytes of each line. */
function withReplaced(lines: string, letter: string, bytes: number): string {
  const replaced = (line: string) => line.slice(0, bytes).replaceAll(letter, "_") + line.slice(bytes);
  return lines.split("\n").map(replaced).join("\n");
}

function withoutStamps(text: string): string {
  return text.replace(/^\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.\d{5} /gm, "");
}

Deno.test("every line is logged once and in order, wherever svlogds die", (t) => {
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
        liveOn(
          new MemoryKernel(on, [...script, END]),
          deaths,
          (kernel) => run(kernel, ...options, "-l", "6", "log"),
        );
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

Deno.test("every directory has each line that it selects once, wherever svlogds die", (t) => {
  forAll(
    t,
    fc.property(pieces, lives, fc.integer({ min: 12, max: 60 }), (script, deaths, size) => {
      const on = disk({ all: `s${size}\nn0\n`, some: "n0\n-a*\n", few: `s${size + 7}\nn0\n-*\n+b*\n` });
      liveOn(
        new MemoryKernel(on, [...script, END]),
        deaths,
        (kernel) => run(kernel, "-l", "6", "all", "some", "few"),
      );
      const whole = wholeLines(script);
      const lines = whole.split("\n").slice(0, -1).map((line) => `${line}\n`);
      assertEquals(oneOfEach(on, "all"), whole);
      assertEquals(oneOfEach(on, "some"), lines.filter((line) => !line.startsWith("a")).join(""));
      assertEquals(oneOfEach(on, "few"), lines.filter((line) => line.startsWith("b")).join(""));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a svlogd that finds the journal held by a dead one's child touches nothing, and the next one goes on", () => {
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

Deno.test("input that a killed svlogd has read from another pipe is not joined to the next line", () => {
  const on = disk({ log: "" });
  const first = new MemoryKernel(on, [input("one\nhalf")]);
  assertThrows(() => run(first, "log"), Error, "waits for ever");
  first.die();
  const second = new MemoryKernel(on, [input("two\n"), END]);
  second.inputInode++;
  second.nowMs = 5000;
  assertEquals(run(second, "log"), 0);
  assertEquals(oneOfEach(on), "one\nhalf\ntwo\n");
});

Deno.test("input that a killed svlogd has read is not written to another directory with the same inode number", () => {
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

Deno.test("svlogd keeps no journal for a directory whose birth is not known", () => {
  const on = disk({ log: "" });
  const kernel = new MemoryKernel(on, [input("one\nhalf")]);
  kernel.birthNs = 0n;
  assertThrows(() => run(kernel, "log"), Error, "waits for ever");
  assertEquals(on.names("/dev/shm"), []);
});

Deno.test("the lines of a killed svlogd are in the status file when the next one leaves, even if no line comes any more", () => {
  const on = disk({ log: "" });
  const killed = act(() => {
    throw new Death();
  });
  const first = new MemoryKernel(on, [input("one\ntwo\n"), killed]);
  assertThrows(() => run(first, "log"), Death);
  first.die();
  assertEquals(on.text("log/status"), undefined);
  assertEquals(run(new MemoryKernel(on, [END]), "log"), 0);
  assertStringIncludes(on.text("log/status") ?? "", "written 8 bytes 2 lines");
});

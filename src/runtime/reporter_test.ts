/** Lines for a standard error that is full, closed or slow. */
import { assertEquals } from "@std/assert";
import { plainKernel, type SimulatedKernel } from "../../tests/simulation/kernel.ts";
import { Loop } from "./loop.ts";
import { Reporter } from "./reporter.ts";

const STDERR = 2;

function begin(): { readonly kernel: SimulatedKernel; readonly loop: Loop; readonly reporter: Reporter } {
  const kernel = plainKernel();
  const loop = new Loop(kernel, (thrown) => {
    throw thrown;
  });
  return { kernel, loop, reporter: new Reporter(kernel, loop, STDERR) };
}

Deno.test("a line is written at once where it fits", () => {
  const { kernel, reporter } = begin();
  reporter.line("runsv web: warning: one");
  reporter.line("runsv web: warning: two");
  assertEquals(kernel.reports, ["runsv web: warning: one", "runsv web: warning: two"]);
  assertEquals(kernel.watchedDescriptors, 0);
});

Deno.test("lines wait for a standard error that is full, and are written in their order", () => {
  const { kernel, loop, reporter } = begin();
  kernel.stderrBlocked = true;
  reporter.line("one");
  reporter.line("two");
  assertEquals([kernel.reports, kernel.watchedDescriptors], [[], 1]);
  kernel.stderrBlocked = false;
  loop.turn();
  assertEquals([kernel.reports, kernel.watchedDescriptors], [["one", "two"], 0]);
});

Deno.test("lines that do not fit into the queue are counted, and the count is written once there is room", () => {
  const { kernel, loop, reporter } = begin();
  kernel.stderrBlocked = true;
  for (let i = 0; i < 300; i++) reporter.line(`line ${i}`);
  kernel.stderrBlocked = false;
  loop.turn();
  assertEquals(kernel.reports.slice(255), ["line 255", "denit: warning: 44 messages dropped"]);
  reporter.line("after");
  assertEquals(kernel.reports.slice(257), ["after"]);
});

Deno.test("where standard error cannot be watched, lines are lost and nothing waits", () => {
  const { kernel, reporter } = begin();
  kernel.stderrBlocked = true;
  kernel.faults.rate = 1;
  reporter.line("lost");
  kernel.faults.rate = 0;
  kernel.stderrBlocked = false;
  reporter.line("after");
  assertEquals(kernel.reports, ["after", "denit: warning: 1 messages dropped"]);
});

Deno.test("a standard error that is closed is no trouble", () => {
  const { kernel, reporter } = begin();
  kernel.close(STDERR);
  reporter.line("nobody reads this");
  assertEquals(kernel.reports, []);
});

Deno.test("a reporter that is closed watches nothing", () => {
  const { kernel, loop, reporter } = begin();
  kernel.stderrBlocked = true;
  reporter.line("one");
  reporter.close();
  assertEquals(kernel.watchedDescriptors, 0);
  kernel.stderrBlocked = false;
  reporter.line("two");
  loop.goOn(() => {});
  loop.turn();
  assertEquals(kernel.reports, ["two"]);
});

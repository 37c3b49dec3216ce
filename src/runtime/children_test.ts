import { assertEquals } from "@std/assert";
import { Children } from "./children.ts";

/** Children that end in this order, each a pid with its wait status; and a clock that `passMs` moves at each of them. */
function childrenOf(ends: [number, number][], passMs = 0) {
  let nowMs = 0;
  const later: (() => void)[] = [];
  const kernel = {
    monotonicMs: () => nowMs,
    reap() {
      nowMs += passMs;
      const [pid, status] = ends.shift() ?? [];
      return pid === undefined ? undefined : { pid, status: status ?? 0 };
    },
  };
  return { children: new Children(kernel, { goOn: (more) => later.push(more) }), later };
}

Deno.test("each starter is told once of the end of its own child", () => {
  const { children } = childrenOf([[11, 256], [10, 0], [10, 9]]);
  const told: [string, number][] = [];
  children.expect(10, {}, (status) => told.push(["ten", status]));
  children.expect(11, {}, (status) => told.push(["eleven", status]));
  children.reap();
  assertEquals(told, [["eleven", 256], ["ten", 0]]);
  assertEquals([children.has(10), children.statusOfStranger(10)], [false, 9]);
});

Deno.test("the end of a stranger is remembered until strangers are forgotten", () => {
  const ends: [number, number][] = [[10, 256]];
  const { children } = childrenOf(ends);
  children.reap();
  assertEquals(children.statusOfStranger(10), 256);
  children.forgetStrangers();
  ends.push([11, 0]);
  children.reap();
  assertEquals([children.statusOfStranger(10), children.statusOfStranger(11)], [undefined, undefined]);
});

Deno.test("the newest thousand strangers are remembered", () => {
  const { children } = childrenOf(Array.from({ length: 1001 }, (_, pid) => [pid, 7]));
  children.reap();
  assertEquals([0, 1, 1000].map((pid) => children.statusOfStranger(pid)), [undefined, 7, 7]);
});

Deno.test("a starter that disowns its children is told of none of them", () => {
  const { children } = childrenOf([[10, 0], [11, 0]]);
  const told: string[] = [];
  const [first, second] = [{}, {}];
  children.expect(10, first, () => told.push("first"));
  children.expect(11, second, () => told.push("second"));
  children.disown(first);
  children.reap();
  assertEquals(told, ["second"]);
});

Deno.test("reaping stops after its budget and goes on in the next turn", () => {
  const { children, later } = childrenOf([[1, 0], [2, 0], [3, 0]], 6);
  const told: number[] = [];
  for (const pid of [1, 2, 3]) children.expect(pid, {}, (_, ended) => told.push(ended));
  children.reap();
  assertEquals([told, later.length], [[1, 2], 1]);
  later[0]?.();
  assertEquals(told, [1, 2, 3]);
});

import { assertEquals } from "@std/assert";
import { complaints } from "./testing.ts";

const LATER: readonly (readonly [source: string, found: readonly string[]])[] = [
  [`export async function later() {}`, ["async functions"]],
  [`export const later = async () => {};`, ["async functions"]],
  [`export class Later { async now() {} }`, ["async functions"]],
  [`await later();`, ["await"]],
  [`for await (const a of b) a;`, ["for await"]],
  [`setTimeout(later, 1);`, ["setTimeout"]],
  [`export const later = setInterval;`, ["setInterval"]],
  [`queueMicrotask(later);`, ["queueMicrotask"]],
  [`export const later = new Promise(() => {});`, ["Promise"]],
  [`export const later = () => import("./later.ts");`, ["import()"]],
];

Deno.test("denit/synchronous finds every way to put something off in the program", () => {
  for (
    const file of [
      "main.ts",
      "src/sys/libc.ts",
      "src/runtime/loop.ts",
      "src/control/host.ts",
      "src/cli/help.ts",
    ]
  ) {
    for (const [source, found] of LATER) {
      const expected = found.map((what) =>
        `${file} belongs to the program, which is synchronous: no ${what}`
      );
      assertEquals(complaints("synchronous", file, source), expected);
    }
  }
});

Deno.test("denit/synchronous lets loops, generators and type names be", () => {
  for (
    const source of [
      `for (const a of b) a;`,
      `export function* turns() { yield 1; }`,
      `export type Later = Promise<number>;`,
      `export const wakes = { setTimeout: 1 }; wakes.setTimeout;`,
    ]
  ) {
    assertEquals(complaints("synchronous", "src/runtime/loop.ts", source), [], source);
  }
});

Deno.test("denit/synchronous leaves tests and scripts alone", () => {
  for (const file of ["src/runtime/loop_test.ts", "scripts/build.ts", "tests/fleet_test.ts"]) {
    assertEquals(complaints("synchronous", file, `await later(); setTimeout(later, 1);`), []);
  }
});

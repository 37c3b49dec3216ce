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

function noneOf(file: string, found: readonly string[]): string[] {
  return found.map((what) => `${file} belongs to the program, which is synchronous: no ${what}`);
}

Deno.test("denit/synchronous finds every way to put something off in the program", () => {
  for (
    const file of [
      "src/applets/sv.ts",
      "src/sys/libc.ts",
      "src/runtime/loop.ts",
      "src/control/host.ts",
      "src/cli/help.ts",
    ]
  ) {
    for (const [source, found] of LATER) {
      assertEquals(complaints("synchronous", file, source), noneOf(file, found));
    }
  }
});

for (const [file, loading] of [["main.ts", "await"], ["src/applets/loaders.ts", "import()"]] as const) {
  Deno.test(`denit/synchronous lets ${file} load an applet by ${loading}, and nothing else`, () => {
    for (const [source, found] of LATER) {
      const expected = noneOf(file, found.filter((what) => what !== loading));
      assertEquals(complaints("synchronous", file, source), expected);
    }
  });
}

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

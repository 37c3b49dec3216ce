import { assertEquals } from "@std/assert";
import { complaints } from "./testing.ts";

const PURE = "src/supervision/step.ts";

const WORLDLY: readonly (readonly [source: string, complaint: string])[] = [
  [`export const pid = Deno.pid;`, "use Deno"],
  [`export const { pid } = Deno;`, "use Deno"],
  [`export const nowMs = () => Date.now();`, "use Date"],
  [`export const today = () => new Date();`, "use Date"],
  [`export const nowMs = () => performance.now();`, "use performance"],
  [`export const dice = () => Math.random();`, "use Math.random"],
  [`export const dice = () => Math["random"]();`, "use Math.random"],
  [`export const key = () => crypto.randomUUID();`, "use crypto"],
  [`export function step() { console.log("step"); }`, "use console"],
  [`export let last = 0;`, "keep no state in the module"],
  [`var last = 0; last;`, "keep no state in the module"],
  [`const seen = new Map<string, number>(); seen;`, "keep no state in the module"],
  [`const seen: string[] = []; seen;`, "keep no state in the module"],
  [`export const seen: Record<string, number> = {};`, "keep no state in the module"],
];

Deno.test("denit/pure finds the clock, chance, the system and memory in a pure file", () => {
  for (const [source, complaint] of WORLDLY) {
    assertEquals(complaints("pure", PURE, source), [
      `${PURE} is pure and may ${complaint.startsWith("use") ? `not ${complaint}` : complaint}`,
    ]);
  }
});

Deno.test("denit/pure lets functions, tables and types be", () => {
  for (
    const source of [
      `const NONE: readonly string[] = []; const NOBODY: ReadonlyMap<string, number> = new Map(); NONE; NOBODY;`,
      `export function step(nowMs: number) { let sum = 0; const seen = new Set<number>(); seen.add(sum); sum += nowMs; return sum; }`,
      `export const TABLE = new Map([["u", "up"]]); export const NAMES = ["a"]; export const WORDS = { a: 1 };`,
      `export interface Scope { readonly keeps: readonly Deno.PermissionName[]; readonly Date: string }`,
      `export const half = (x: number) => Math.floor(x / 2);`,
      `export const name = (record: { readonly Date: string }) => record.Date;`,
      `export const record = { Date: "today", console: 1 };`,
    ]
  ) {
    assertEquals(complaints("pure", PURE, source), [], source);
  }
});

Deno.test("denit/pure holds for time, and for Deno in applets", () => {
  assertEquals(complaints("pure", "src/time/clock.ts", `export const now = () => Date.now();`).length, 1);
  assertEquals(complaints("pure", "src/applets/sv.ts", `export const pid = () => Deno.pid;`), [
    "src/applets/sv.ts is an applet and may not use Deno",
  ]);
});

Deno.test("denit/pure leaves hosts, runtime, sys and tests alone", () => {
  for (
    const file of [
      "src/supervision/host.ts",
      "src/runtime/linux.ts",
      "src/sys/libc.ts",
      "src/time/tai64n_test.ts",
    ]
  ) {
    assertEquals(complaints("pure", file, `export let last = Deno.pid; last = Date.now();`), []);
  }
});

import { assertEquals } from "@std/assert";
import { latinText } from "./latin.ts";
import { parseScript } from "./multilog.ts";

/** Rules as they stand in a script. */
function told(rules: readonly { readonly selects: boolean; readonly pattern: Uint8Array }[]): string {
  return rules.map(({ selects, pattern }) => `${selects ? "+" : "-"}${latinText(pattern, 0, pattern.length)}`)
    .join(" ");
}

function directories(...args: string[]): string[] {
  return parseScript(args).directories.map(({ name, config: { sizeBytes, keep, processor, rules } }) =>
    `${name} s${sizeBytes} n${keep} !${processor} ${told(rules)}`.trim()
  );
}

Deno.test("parseScript() takes sizes, numbers and processors for the directories behind them", () => {
  assertEquals(directories("./a", "s5000", "n3", "!cat", "/b", "s9000", "./c"), [
    "./a s99999 n10 !",
    "/b s5000 n3 !cat",
    "./c s9000 n3 !cat",
  ]);
});

Deno.test("parseScript() keeps sizes and numbers within their bounds", () => {
  const sizes = ["s", "s4095", "s4096x", "sx9999", "s16777216", `s${2n ** 64n}`, `s${2n ** 64n + 5000n}`];
  assertEquals(
    sizes.map((size) => parseScript([size, "./a"]).directories[0]?.config.sizeBytes),
    [4096, 4096, 4096, 4096, 16_777_215, 4096, 5000],
  );
  assertEquals(
    ["n", "n0", "n1", "n2", "n30"].map((keep) => parseScript([keep, "./a"]).directories[0]?.config.keep),
    [2, 2, 2, 2, 30],
  );
});

Deno.test("parseScript() gives each action the patterns before it", () => {
  const { directories, asides } = parseScript(["e", "-*", "=file", "+a*", "./log", "-b", "e"]);
  assertEquals(directories.map(({ config }) => told(config.rules)), ["-* +a*"]);
  assertEquals(
    asides.map((action) =>
      `${action.kind} ${action.kind === "status" ? action.path : ""} ${told(action.rules)}`
    ),
    ["error  ", "status file -*", "error  -* +a* -b"],
  );
});

Deno.test("parseScript() stamps lines only when t comes first, and counts the stamp among the bytes that are matched", () => {
  assertEquals([parseScript(["t", "e"]).stamped, parseScript(["tail"]).stamped], [true, true]);
  assertEquals([parseScript(["e", "t"]).stamped, parseScript([]).stamped], [false, false]);
  assertEquals([parseScript(["t"]).lineBytes, parseScript(["e"]).lineBytes], [974, 1000]);
});

Deno.test("parseScript() passes over unknown actions", () => {
  assertEquals(directories("x", "", "log", "~", "./a", "Z"), ["./a s99999 n10 !"]);
});

Deno.test("an empty processor becomes a command that leaves an empty log", () => {
  assertEquals(directories("!", "./a"), ["./a s99999 n10 !:"]);
});

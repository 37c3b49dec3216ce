/**
 * runit's svlogd and denit's get the same input. What they leave must be equal, but for the time in labels and
 * stamps. Deliberate differences are tested in `differences_test.ts`.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { join } from "@std/path";
import { forAll } from "../for_all.ts";
import { contents, type Tree, withDirectory, withoutLabels, withoutStamps } from "./directory.ts";
import { feed, HAS_RUNIT, type Side } from "./logger.ts";

interface Case {
  readonly name: string;
  readonly tree: Tree;
  readonly args: readonly string[];
  readonly input: string;
}

function numbers(count: number, width = 1): string {
  return Array.from({ length: count }, (_, i) => `${String(i).padStart(width, "0")}\n`).join("");
}

/** Lines whose lengths are these, one less and one more. */
function lengths(around: readonly number[]): string {
  return around.flatMap((length) =>
    [-1, 0, 1].map((more) => `${"abcdefghij".repeat(length)}`.slice(0, length + more))
  )
    .map((line) => `${line}\n`).join("");
}

const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
const OLD = (digit: string, letter: string) => `log/@4000000000000000${digit.repeat(8)}.${letter}`;

const CASES: readonly Case[] = [
  { name: "plain lines", tree: { "log/": "" }, args: ["log"], input: "one\ntwo\n\nthree\n" },
  { name: "no input", tree: { "log/": "" }, args: ["-tt", "log"], input: "" },
  { name: "TAI64N stamps", tree: { "log/": "" }, args: ["-t", "log"], input: "one\n\ntwo\n" },
  { name: "UTC stamps", tree: { "log/": "" }, args: ["-tt", "log"], input: "one\n\ntwo\n" },
  { name: "ISO stamps", tree: { "log/": "" }, args: ["-tttt", "log"], input: "one\n\ntwo\n" },
  { name: "every byte", tree: { "log/": "" }, args: ["log"], input: `${BYTES}\n${BYTES}\n` },
  { name: "option -r", tree: { "log/": "" }, args: ["-r", "?", "log"], input: `${BYTES}\n` },
  { name: "option -R", tree: { "log/": "" }, args: ["-R", "abc", "log"], input: `abcabcd\n${BYTES}\n` },
  {
    name: "options -r, -R and -l",
    tree: { "log/": "" },
    args: ["-r", ".", "-R", "xyz", "-l", "8", "log"],
    input: "xyzabcdexyz\nxyzabcd\nxyzabcde\n\t\t\t\t\t\t\t\t\t\t\n",
  },
  {
    name: "several directories with prefixes",
    tree: { "a/config": "pA: \n", "b/": "", "c/config": "pC\n-*x*\n" },
    args: ["-tt", "a", "b", "c"],
    input: "one\nxtwo\nthree\n",
  },
  {
    name: "a missing directory",
    tree: { "log/": "" },
    args: ["no", "log"],
    input: "one\n",
  },
  {
    name: "a missing directory, with stamps",
    tree: { "log/": "" },
    args: ["-tt", "no", "log"],
    input: "one\n",
  },
  { name: "no usable directory", tree: { file: "" }, args: ["no", "file"], input: "" },
  {
    name: "size, without stamps",
    tree: { "log/config": "s3000\nn3\n" },
    args: ["log"],
    input: numbers(3000),
  },
  {
    name: "size, with stamps",
    tree: { "log/config": "s4000\nn3\n" },
    args: ["-t", "log"],
    input: numbers(900, 5),
  },
  {
    name: "size and lines that are longer",
    tree: { "log/config": "s2048\n" },
    args: ["log"],
    input: lengths([10, 999, 1000, 1001, 1023, 1024, 1025, 2047, 2048, 2049, 5000]),
  },
  {
    name: "size less than a line",
    tree: { "log/config": "s500\n" },
    args: ["log"],
    input: lengths([10, 490, 499, 500, 501, 999, 1000, 1001]),
  },
  { name: "size that is a line", tree: { "log/config": "s1000\nn0" }, args: ["log"], input: numbers(40) },
  {
    name: "long lines",
    tree: { "log/config": "s0" },
    args: ["-tt", "log"],
    input: lengths([1, 1000, 1024, 8192, 65536, 70000, 200000]),
  },
  {
    name: "long lines selected by their first bytes",
    tree: { "log/config": "-*\n+*b\n" },
    args: ["-l", "10", "log"],
    input: "aaaaaaaaab\naaaaaaaaaaab\naaaaaaaaabaa\naab\nab\n",
  },
  {
    name: "lines for stderr",
    tree: { "log/config": "pP:\n-*no*\ne*err*\nE*quiet*\n" },
    args: ["-tt", "-l", "12", "log"],
    input: "err one\nno err\nfine\nerr quiet\nerr err err e\nerr err err er\nlast\n",
  },
  {
    name: "stderr from two directories",
    tree: { "a/config": "ex*\n", "b/config": "pB \ney*\n-*\n" },
    args: ["a", "b"],
    input: "x1\ny1\nz\nx2\n",
  },
  {
    name: "numbers with units, comments and unknown lines",
    tree: { "log/config": "#n1\n?x\ns2k\nn 4\nn2x\n\nt1h\n!\np\n" },
    args: ["log"],
    input: numbers(2000),
  },
  {
    name: "n removes old logs, one at a time",
    tree: {
      "log/config": "s2000\nn2\n",
      ...Object.fromEntries(["1", "2", "3", "4", "5"].map((digit) => [OLD(digit, "s"), digit])),
      [OLD("0", "u")]: "u",
      [OLD("9", "t")]: "t",
      "log/@short.s": "kept",
    },
    args: ["log"],
    input: numbers(500),
  },
  {
    name: "a current that an earlier svlogd did not close",
    tree: {
      "log/config": "n1\n",
      "log/current": "old\n",
      [OLD("1", "s")]: "1",
      [OLD("2", "s")]: "2",
      [OLD("3", "t")]: "3",
    },
    args: ["log"],
    input: "new\n",
  },
  {
    name: "a current that an earlier svlogd closed",
    tree: { "log/current": ["old\n", 0o744] },
    args: ["log"],
    input: "new\n",
  },
  {
    name: "a current that is too large already",
    tree: { "log/config": "s2000\n", "log/current": ["o".repeat(2500), 0o744] },
    args: ["log"],
    input: "new\nnewer\n",
  },
  {
    name: "a current that is almost too large",
    tree: { "log/config": "s2000\n", "log/current": [`${"o".repeat(1500)}\n`, 0o744] },
    args: ["log"],
    input: "new\nnewer\n",
  },
  { name: "an empty current", tree: { "log/current": "" }, args: ["log"], input: "new\n" },
  {
    name: "processor",
    tree: { "log/config": "s2000\nn0\n!tr 0-9 a-j\n" },
    args: ["log"],
    input: numbers(1200),
  },
  {
    name: "the descriptors of a processor",
    tree: {
      "log/config": [
        "s2000",
        "!cat >seen; cat <&4 >>seen; echo more >&5; cat <&4 >&5; echo out; cat seen; ls /proc/self/fd | grep -c '^.$' >count",
        "",
      ].join("\n"),
      "log/state": "remembered\n",
    },
    args: ["log"],
    input: numbers(300),
  },
  {
    name: "a processor that fails the first time",
    tree: { "log/config": "s2000\n!test -e again || { touch again; echo half; exit 3; }; wc -l\n" },
    args: ["log"],
    input: numbers(500),
  },
  {
    name: "UDP addresses that svlogd cannot read",
    tree: { "log/config": "u1.2.3\nu1.2.3.4:x\n" },
    args: ["log"],
    input: "one\n",
  },
  { name: "a line of config without newline", tree: { "log/config": "n3\npX" }, args: ["log"], input: "1\n" },
  {
    name: "a config longer than a page",
    tree: { "log/config": `${"#\n".repeat(4000)}pX` },
    args: ["log"],
    input: "1\n",
  },
];

interface Left {
  readonly code: number;
  readonly stderr: string;
  readonly directories: Record<string, readonly string[]>;
}

async function leftBy(side: Side, { tree, args, input }: Omit<Case, "name">): Promise<Left> {
  const directories: Record<string, readonly string[]> = {};
  let left: Left = { code: -1, stderr: "", directories };
  await withDirectory(tree, async (directory) => {
    const { code, stderr } = await feed({ side, directory, args, input });
    for (const { name, isDirectory } of Deno.readDirSync(directory)) {
      if (isDirectory) directories[name] = contents(join(directory, name));
    }
    left = { code, stderr: withoutStamps(withoutLabels(stderr)), directories };
  });
  return left;
}

async function same(one: Omit<Case, "name">): Promise<void> {
  assertEquals(await leftBy("denit", one), await leftBy("runit", one));
}

for (const one of CASES) {
  Deno.test({
    name: `svlogd leaves the same as runit's: ${one.name}${HAS_RUNIT ? "" : " (needs runit's svlogd)"}`,
    ignore: !HAS_RUNIT,
    fn: () => same(one),
  });
}

for (
  const args of [[], ["-x", "log"], ["-r", "ab", "log"], ["-r"], ["-l", "2000", "log"], [
    "-b",
    "5",
    "-l",
    "5",
    "log",
  ]]
) {
  Deno.test({
    name: `svlogd beside runit: usage of '${args.join(" ")}'${HAS_RUNIT ? "" : " (needs runit's svlogd)"}`,
    ignore: !HAS_RUNIT,
    fn: async () => {
      const one = { tree: { "log/": "" }, args, input: "" };
      const [ours, runits] = [await leftBy("denit", one), await leftBy("runit", one)];
      const usage = (text: string) => text.replace(/^usage: \S*svlogd/m, "usage: svlogd");
      assertEquals({ ...ours, stderr: usage(ours.stderr) }, { ...runits, stderr: usage(runits.stderr) });
    },
  });
}

Deno.test({
  name: `svlogd leaves the same as runit's: any lines in any sizes${
    HAS_RUNIT ? "" : " (needs runit's svlogd)"
  }`,
  ignore: !HAS_RUNIT,
  fn: async (t) => {
    const line = fc.nat(1500).map((length) => `${"0123456789".repeat(150).slice(0, length)}\n`);
    await forAll(
      t,
      fc.asyncProperty(
        fc.array(line, { maxLength: 20 }),
        fc.array(fc.integer({ min: 300, max: 5000 }), { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 1023 }),
        async (lines, sizes, lineBytes) => {
          const tree = Object.fromEntries(sizes.map((size, i) => [`d${i}/config`, `n0\ns${size}\n`]));
          const args = ["-l", `${lineBytes}`, ...sizes.map((_, i) => `d${i}`)];
          await same({ tree, args, input: lines.join("") });
        },
      ),
      { numRuns: 10, endOnFailure: true },
    );
  },
});

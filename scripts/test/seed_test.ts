/** The seed of a run: on what it depends, and that no test takes random numbers from anywhere else. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { chosenSeed, runSeed, SEED_VARIABLE, seedOf, treeSeed } from "../../tests/seed.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const TREE = { "src/b/two.ts": "two", "src/a.ts": "one", "tests/a_test.ts": "" };

/** The seed of a tree of these files, which are written in the given order. */
async function seedOfFiles(files: Readonly<Record<string, string>>): Promise<number> {
  const root = await Deno.makeTempDir({ prefix: "denit-seed-" });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    return treeSeed(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("the same tree has the same seed, wherever it lies and in whatever order it was written", async () => {
  const seed = await seedOfFiles(TREE);
  assertEquals(await seedOfFiles(TREE), seed);
  assertEquals(await seedOfFiles(Object.fromEntries(Object.entries(TREE).reverse())), seed);
  assertEquals(
    await seedOfFiles({ ...TREE, "README.md": "not hashed", "src/.a.ts.swp": "an editor's" }),
    seed,
  );
});

Deno.test("a tree in which one byte, or one name, is another has another seed", async () => {
  const seed = await seedOfFiles(TREE);
  assertNotEquals(await seedOfFiles({ ...TREE, "src/a.ts": "onE" }), seed);
  assertNotEquals(await seedOfFiles({ ...TREE, "tests/a_test.ts": "\n" }), seed);
  const { "src/a.ts": text, ...others } = TREE;
  assertNotEquals(await seedOfFiles({ ...others, "src/A.ts": text }), seed);
});

Deno.test("--seed wins over DENIT_SEED, and DENIT_SEED over the tree", () => {
  const ofTree = () => 3;
  assertEquals(chosenSeed("1", "2", ofTree), 1);
  assertEquals(chosenSeed(undefined, "2", ofTree), 2);
  assertEquals(chosenSeed(undefined, undefined, ofTree), 3);
});

Deno.test("--seed random explores, and a word that is no seed is refused", () => {
  const seeds = new Set(Array.from({ length: 10 }, () => chosenSeed("random", undefined, () => 0)));
  assert(seeds.size > 1, [...seeds].join());
  assertThrows(() => chosenSeed(undefined, "random", () => 3), RangeError);
  for (const word of ["", "-1", "1.5", "0x10", "2147483648", "tree"]) {
    assertThrows(() => chosenSeed(word, "2", () => 3), RangeError);
  }
});

Deno.test("a test without DENIT_SEED has the seed of this tree", () => {
  const seed = chosenSeed(undefined, Deno.env.get(SEED_VARIABLE), () => treeSeed(ROOT));
  assertEquals(runSeed(), seed);
});

Deno.test("a property's seed depends on the run's seed and on the name of the test", () => {
  assertEquals(seedOf("a name", 1), seedOf("a name", 1));
  assertNotEquals(seedOf("a name", 1), seedOf("a name", 2));
  assertNotEquals(seedOf("a name", 1), seedOf("another name", 1));
});

Deno.test("a task prints its seed in the first line, and --seed sets it", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "scripts/simulate.ts", "--seed", "7", "--seeds", "1"],
    cwd: ROOT,
    env: { [SEED_VARIABLE]: "8" },
  }).output();
  const [first, second] = new TextDecoder().decode(stdout).split("\n");
  assertEquals(first, "seed 7 (--seed 7 repeats this run)");
  assert(second?.startsWith("seeds 7 to 7, "), second);
});

/** Matches sources of random numbers that do not come from the seed. */
const UNSEEDED =
  /\bfc\.(?:assert|check|sample|statistics)\(|\bMath\.random\b|\bcrypto\.(?:getRandomValues|randomUUID)\b/;

/** The only test files that may name such a source: the seed's own, this one, and the examples of the lint. */
const EXEMPT = [
  "tests/seed.ts",
  "tests/for_all.ts",
  "scripts/test/seed_test.ts",
  "scripts/lint/pure_test.ts",
];

function* sourcesBelow(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sourcesBelow(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

Deno.test("no test takes its chance from anywhere but the seed", () => {
  const tests = [...sourcesBelow("src"), ...sourcesBelow("scripts")].filter((path) =>
    path.endsWith("_test.ts")
  );
  const tasks = ["scripts/simulate.ts", "scripts/torture.ts", "scripts/torture_logs.ts"];
  const places: string[] = [];
  for (const path of [...tests, ...tasks, ...sourcesBelow("tests")]) {
    if (EXEMPT.includes(path)) continue;
    for (const [at, line] of Deno.readTextFileSync(join(ROOT, path)).split("\n").entries()) {
      if (UNSEEDED.test(line)) places.push(`${path}:${at + 1}: ${line.trim()}`);
    }
  }
  assertEquals(places, [], "use forAll() of tests/for_all.ts, or seedOf() or runSeed() of tests/seed.ts");
});

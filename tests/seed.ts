/**
 * The seed of a test run: the one place from which every random test takes its chance.
 *
 * The seed is a hash of the contents of `src` and `tests`, so the same tree gives the same run on every machine. The
 * hash knows neither git nor the path of the checkout nor the order in which a directory is listed. `--seed` of
 * `deno task test`, `simulate`, `torture` and `torture-logs` sets another one; it reaches child processes in the
 * environment variable DENIT_SEED, which `deno test FILE` also obeys.
 *
 * A property takes `seedOf(its name)`, so a test that is added or removed changes no other test. A series (simulations,
 * torture, crash plans) begins at `runSeed()` itself and counts up, so the seed that a failure names can be given to
 * the series' own task.
 */
import { createHash } from "node:crypto";
import { fromFileUrl, join } from "@std/path";

/** The environment variable by which the seed of a run reaches its child processes. */
export const SEED_VARIABLE = "DENIT_SEED";

/** Seeds are whole numbers below this: 31 bits, which fast-check and `Random` both take unchanged. */
export const SEED_LIMIT = 2 ** 31;

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const HASHED_FOLDERS = ["src", "tests"];

let known: number | undefined;

/** The seed of this run. The first call may read the tree; later calls return the same number. */
export function runSeed(): number {
  return known ??= chosenSeed(undefined, Deno.env.get(SEED_VARIABLE), () => treeSeed(ROOT));
}

/**
 * The seed that `option` (the word after `--seed`) asks for; without an option the seed that `variable` (the value of
 * DENIT_SEED) asks for; without both the seed of the tree. Throws RangeError for a word that is no seed.
 */
export function chosenSeed(
  option: string | undefined,
  variable: string | undefined,
  ofTree: () => number,
): number {
  const word = option ?? variable;
  if (word === undefined) return ofTree();
  // Only as an option: of the variable every test file would draw another seed.
  if (option === "random") return randomSeed();
  const seed = Number(word);
  if (/^\d+$/.test(word) && seed < SEED_LIMIT) return seed;
  throw new RangeError(`a seed is "random" or a whole number below ${SEED_LIMIT}, not "${word}"`);
}

/** A seed that cannot be foretold, for a run that explores. */
function randomSeed(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % SEED_LIMIT;
}

/** The hash of all files in the folders `src` and `tests` below `root`: their paths from there, and their bytes. */
export function treeSeed(root: string): number {
  const hash = createHash("sha256");
  for (const path of HASHED_FOLDERS.flatMap((folder) => [...filesBelow(root, folder)])) {
    const bytes = Deno.readFileSync(join(root, path));
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return seedIn(hash.digest());
}

/** Paths in a fixed order. Hidden files are an editor's or a file system's, not the tree's. */
function* filesBelow(root: string, folder: string): Generator<string> {
  const entries = [...Deno.readDirSync(join(root, folder))].filter(({ name }) => !name.startsWith("."));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesBelow(root, path);
    else yield path;
  }
}

function seedIn(digest: Uint8Array): number {
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % SEED_LIMIT;
}

/** The seed of the test called `name` in this run: it depends on the run's seed and on the name, on nothing else. */
export function seedOf(name: string, seed: number = runSeed()): number {
  return seedIn(createHash("sha256").update(`${seed}\0${name}`).digest());
}

/**
 * A word that no other test process on this machine uses, to find the processes of one run by. It is not a seed: it
 * must differ between runs of the same tree, and it decides nothing that a test does.
 */
export function uniqueMark(): string {
  return crypto.randomUUID();
}

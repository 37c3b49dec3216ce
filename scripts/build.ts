/**
 * Writes `dist/denit`: one file that is the whole program.
 *
 * The program is `main.ts`, minified, in chunks, so that a call reads in no more than it runs. The compiled form is the
 * chunks appended to a base runtime of Deno. If there is no base runtime, the script form is written: the chunks in one
 * file behind a head for sh, which starts an installed deno. If the file is there already and its sources are the same,
 * nothing is done.
 */
import { parseArgs } from "@std/cli";
import { basename, dirname, fromFileUrl, join, resolve } from "@std/path";
import { type Architecture, type Base, findBase, tripleOf } from "./build/base.ts";
import { type Chunks, numberChunks, packChunks } from "./build/chunks.ts";
import { command, CommandError } from "./build/command.ts";
import { scriptForm } from "./build/script_form.ts";
import { APPLETS } from "../src/applets/registry.ts";
import { keyOf, lockFile, readStamp, type Stamp, writeStamp } from "./build/stamp.ts";

/** The permissions of the program; `main.ts` gives up those that its applet does not need. */
const PERMISSIONS = ["--allow-ffi"];

/**
 * The flags ask for:
 *
 * - one thread, so that the signal mask that the program sets covers all of it;
 * - gc(), for the moment after a burst of starts;
 * - a young generation of 1 MB, because a supervisor drops an object at once or keeps it for long;
 * - optimization after a thousand and after ten thousand calls: a logger then spends 2.6 us on a line, and 5 us without;
 * - the optimizing compiler for WebAssembly from the start.
 */
const V8_FLAGS = [
  "--single-threaded",
  "--expose-gc",
  "--max-semi-space-size=1",
  "--optimize-for-size",
  "--no-liftoff",
  "--invocation-count-for-maglev=1000",
  "--invocation-count-for-turbofan=10000",
];
const FLAGS = [`--v8-flags=${V8_FLAGS.join(",")}`, ...PERMISSIONS];

/** The applets for which the script form blocks signals before deno starts. */
const LONG_LIVED = APPLETS.filter((applet) => applet.longLived === true).map((applet) => applet.name);

const ROOT = fromFileUrl(new URL("../", import.meta.url));

/** Choices of a build; each has a default. */
export interface BuildOptions {
  /** The base runtime to append the program to. Default: DENORT_BIN, or one that is found. */
  readonly denort?: string | undefined;
  /** Default: compiled, or script if that cannot be built. */
  readonly form?: "compiled" | "script" | undefined;
  /** True when a base runtime that must not be given to others is refused. */
  readonly release?: boolean;
  /** Default: the architecture of this machine. */
  readonly target?: Architecture;
  /** Default: `dist/denit`. */
  readonly output?: string;
  /** Default: `main.ts`. */
  readonly main?: string;
  /**
   * True when the build tries again to compile after an earlier build of the same sources could only write the script
   * form.
   */
  readonly retry?: boolean;
}

/** A file that has been built. */
export interface Built {
  readonly path: string;
  readonly form: "compiled" | "script";
  /** A phrase that says which base runtime it has. */
  readonly base: string;
}

/** The options with their defaults filled in. */
interface Choices {
  readonly denort: string | undefined;
  readonly form: "compiled" | "script" | undefined;
  readonly release: boolean;
  readonly target: Architecture;
  readonly output: string;
  readonly main: string;
}

type Made = Pick<Stamp, "form" | "base" | "fallback">;

function choicesOf(options: BuildOptions): Choices {
  return {
    denort: options.form === "script"
      ? undefined
      : options.denort ?? (Deno.env.get("DENORT_BIN") || undefined),
    form: options.form,
    release: options.release ?? false,
    target: options.target ?? Deno.build.arch,
    output: resolve(options.output ?? join(ROOT, "dist/denit")),
    main: resolve(options.main ?? join(ROOT, "main.ts")),
  };
}

async function keyOfChoices(choices: Choices): Promise<string> {
  const denort = choices.denort === undefined ? undefined : await Deno.stat(choices.denort);
  const denortIs = `${choices.denort} ${denort?.size} ${denort?.mtime?.getTime()}`;
  // Equal denos build equal files, except that the script form contains the path of its deno.
  const deno = choices.form === "script" ? Deno.execPath() : Deno.version.deno;
  const places = ["src", "deno.json", "scripts/build.ts", "scripts/build"].map((place) => join(ROOT, place));
  return await keyOf([deno, ...FLAGS, denortIs, JSON.stringify(choices)], [choices.main, ...places]);
}

interface Code {
  readonly chunks: Chunks;
  /** The name of the chunk to start with. */
  readonly entry: string;
}

async function bundle(main: string, work: string): Promise<Code> {
  const directory = join(work, "bundle");
  const flags = ["--quiet", "--minify", "--code-splitting", "--config", join(ROOT, "deno.json")];
  await command(Deno.execPath(), ["bundle", ...flags, "--outdir", directory, main]);
  const chunks = new Map<string, string>();
  for await (const { name } of Deno.readDir(directory)) {
    chunks.set(name, await Deno.readTextFile(join(directory, name)));
  }
  const entry = basename(main).replace(/\.ts$/, ".js");
  return { chunks: numberChunks(chunks, entry), entry };
}

async function compile(
  { chunks, entry }: Code,
  base: Base,
  { target }: Choices,
  file: string,
): Promise<void> {
  const flags = [
    "--quiet",
    "--no-config",
    "--no-lock",
    "--no-prompt",
    "--no-check",
    "--no-code-cache",
    ...FLAGS,
  ];
  const directory = join(dirname(file), "chunks");
  await Deno.mkdir(directory);
  for (const [name, text] of chunks) {
    const chunk = join(directory, name);
    await Deno.writeTextFile(chunk, text);
    // The compiled program records this time. A fixed one makes equal sources give equal bytes.
    await Deno.utime(chunk, 0, 0);
  }
  await command(
    base.deno,
    ["compile", ...flags, "--target", tripleOf(target), "--output", file, entry],
    { cwd: directory, ...(base.denort === undefined ? {} : { env: { DENORT_BIN: base.denort } }) },
  );
}

async function writeScript({ chunks, entry }: Code, file: string): Promise<void> {
  const template = (name: string) => Deno.readTextFile(join(ROOT, "scripts/build", name));
  const script = {
    chunks: await packChunks(chunks),
    entry,
    deno: Deno.execPath(),
    flags: FLAGS,
    longLived: LONG_LIVED,
  };
  const templates = { head: await template("head.sh"), loader: await template("loader.js") };
  await Deno.writeTextFile(file, scriptForm(templates, script), { mode: 0o755 });
}

/** Chooses the base to compile with; undefined if the script form is to be written. */
async function chooseBase(choices: Choices): Promise<Base | undefined> {
  if (choices.form === "script") return undefined;
  try {
    return await findBase(choices);
  } catch (error) {
    const mayFallBack = choices.form === undefined && !choices.release && choices.denort === undefined;
    if (!mayFallBack || !(error instanceof CommandError)) throw error;
    console.error(`build: no base runtime to compile with (${error.message}): writing the script form`);
    return undefined;
  }
}

async function make(choices: Choices, work: string): Promise<Made> {
  const base = await chooseBase(choices);
  const file = join(work, "denit");
  const code = await bundle(choices.main, work);
  if (base === undefined) await writeScript(code, file);
  else await compile(code, base, choices, file);
  await Deno.chmod(file, 0o755);
  await Deno.rename(file, choices.output);
  if (base !== undefined) return { form: "compiled", base: base.name, fallback: false };
  return { form: "script", base: "none, it starts an installed deno", fallback: choices.form === undefined };
}

async function removeIfThere(directory: string): Promise<void> {
  try {
    await Deno.remove(directory, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function buildLocked(choices: Choices, retry: boolean): Promise<Made> {
  const key = await keyOfChoices(choices);
  const stamp = await readStamp(choices.output, key);
  if (stamp !== undefined && !(stamp.fallback && retry)) return stamp;
  // No other build uses this directory while we hold the lock.
  const work = join(dirname(choices.output), ".build");
  await removeIfThere(work);
  await Deno.mkdir(work);
  try {
    const made = await make(choices, work);
    await writeStamp(choices.output, { key, ...made });
    return made;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Builds the file unless it is built already. If two builds run at once, the second waits and finds the work done. */
export async function build(options: BuildOptions = {}): Promise<Built> {
  const choices = choicesOf(options);
  await Deno.mkdir(dirname(choices.output), { recursive: true });
  using lock = await Deno.open(lockFile(choices.output), { write: true, create: true });
  await lock.lock(true);
  const { form, base } = await buildLocked(choices, options.retry ?? false);
  return { path: choices.output, form, base };
}

const USAGE = "usage: deno task build [--denort FILE] [--form compiled|script] [--release] " +
  "[--target x86_64|aarch64] [--output FILE]";

class UsageError extends Error {}

function oneOf<T extends string>(value: string | undefined, words: readonly T[]): T | undefined {
  const word = words.find((word) => word === value);
  if (value !== undefined && word === undefined) throw new UsageError(USAGE);
  return word;
}

function optionsOf(args: readonly string[]): BuildOptions {
  const parsed = parseArgs(args, {
    string: ["denort", "form", "target", "output"],
    boolean: ["release"],
    unknown: () => {
      throw new UsageError(USAGE);
    },
  });
  const target = oneOf(parsed.target, ["x86_64", "aarch64"]);
  return {
    denort: parsed.denort,
    form: oneOf(parsed.form, ["compiled", "script"]),
    release: parsed.release,
    retry: true,
    ...(target === undefined ? {} : { target }),
    ...(parsed.output === undefined ? {} : { output: parsed.output }),
  };
}

/** Returns the exit code: 0 built, 1 not built, 100 wrong usage, as in runit's programs. */
async function main(): Promise<number> {
  try {
    const { path, form, base } = await build(optionsOf(Deno.args));
    console.log(`${path}: ${form} form, base runtime: ${base}`);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error instanceof UsageError ? error.message : `build: ${error.message}`);
    return error instanceof UsageError ? 100 : 1;
  }
}

if (import.meta.main) Deno.exit(await main());

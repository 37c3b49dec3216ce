/** The stamp beside a built file. It names the sources, so that a build can tell whether the file is still up to date. */
import { basename, dirname, join } from "@std/path";
import { sha256 } from "./base.ts";

/** A stamp. */
export interface Stamp {
  /** The sum over the sources and the choices of the build. */
  readonly key: string;
  readonly form: "compiled" | "script";
  readonly base: string;
  /** True when the script form was written because the compiled one could not be. */
  readonly fallback: boolean;
  /** The size of the built file. With the time of its last change it tells whether another file has taken its place. */
  readonly size: number;
  readonly mtimeMs: number;
}

function stampFile(output: string): string {
  return join(dirname(output), `.${basename(output)}.stamp.json`);
}

/** The lock of the directory of `output`. Only the build that holds it may build there. */
export function lockFile(output: string): string {
  return join(dirname(output), ".lock");
}

/** The size and the time of the last change of a file; undefined if there is none. */
async function identity(file: string): Promise<Pick<Stamp, "size" | "mtimeMs"> | undefined> {
  try {
    const { size, mtime } = await Deno.stat(file);
    return { size, mtimeMs: mtime?.getTime() ?? 0 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Reads the stamp of `output`; undefined unless it is for `key` and for the file that is there. */
export async function readStamp(output: string, key: string): Promise<Stamp | undefined> {
  const built = await identity(output);
  if (built === undefined) return undefined;
  try {
    const stamp: Stamp = JSON.parse(await Deno.readTextFile(stampFile(output)));
    const same = stamp.key === key && stamp.size === built.size && stamp.mtimeMs === built.mtimeMs;
    return same ? stamp : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Writes the stamp of `output`. */
export async function writeStamp(
  output: string,
  { key, form, base, fallback }: Omit<Stamp, "size" | "mtimeMs">,
): Promise<void> {
  const built = await identity(output);
  await Deno.writeTextFile(stampFile(output), JSON.stringify({ key, form, base, fallback, ...built }) + "\n");
}

async function* sourcesBelow(directory: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory) yield* sourcesBelow(path);
    else if (entry.isFile && !entry.name.startsWith(".") && !entry.name.includes("_test.")) yield path;
  }
}

/** The sum over `choices` and over every file in `places` except tests. A place that does not exist counts as such. */
export async function keyOf(choices: readonly string[], places: readonly string[]): Promise<string> {
  const files: string[] = [];
  for (const place of places) {
    try {
      if ((await Deno.stat(place)).isDirectory) files.push(...await Array.fromAsync(sourcesBelow(place)));
      else files.push(place);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const lines = [...choices];
  for (const file of files.sort()) lines.push(`${await sha256(await Deno.readFile(file))} ${file}`);
  return await sha256(new TextEncoder().encode(lines.join("\n")));
}

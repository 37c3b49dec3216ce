/** The sources of the program, for checks that look at all of them at once. */
import { fromFileUrl, join, relative } from "@std/path";
import { isProgram, placeOf } from "./place.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

async function* filesBelow(directory: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory) yield* filesBelow(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

/** The text of every file of the program, by its path below the repository's root, in the order of the paths. */
export async function programSources(): Promise<ReadonlyMap<string, string>> {
  const paths = (await Array.fromAsync(filesBelow(join(ROOT, "src")))).map((path) => relative(ROOT, path));
  const files = ["main.ts", ...paths].filter((file) => isProgram(placeOf(file))).sort();
  return new Map(
    await Promise.all(
      files.map(async (file) => [file, await Deno.readTextFile(join(ROOT, file))] as const),
    ),
  );
}

/** The text of a file of the repository that is no part of the program. */
export function repositoryText(file: string): Promise<string> {
  return Deno.readTextFile(join(ROOT, file));
}

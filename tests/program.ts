/**
 * The program that the tests run: `dist/denit`, with a link to it for every applet in `dist/links`. The program is
 * built again if the sources have changed since.
 */
import { fromFileUrl, join } from "@std/path";
import { build } from "../scripts/build.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));

/** The built program. */
export interface Program {
  /** Path of the file: `dist/denit`. */
  readonly path: string;
  readonly form: "compiled" | "script";
  /** Directory of links to the applets. Tests put it first in PATH. */
  readonly links: string;
}

/** The end of a program, with all that it printed. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a run. `env` is added to the environment of the tests, and LC_ALL is C. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The time that a test waits for a program. All of them are far faster. */
const PATIENCE_MS = 60_000;

let made: Promise<Program> | undefined;

/** The built and linked program. The first call builds it. */
export function program(): Promise<Program> {
  return made ??= make();
}

async function make(): Promise<Program> {
  const { path, form } = await build();
  const links = join(ROOT, "dist/links");
  await Deno.mkdir(links, { recursive: true });
  const { code, stderr } = await output(path, ["--install", links]);
  if (code !== 0) throw new Error(`denit --install ended with ${code}: ${stderr}`);
  return { path, form, links };
}

/** Runs a file until it ends. Kills it after PATIENCE_MS. */
export async function output(
  file: string,
  args: readonly string[],
  { env = {}, cwd }: RunOptions = {},
): Promise<Ended> {
  const { code, signal, stdout, stderr } = await new Deno.Command(file, {
    args: [...args],
    env: { LC_ALL: "C", ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, signal, stdout: text(stdout), stderr: text(stderr) };
}

/** Runs an applet by its link, until it ends. */
export async function applet(name: string, args: readonly string[], options?: RunOptions): Promise<Ended> {
  return await output(join((await program()).links, name), args, options);
}

/** Runs an sh script, with the applets first in PATH, until it ends. */
export async function shell(script: string, options: RunOptions = {}): Promise<Ended> {
  const { links } = await program();
  const env = { PATH: `${links}:${Deno.env.get("PATH")}`, ...options.env };
  return await output("/bin/sh", ["-c", script], { ...options, env });
}

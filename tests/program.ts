/**
 * The program that the tests run: `dist/denit`, built if it is not what the sources say, with a link to it for
 * every applet in `dist/links`.
 */
import { fromFileUrl, join } from "@std/path";
import { build } from "../scripts/build.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));

export interface Program {
  /** `dist/denit`. */
  readonly path: string;
  readonly form: "compiled" | "script";
  /** The directory of links, to be put first in PATH. */
  readonly links: string;
}

export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** No program that is waited for takes as long. */
const PATIENCE_MS = 60_000;

let made: Promise<Program> | undefined;

/** Built and linked at the first call. */
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

/** Runs a file to its end. */
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

/** Runs an applet by its link. */
export async function applet(name: string, args: readonly string[], options?: RunOptions): Promise<Ended> {
  return await output(join((await program()).links, name), args, options);
}

/** Runs a piece of sh that finds the applets in PATH. */
export async function shell(script: string, options: RunOptions = {}): Promise<Ended> {
  const { links } = await program();
  const env = { PATH: `${links}:${Deno.env.get("PATH")}`, ...options.env };
  return await output("/bin/sh", ["-c", script], { ...options, env });
}

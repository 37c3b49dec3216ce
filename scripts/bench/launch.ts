/**
 * `deno task bench launch`: the time until a program has run that setuidgid starts, or a chain of three launchers.
 *
 * Every contender runs the same command lines in turn. The time counts from the start of the first link to the end of
 * the program, which does nothing.
 */

import { fromFileUrl, join } from "@std/path";
import { installDenit, installEmpty } from "./denit.ts";
import { EMPTY_PROGRAM } from "./fleet.ts";
import { duration, ratio } from "./format.ts";
import { machineLines } from "./machine.ts";
import { type Options, wholeNumber } from "./options.ts";
import { median, rotated } from "./statistics.ts";
import { isThere } from "../../tests/machine.ts";

/** The usage of this benchmark. */
export const LAUNCH_USAGE = `launch [options]
  --rounds N   rounds in which the contenders take turns (5)
  --quick      few starts in two rounds; prints the page
  --out DIR    where the page goes; without it a complete run writes to bench/`;

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const ACCOUNT = "nobody";
const LINKS = ["softlimit", "setuidgid", "chpst"] as const;

const COMMANDS = {
  "nothing": ["true"],
  "setuidgid": ["setuidgid", ACCOUNT, "true"],
  "chain of three": ["softlimit", "-c", "0", "setuidgid", ACCOUNT, "chpst", "-n", "5", "true"],
} as const;
type CommandName = keyof typeof COMMANDS;

/** A contender whose programs are measured. */
interface Contender {
  readonly name: string;
  /** The directories of its programs, which stand in front of PATH. */
  readonly directories: readonly string[];
  /** The program that stands for `nothing`, in the form of this contender; absent: the program of that name. */
  readonly empty?: string;
}

type Samples = Map<string, number[]>;

/** Makes a directory of links. Each name leads to the same file, or to a file of its own. */
function linked(directory: string, target: (name: string) => string): string {
  Deno.mkdirSync(directory);
  for (const name of LINKS) Deno.symlinkSync(target(name), join(directory, name));
  return directory;
}

/** Makes a copy of the program for every name: they are different files, so a chain of them costs a start each. */
function separate(directory: string, program: string): readonly string[] {
  return LINKS.map((name) => {
    const place = join(directory, name);
    Deno.mkdirSync(place, { recursive: true });
    Deno.copyFileSync(program, join(place, name));
    Deno.chmodSync(join(place, name), 0o755);
    return place;
  });
}

function busybox(): string | undefined {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/root", ".cache");
  return [join(cache, "denit/busybox-full")].find(isThere);
}

async function contenders(work: string): Promise<{ all: readonly Contender[]; notes: readonly string[] }> {
  const all: Contender[] = [];
  const notes: string[] = [];
  for (const system of ["denit-compiled", "denit-script"] as const) {
    const directory = join(work, system);
    const base = await installDenit(system, directory);
    await installEmpty(system, directory);
    const form = system === "denit-compiled" ? "compiled" : "script";
    for (const name of LINKS) Deno.symlinkSync("denit", join(directory, name));
    const empty = join(directory, EMPTY_PROGRAM);
    all.push({ name: `denit, ${form}`, directories: [directory], empty });
    const apart = separate(join(work, `${system}-apart`), join(directory, "denit"));
    all.push({ name: `denit, ${form}, a start for each link`, directories: [...apart, directory], empty });
    notes.push(`denit, ${form}: ${base}`);
  }
  if (isThere("/usr/bin/chpst")) {
    all.push({ name: "runit", directories: [linked(join(work, "runit"), () => "/usr/bin/chpst")] });
  }
  const box = busybox();
  if (box !== undefined) {
    all.push({ name: "BusyBox", directories: [linked(join(work, "busybox"), () => box)] });
  }
  return { all, notes };
}

/** Runs a command. Returns the milliseconds from its start to its end. */
function elapsedMs({ directories, empty }: Contender, command: CommandName): number {
  const PATH = `${directories.join(":")}:/usr/bin:/bin`;
  const [program = "", ...args] = COMMANDS[command];
  const file = command === "nothing" && empty !== undefined ? empty : program;
  const path = directories.map((directory) => join(directory, file)).find(isThere) ?? file;
  const child = new Deno.Command(path, {
    args,
    env: { PATH },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const startMs = performance.now();
  const { code, stderr } = child.outputSync();
  const ms = performance.now() - startMs;
  if (code !== 0) {
    throw new Error(`${[path, ...args].join(" ")} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return ms;
}

function measure(all: readonly Contender[], rounds: number, startsARound: number): Samples {
  const samples: Samples = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const contender of rotated(all, round)) {
      for (const command of Object.keys(COMMANDS) as CommandName[]) {
        // The first start reads the files into memory, so it does not count.
        elapsedMs(contender, command);
        const times = Array.from({ length: startsARound }, () => elapsedMs(contender, command));
        const key = keyOf(contender.name, command);
        samples.set(key, [...samples.get(key) ?? [], ...times]);
      }
    }
    console.error(`round ${round + 1} of ${rounds}`);
  }
  return samples;
}

function keyOf(contender: string, command: CommandName): string {
  return `${contender}/${command}`;
}

/** Runs this benchmark. */
export async function launch(options: Options): Promise<void> {
  const isQuick = options["quick"] !== undefined;
  const rounds = wholeNumber(options, "rounds", isQuick ? 2 : 5);
  const startsARound = isQuick ? 10 : 40;
  const work = Deno.makeTempDirSync({ prefix: "denit-bench-launch-" });
  try {
    Deno.chmodSync(work, 0o755);
    const { all, notes } = await contenders(work);
    const samples = measure(all, rounds, startsARound);
    const page = pageOf(all, samples, [
      ...machineLines(["runit"], notes),
      `rounds: ${rounds}; starts of each kind in a round: ${startsARound}`,
    ]);
    const out = options["out"] ?? (isQuick ? undefined : join(ROOT, "bench"));
    if (out === undefined) return console.log(page);
    Deno.mkdirSync(out, { recursive: true });
    Deno.writeTextFileSync(join(out, "launch.md"), page);
    console.log(`wrote launch.md to ${out}`);
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
}

/** The page in Markdown; exported for its test. */
export function pageOf(
  all: readonly { readonly name: string }[],
  samples: ReadonlyMap<string, readonly number[]>,
  notes: readonly string[],
): string {
  const ms = (name: string, command: CommandName) => median(samples.get(keyOf(name, command)) ?? [NaN]);
  const peers = all.filter(({ name }) => !name.startsWith("denit")).map(({ name }) => name);
  const rows = all.map(({ name }) => {
    const cells = (Object.keys(COMMANDS) as CommandName[]).map((command) => duration(ms(name, command)));
    const ratios = peers.map((peer) => ratio(ms(name, "chain of three") / ms(peer, "chain of three")));
    return `| ${[name, ...cells, ...ratios].join(" | ")} |`;
  });
  const heads = ["", ...Object.keys(COMMANDS), ...peers.map((peer) => `chain : ${peer}`)];
  return `# Starting a program through launchers, side by side

Medians of one run in which the contenders took turns: from the start of the first link to the end of a program that
does nothing. \`nothing\` is that program alone; for denit it is an empty program in the same form. The chain is
\`${
    COMMANDS["chain of three"].join(" ")
  }\`. Where there is a start for each link, every link is a copy of denit, so that
it is not taken for the same file. \`deno task bench launch\` measures again and writes this page.

${notes.map((note) => `- ${note}`).join("\n")}

| ${heads.join(" | ")} |
| ${heads.map(() => "---").join(" | ")} |
${rows.join("\n")}

${sentences(all.map(({ name }) => name), peers, ms).join("\n")}
`;
}

/** Sentences that say what denit loses, and what one start for a chain wins back. */
function sentences(
  names: readonly string[],
  peers: readonly string[],
  ms: (name: string, command: CommandName) => number,
): readonly string[] {
  return ["compiled", "script"].flatMap((form) => {
    const denit = `denit, ${form}`;
    const apart = `${denit}, a start for each link`;
    if (!names.includes(denit)) return [];
    const lost = peers.map((peer) =>
      `${duration(ms(denit, "setuidgid") - ms(peer, "setuidgid"))} to ${peer} for setuidgid and ` +
      `${duration(ms(denit, "chain of three") - ms(peer, "chain of three"))} for the chain`
    );
    const saved = names.includes(apart)
      ? [
        `One start for the chain saves ${
          duration(ms(apart, "chain of three") - ms(denit, "chain of three"))
        } of ${duration(ms(apart, "chain of three"))}.`,
      ]
      : [];
    return [`- ${denit}: loses ${lost.join(", and ")}. ${saved.join("")}`];
  });
}

/** One logger behind one writer, in a directory of its own. A trial feeds it, waits for it, and checks that it lost nothing. */

import { command, delay } from "../fleet.ts";
import { processorSeconds } from "../proc.ts";
import { loggerCommand, type LoggerInstallation, LOGGERS, svlogdConfig, type Wish } from "./contenders.ts";
import { type Emission, emitterProgram } from "./emitter.ts";

/** A script that runs the writer as often as each line that it reads says. When these lines end, the logger's input ends. */
const FEED = `
writer=$1 directory=$2
shift 2
while read -r times; do
  while [ "$times" -gt 0 ]; do
    "$writer" || exit
    times=$((times - 1))
  done
  echo >>"$directory/fed"
done | {
  sh -c 'echo $$ >"$1/pid"; shift; exec "$@"' sh "$directory" "$@"
  code=$?
  times >"$directory/times"
  exit $code
}
`;

const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 10;
const QUIET_FOR_MS = 100;
const QUIET_SECONDS = 0.0005;

/** The order for a logger, without its directory. */
export type Order = Omit<Wish, "directory">;

/** A logger and its writer. */
export class Single {
  readonly #directory: string;
  readonly #feed: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #pid = 0;
  /** The processor time of the logger when it last waited. */
  #quietSeconds = 0;

  private constructor(directory: string, programs: string, emission: Emission, argv: readonly string[]) {
    this.#directory = directory;
    const writer = `${directory}/writer`;
    Deno.writeFileSync(writer, emitterProgram(emission), { mode: 0o755 });
    const args = ["-c", FEED, "sh", writer, directory, ...argv];
    this.#feed = command(programs, "sh", args, "null", "piped").spawn();
    this.#orders = this.#feed.stdin.getWriter();
  }

  /** Starts a logger and waits until it waits for input. */
  static async start(
    { logger, programs }: LoggerInstallation,
    directory: string,
    order: Order,
    emission: Emission,
  ): Promise<Single> {
    const log = makeLogDirectory(directory, order);
    const argv = loggerCommand(logger, { ...order, directory: log });
    const single = new Single(directory, programs, emission, argv);
    await single.#ready([`${directory}/pid`, `${log}/current`]);
    return single;
  }

  /** Starts `cat` in place of the logger. */
  static async startCat(directory: string, emission: Emission): Promise<Single> {
    Deno.mkdirSync(directory);
    const single = new Single(directory, "/bin", emission, ["cat"]);
    await single.#ready([`${directory}/pid`]);
    return single;
  }

  get pid(): number {
    return this.#pid;
  }

  async #ready(files: readonly string[]): Promise<void> {
    await until(() => files.every(hasFile), `${files.join(" and ")} are there`);
    await until(
      () => (this.#pid = Number(Deno.readTextFileSync(`${this.#directory}/pid`))) > 0,
      "its pid is known",
    );
    await this.quiet();
  }

  /** Waits until the logger waits for input. */
  async quiet(): Promise<void> {
    for (let before = -1;;) {
      this.#quietSeconds = processorSeconds([this.#pid]);
      if (this.#quietSeconds - before < QUIET_SECONDS) return;
      before = this.#quietSeconds;
      await delay(QUIET_FOR_MS);
    }
  }

  /** Writes the whole emission so many times, and waits until the logger has read the last byte. */
  async feed(times: number): Promise<void> {
    const fed = `${this.#directory}/fed`;
    const before = sizeOf(fed);
    await this.#order(`${times}\n`);
    await until(() => sizeOf(fed) > before, "all is written", Infinity);
    await this.quiet();
  }

  /** Writes the emission once and ends the input. Returns the time until the logger has ended, and its processor time. */
  async timeOnce(): Promise<{ ms: number; processorSeconds: number }> {
    const begunMs = performance.now();
    await this.#order("1\n");
    const ms = await this.end() - begunMs;
    const times = Deno.readTextFileSync(`${this.#directory}/times`);
    return { ms, processorSeconds: childSeconds(times) - this.#quietSeconds };
  }

  /** Waits until the logger has ended. Returns the time of that. */
  async end(): Promise<number> {
    await this.#orders.close();
    const { success } = await this.#feed.status;
    const endedMs = performance.now();
    if (!success) throw new Error("The logger failed");
    return endedMs;
  }

  async #order(words: string): Promise<void> {
    await this.#orders.write(new TextEncoder().encode(words));
  }
}

/** The user and system time of the children, from the second line that the shell's `times` prints: `0m1.250000s 0m0.500000s`. */
export function childSeconds(times: string): number {
  const parts = [...(times.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce((total, [, minutes, seconds]) => total + 60 * Number(minutes) + Number(seconds), 0);
}

/** The bytes of a complete log of these lines: their own, and a stamp for each. */
export function loggedBytes(
  { logger }: Pick<LoggerInstallation, "logger">,
  { stamp }: Pick<Wish, "stamp">,
  { bytes, lines }: { readonly bytes: number; readonly lines: number },
): number {
  return bytes + lines * LOGGERS[logger].stampBytes[stamp];
}

/** Makes a log directory below `directory`. Returns its path. */
export function makeLogDirectory(directory: string, { selects }: Order): string {
  const log = `${directory}/log`;
  Deno.mkdirSync(log, { recursive: true });
  Deno.writeTextFileSync(`${log}/config`, svlogdConfig(selects ?? false));
  return log;
}

/** The bytes in `current` and the old files of a log directory. */
export function bytesIn(log: string): number {
  const names = [...Deno.readDirSync(log)].map(({ name }) => name);
  return names.filter((name) => name === "current" || name.startsWith("@"))
    .reduce((total, name) => total + Deno.statSync(`${log}/${name}`).size, 0);
}

function hasFile(path: string): boolean {
  return sizeOf(path) >= 0;
}

/** The size of a file; -1 if there is none. */
export function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return -1;
  }
}

/** Waits until `holds` is true. Throws, naming the `wish`, if that takes too long. */
export async function until(holds: () => boolean, wish: string, withinMs = READY_WITHIN_MS): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`Not in ${withinMs} ms: ${wish}`);
    await delay(LOOK_EVERY_MS);
  }
}

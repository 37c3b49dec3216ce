/** One trial: measures one item of one logger, or of the writer alone, and prints the samples as JSON. `namespace.ts` runs it. */

import { command, delay } from "../fleet.ts";
import { leaveWithParent } from "../namespace.ts";
import { processorSeconds, proportionalSizeKb } from "../proc.ts";
import { isOurs, loggerCommand, type LoggerInstallation, STAMPS } from "./contenders.ts";
import type { Emission } from "./emitter.ts";
import { linesOf, selected } from "./input.ts";
import type { Item, Measure, Rate, Samples } from "./measurement.ts";
import { bytesIn, loggedBytes, makeLogDirectory, type Order, Single, sizeOf, until } from "./single.ts";
import { type Layout, Tree } from "./tree.ts";

/** The amount that one trial measures. */
export interface Extent {
  /** The input of one timing, in millions of bytes. */
  readonly megabytes: { readonly [item in "throughput" | "writes" | "patterns" | "lengths"]: number };
  /** The lengths of lines for `lengths`, newline included. */
  readonly lineBytes: readonly number[];
  /** At most so many short lines are written. */
  readonly mostLines: number;
  readonly latencyLines: number;
  /** Memory is measured after so many megabytes of input. */
  readonly memoryMegabytes: readonly number[];
  /** The same for peers, which need more time. */
  readonly peerMemoryMegabytes: readonly number[];
  readonly trees: { readonly [layout in Layout]: TreeExtent };
}

interface TreeExtent {
  readonly services: number;
  /** The seconds from the first lines of all services to the measurement. */
  readonly settleSeconds: number;
  readonly seconds: number;
}

/** The order for a trial. */
export interface TrialRequest {
  readonly item: Item;
  /** The logger; absent for the writer alone. */
  readonly installation?: LoggerInstallation;
  readonly extent: Extent;
  /** An empty directory. */
  readonly arena: string;
}

const MEGABYTE = 1_000_000;
const LINE_BYTES = 100;
const LARGE_BUFFER_BYTES = 65_536;
const LATENCY_WITHIN_MS = 10_000;
/** The pause between two lines, so that the logger waits for input when a line comes. */
const PAUSE_MS = 2;

interface Trial extends TrialRequest {
  readonly installation: LoggerInstallation;
  readonly report: (measure: Measure, scale: number, values: readonly number[]) => void;
}

const TRIALS: Record<Item, (trial: Trial) => Promise<void>> = {
  throughput: measureThroughput,
  writes: measureWrites,
  patterns: measurePatterns,
  lengths: measureLengths,
  latency: measureLatency,
  memory: measureMemory,
  fleet: (trial) => measureTree(trial, "fleet"),
  unmodified: (trial) => measureTree(trial, "unmodified"),
};

async function measureThroughput(trial: Trial): Promise<void> {
  const emission = emissionOf(trial.extent.megabytes.throughput, LINE_BYTES);
  for (const stamp of STAMPS) await time(trial, `${stamp} MB/s`, { stamp }, emission);
  if (trial.installation.logger === "s6-log") return;
  await time(trial, "large buffer MB/s", { stamp: "utc", bufferBytes: LARGE_BUFFER_BYTES }, emission);
}

async function measureWrites(trial: Trial): Promise<void> {
  const emission = emissionOf(trial.extent.megabytes.writes, LINE_BYTES, LINE_BYTES);
  await time(trial, "line a write MB/s", { stamp: "utc" }, emission);
}

async function measurePatterns(trial: Trial): Promise<void> {
  const emission = emissionOf(trial.extent.megabytes.patterns, LINE_BYTES);
  await time(trial, "patterns MB/s", { stamp: "utc", selects: true }, emission);
}

async function measureLengths(trial: Trial): Promise<void> {
  const { megabytes, mostLines, lineBytes } = trial.extent;
  for (const bytes of lineBytes) {
    const emission = emissionOf(Math.min(megabytes.lengths, mostLines * bytes / MEGABYTE), bytes);
    await time(trial, "lengths MB/s", { stamp: "utc" }, emission, bytes);
  }
}

/** An emission of about so many megabytes. It has as few writes as possible, unless `pieceBytes` gives their size. */
function emissionOf(megabytes: number, lineBytes: number, pieceBytes?: number): Emission {
  const text = linesOf(lineBytes);
  const rounds = Math.max(1, Math.round(megabytes * MEGABYTE / text.length));
  return { text, pieceBytes: pieceBytes ?? text.length, rounds, pauseNs: 0 };
}

/** Measures from the first write until the logger has ended, and counts the bytes that it wrote. */
async function time(
  { installation, arena, report }: Trial,
  measure: Rate,
  order: Order,
  emission: Emission,
  lineBytes = LINE_BYTES,
): Promise<void> {
  const directory = `${arena}/timing`;
  const single = await Single.start(installation, directory, order, emission);
  const { ms, processorSeconds } = await single.timeOnce();
  const written = bytesIn(`${directory}/log`);
  const wanted = loggedBytes(installation, order, sumOf(emission, order));
  if (written !== wanted) throw new Error(`${measure}: ${written} bytes are logged, not ${wanted}`);
  report(measure, lineBytes, [megabytesPerSecond(emission, ms)]);
  report(`CPU of ${measure}`, lineBytes, [1000 * processorSeconds / megabytesOf(emission)]);
  Deno.removeSync(directory, { recursive: true });
}

/** The bytes and lines of an emission that are to be logged. */
function sumOf({ text, rounds }: Emission, { selects }: Order): { bytes: number; lines: number } {
  const lines = selects ? selected(text) : new TextDecoder().decode(text).split("\n").slice(0, -1);
  const bytes = lines.reduce((total, line) => total + line.length + 1, 0);
  return { bytes: rounds * bytes, lines: rounds * lines.length };
}

function megabytesOf({ text, rounds }: Emission): number {
  return text.length * rounds / MEGABYTE;
}

function megabytesPerSecond(emission: Emission, ms: number): number {
  return megabytesOf(emission) / (ms / 1000);
}

async function measureWriter({ item, extent, arena }: TrialRequest): Promise<Samples[]> {
  const inLines = item === "writes";
  const emission = emissionOf(
    extent.megabytes[inLines ? "writes" : "throughput"],
    LINE_BYTES,
    inLines ? LINE_BYTES : undefined,
  );
  const { ms } = await (await Single.startCat(`${arena}/writer`, emission)).timeOnce();
  const measure = inLines ? "line a write MB/s" : "none MB/s";
  const values = [megabytesPerSecond(emission, ms)];
  return [{ measure, contender: "writer", scale: LINE_BYTES, values }];
}

/** Writes lines in this process, and looks at the size of the file until it has grown. */
async function measureLatency({ installation, extent, arena, report }: Trial): Promise<void> {
  const { logger, programs } = installation;
  const fifo = `${arena}/fifo`;
  if (!(await new Deno.Command("mkfifo", { args: [fifo] }).output()).success) {
    throw new Error("Cannot make a FIFO");
  }
  const log = makeLogDirectory(arena, { stamp: "utc" });
  const argv = loggerCommand(logger, { directory: log, stamp: "utc" });
  const child = command(programs, "sh", ["-c", 'exec "$@" <"$0"', fifo, ...argv], "null").spawn();
  const input = Deno.openSync(fifo, { read: true, write: true });
  await until(() => sizeOf(`${log}/current`) >= 0, "the log is there");
  const line = linesOf(LINE_BYTES).subarray(0, LINE_BYTES);
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  const times: number[] = [];
  for (let index = 0; index < extent.latencyLines; index++) {
    Atomics.wait(asleep, 0, 0, PAUSE_MS);
    times.push(writeTimeMs(input, line, `${log}/current`));
  }
  input.close();
  if (!(await child.status).success) throw new Error("The logger failed");
  report("latency ms", 1, times);
}

function writeTimeMs(input: Deno.FsFile, line: Uint8Array, current: string): number {
  const before = Deno.statSync(current).size;
  const begunMs = performance.now();
  input.writeSync(line);
  for (;;) {
    const size = Deno.statSync(current).size;
    const nowMs = performance.now();
    if (size > before + line.length) return nowMs - begunMs;
    if (nowMs - begunMs > LATENCY_WITHIN_MS) throw new Error("A line did not come to the file");
  }
}

async function measureMemory({ installation, extent, arena, report }: Trial): Promise<void> {
  const { memoryMegabytes, peerMemoryMegabytes } = extent;
  const stages = isOurs(installation.logger) ? memoryMegabytes : peerMemoryMegabytes;
  // The smallest stage is one run of the writer.
  const [unit = 1] = stages;
  const single = await Single.start(
    installation,
    `${arena}/one`,
    { stamp: "utc" },
    emissionOf(unit, LINE_BYTES),
  );
  let fed = 0;
  for (const megabytes of stages) {
    await single.feed(Math.round((megabytes - fed) / unit));
    fed = megabytes;
    report("memory kB", megabytes, [proportionalSizeKb([single.pid])]);
  }
  await single.end();
}

async function measureTree({ installation, extent, arena, report }: Trial, layout: Layout): Promise<void> {
  const { services, settleSeconds, seconds } = extent.trees[layout];
  const tree = new Tree(installation, arena, layout, services);
  await tree.start();
  await delay(settleSeconds * 1000);
  const { logging, shared, supervisors } = tree.census();
  const take = () => ({
    atMs: performance.now(),
    logging: processorSeconds(logging),
    supervisors: processorSeconds(supervisors),
    lines: tree.lines(),
  });
  const before = take();
  await delay(seconds * 1000);
  const after = take();
  const share = seconds / ((after.atMs - before.atMs) / 1000);
  const say = (measure: Measure, value: number) => report(measure, services, [value]);
  say(`${layout} memory kB`, proportionalSizeKb(logging));
  say(`${layout} processes`, logging.length);
  say(`${layout} CPU s`, (after.logging - before.logging) * share);
  say(`${layout} supervisors kB`, proportionalSizeKb(supervisors));
  say(`${layout} supervisors CPU s`, (after.supervisors - before.supervisors) * share);
  say(`${layout} lines/s`, (after.lines - before.lines) * share / seconds);
  if (layout === "fleet" || shared.length === 0) return;
  say("unmodified loggers kB", proportionalSizeKb(shared));
  say("unmodified stand-ins kB", proportionalSizeKb(logging.filter((pid) => !shared.includes(pid))));
}

async function samplesOf(request: TrialRequest): Promise<Samples[]> {
  const { installation } = request;
  if (installation === undefined) return measureWriter(request);
  const samples: Samples[] = [];
  const report: Trial["report"] = (measure, scale, values) =>
    samples.push({ measure, contender: installation.logger, scale, values });
  await TRIALS[request.item]({ ...request, installation, report });
  return samples;
}

if (import.meta.main) {
  leaveWithParent();
  console.log(JSON.stringify(await samplesOf(JSON.parse(Deno.args[0] ?? ""))));
  // A tree and the wait for the parent would keep the process alive.
  Deno.exit(0);
}

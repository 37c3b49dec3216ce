/**
 * The writer of a logged service. It writes numbered lines to standard output, in bursts, some of them in several
 * writes, and blocks while the pipe is full. When its standard input ends, it writes one more line, and prints the
 * number of lines to standard error.
 *
 * Arguments: SEED BYTES_PER_SECOND [unended]. With `unended` the last line has no newline.
 */
import { Random } from "../../random.ts";
import { pause } from "../../wait.ts";
import { Lines } from "./lines.ts";

const MOST_LINES_IN_BURST = 60;
const MOST_CUTS = 4;

const [seed = 1, bytesPerSecond = 500_000] = Deno.args.map(Number);
const isUnended = Deno.args.includes("unended");
const lines = new Lines(seed);
const random = new Random(seed);
const encoder = new TextEncoder();
let isOver = false;
let count = 0;

async function waitForEnd(): Promise<void> {
  const rest = new Uint8Array(64);
  while (await Deno.stdin.read(rest) !== null);
  isOver = true;
}

function write(text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Writes a text in pieces that end anywhere, with pauses between some of them. */
async function writeInPieces(text: string): Promise<void> {
  const cuts = Array.from({ length: random.below(MOST_CUTS) }, () => random.below(text.length));
  let at = 0;
  for (const cut of [...cuts.sort((a, b) => a - b), text.length]) {
    write(text.slice(at, cut));
    at = cut;
    if (cut < text.length && random.chance(0.25)) await pause(random.below(3));
  }
}

function burst(): string {
  let text = "";
  for (let left = 1 + random.below(MOST_LINES_IN_BURST); left > 0; left--) text += `${lines.text(count++)}\n`;
  return text;
}

const ended = waitForEnd();
while (!isOver) {
  const text = burst();
  await writeInPieces(text);
  // If a full pipe has delayed the writer, it does not catch up.
  await pause(random.between(0, 2) * 1000 * text.length / bytesPerSecond);
}
await ended;
const last = lines.text(count++);
write(isUnended ? last : `${last}\n`);
console.error(`${count} lines`);

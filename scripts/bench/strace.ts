/** Counting the system calls of running processes with strace(1). */

import { delay } from "./fleet.ts";

/** Attaching interrupts the call in which a process sleeps, so it enters that call again; that must not count. */
const AFTER_ATTACHING_MS = 2000;
const ATTACHED = /Process \d+ attached/g;

/** Counts the calls that all threads of `pids` enter within `periodMs`. */
export async function watchSystemCalls(
  pids: readonly number[],
  log: string,
  periodMs: number,
): Promise<number> {
  const attach = pids.flatMap((pid) => ["-p", String(pid)]);
  const strace = new Deno.Command("strace", {
    args: ["-f", "-ttt", "-o", log, ...attach],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const complaints = await attached(strace.stderr.pipeThrough(new TextDecoderStream()), pids.length);
  await delay(AFTER_ATTACHING_MS);
  const fromMs = Date.now();
  await delay(periodMs);
  const untilMs = Date.now();
  strace.kill("SIGINT");
  while (!(await complaints.read()).done);
  await strace.status;
  return countCalls(Deno.readTextFileSync(log), fromMs / 1000, untilMs / 1000);
}

/** Reads the messages of strace until it has attached to so many processes. */
async function attached(
  said: ReadableStream<string>,
  processes: number,
): Promise<ReadableStreamDefaultReader> {
  const reader = said.getReader();
  for (let text = ""; (text.match(ATTACHED)?.length ?? 0) < processes;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot watch system calls: ${text}`);
    text += value;
  }
  return reader;
}

/** Counts the lines `PID SECONDS.MICROS call(...` of a log, but not second halves of calls, signals and exits. */
export function countCalls(log: string, fromSeconds: number, untilSeconds: number): number {
  return log.split("\n").filter((line) => {
    const [, seconds] = /^\d+ +(\d+\.\d+) \w+\(/.exec(line) ?? [];
    return seconds !== undefined && Number(seconds) >= fromSeconds && Number(seconds) < untilSeconds;
  }).length;
}

/**
 * A lane: a process that plays scenarios one after the other, so that whatever lives below it after a
 * scenario belongs to that scenario. Asked by lines of JSON on stdin, answers on stdout, ends at end of file.
 */
import { becomeSubreaper } from "./processes.ts";
import type { Stage } from "./sides.ts";
import { endAll, play, type Recording } from "./world.ts";
import { SCENARIOS } from "./scenarios/mod.ts";

export interface Task {
  readonly scenario: string;
  readonly side: "runit" | "denit";
  readonly stage: Stage;
  readonly directory: string;
}

async function perform(task: Task): Promise<Recording> {
  const scenario = SCENARIOS.find(({ id }) => id === task.scenario);
  if (scenario === undefined) throw new Error(`There is no scenario ${task.scenario}`);
  return await play(scenario, task.stage[task.side], task.stage, task.directory);
}

/** The lines of a stream. */
export async function* linesFrom(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

export async function lane(): Promise<void> {
  becomeSubreaper();
  Deno.umask(0o022);
  let work = Promise.resolve();
  let busyIn: string | undefined;
  for await (const line of linesFrom(Deno.stdin.readable)) {
    const task: Task = JSON.parse(line);
    work = work.then(async () => {
      busyIn = task.directory;
      const recording = await perform(task);
      busyIn = undefined;
      await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(recording)}\n`));
    });
  }
  // Nobody asks any more. What is being played has no reader: end it now.
  if (busyIn !== undefined) await endAll(busyIn);
  Deno.exit(0);
}

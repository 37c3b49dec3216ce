/**
 * A lane: a process that plays scenarios one after the other. Whatever lives below a lane after a scenario therefore
 * belongs to that scenario. A lane reads tasks from standard input and writes recordings to standard output, as lines
 * of JSON. It ends at the end of its input.
 */
import { becomeSubreaper } from "./processes.ts";
import type { Stage } from "./sides.ts";
import { endAll, play, type Recording } from "./world.ts";
import { SCENARIOS } from "./scenarios/mod.ts";

/** A scenario to play on one side, in a new directory. */
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

/** The lines of a stream. Text behind the last newline is left out. */
export async function* linesFrom(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** Runs a lane until its input ends, and exits. */
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
  // Nobody reads the recording of the scenario that is being played, so end it now.
  if (busyIn !== undefined) await endAll(busyIn);
  Deno.exit(0);
}

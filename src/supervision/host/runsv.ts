/** runsv(8): one directory, supervised until it is told to exit. */
import { type Kernel, SIGNAL } from "../../runtime/kernel.ts";
import { Reporter } from "../../runtime/reporter.ts";
import { RUNSV_VOICE, type Voice } from "../voice.ts";
import { FATAL, HEARD, newLoop, pendingSignals, STDERR, STOPS } from "./process.ts";
import { Supervisor } from "./supervisor.ts";

const ONLY = "only";

export interface RunsvOptions {
  readonly voice?: Voice;
  /** Absolute path of the program's own file, or of a link to it; absent: no loggers are started. */
  readonly program?: string;
}

/** Supervises one directory until it is told to exit; returns the exit code. */
export function superviseOne(kernel: Kernel, path: string, options: RunsvOptions = {}): number {
  const { voice = RUNSV_VOICE, program } = options;
  let code = 0;
  const loop = newLoop(kernel, `runsv ${path}`);
  const reporter = new Reporter(kernel, loop, STDERR);
  const supervisor = new Supervisor(kernel, loop, reporter, {
    newSessions: false,
    onLeft: () => supervisor.leave(() => loop.stop()),
    voice,
    program,
  });
  // Also for what it is not: the limit that children start with is the one found, whatever a launcher made of it.
  kernel.raiseDescriptorLimit();
  const signals = kernel.signals(HEARD);
  loop.watchFirst(signals, () => {
    for (const signal of pendingSignals(kernel, signals)) {
      if (signal === SIGNAL.CHLD) supervisor.reap();
      else if (STOPS.has(signal)) supervisor.exit(ONLY);
    }
  });
  const trouble = supervisor.begin(ONLY, path, path);
  if (trouble !== undefined) {
    reporter.line(voice(path, "fatal", trouble));
    code = FATAL;
    loop.stop();
  }
  loop.run();
  return code;
}

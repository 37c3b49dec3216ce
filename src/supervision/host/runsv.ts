/** runsv(8): one service, supervised in a process of its own until it is told to exit. */
import { STDERR } from "../../posix/descriptor.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { Children } from "../../runtime/children.ts";
import { type Kernel } from "../../runtime/kernel.ts";
import { Reporter } from "../../runtime/reporter.ts";
import { RUNSV_VOICE, type Voice } from "../voice.ts";
import { takeSignals } from "../../runtime/signals.ts";
import { HEARD, newLoop, STOPS } from "./process.ts";
import { NextLife } from "../../runtime/next_life.ts";
import { Supervisor } from "./supervisor.ts";

/** The key of the only service. */
const ONLY = "only";

/** Options for the supervision of a single service. */
export interface RunsvOptions {
  /** The wording of messages; RUNSV_VOICE when it is absent. */
  readonly voice?: Voice;
  /** Absolute path of the program's own file, or of a link to it. Without it no loggers are started. */
  readonly program?: string;
}

/** Supervises the service in the directory `path` until it is told to exit. Returns the exit code. */
export function superviseOne(kernel: Kernel, path: string, options: RunsvOptions = {}): number {
  const { voice = RUNSV_VOICE, program } = options;
  let code = 0;
  const loop = newLoop(kernel, `runsv ${path}`, (thrown) => nextLife.afterFault(thrown));
  const reporter = new Reporter(kernel, loop, STDERR);
  const children = new Children(kernel, loop);
  const nextLife: NextLife = new NextLife(kernel, loop, children, {
    say: (text) => reporter.line(voice(path, "warning", text)),
    readiness: () => supervisor.isCalm ? "calm" : "busy",
    kept: () => supervisor.fifos(),
  });
  const supervisor: Supervisor = new Supervisor(kernel, loop, children, reporter, {
    newSessions: false,
    onLeft: () => supervisor.leave(() => loop.stop()),
    voice,
    program,
  });
  supervisor.expectBeginnings();
  // One service needs few descriptors. But this call also has children start with the limit that this process was
  // started with, whatever a launcher has made of it since.
  kernel.raiseDescriptorLimit();
  const signals = kernel.signals(HEARD);
  loop.watchFirst(signals, () => {
    for (const signal of takeSignals(kernel, signals)) {
      if (signal === SIGNAL.CHLD) children.reap();
      else if (STOPS.has(signal)) supervisor.exit(ONLY);
      else if (signal === SIGNAL.USR2) nextLife.upgrade();
    }
  });
  const trouble = supervisor.begin(ONLY, path, path);
  supervisor.haveBegun(false);
  if (trouble !== undefined) {
    reporter.line(voice(path, "fatal", trouble));
    code = EXIT.fatal;
    loop.stop();
  }
  nextLife.run();
  return code;
}

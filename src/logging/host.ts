/**
 * svlogd(8) and multilog(8) on a kernel: standard input to log directories, as one feed (`host/feed.ts`) in a loop of its
 * own.
 *
 * Differs on purpose from runit: the last line is kept when input ends or TERM comes in its midst, and gets
 * its newline; standard input stays as blocking as it was found.
 */
import { CWD, type Fd, STDERR, STDIN } from "../posix/descriptor.ts";
import { EXIT } from "../posix/exit_code.ts";
import { SIGNAL } from "../posix/signal.ts";
import { type Kernel, OPEN } from "../runtime/kernel.ts";
import { Loop } from "../runtime/loop.ts";
import { takeSignals } from "../runtime/signals.ts";
import { rethrowUnlessSysError } from "../sys/error.ts";
import { type Config, DEFAULT_CONFIG, parseConfig } from "./config.ts";
import type { DatagramKernel } from "./host/datagrams.ts";
import { NEWSTATE_FD, readText } from "./host/directory.ts";
import { Feed } from "./host/feed.ts";
import type { FeedKernel, FeedPlan } from "./host/feed_plan.ts";
import { Workbench } from "./host/workbench.ts";
import type { Script } from "./multilog.ts";
import type { Options } from "./options.ts";

/** What a logger asks of the kernel. */
export type LoggerKernel =
  & FeedKernel
  & Pick<Kernel, "reap" | "signals" | "nextSignal" | "watch" | "unwatch" | "wait" | "ready">;

/**
 * Runs until input ends or TERM comes; returns the exit code. `datagrams`: absent where nothing may be sent. With the
 * name of a `configFile` that is the config of all directories: as a fleet has it for a service whose `log/` has a config
 * and no run.
 */
export function runLogger(
  kernel: LoggerKernel,
  options: Options,
  datagrams: DatagramKernel | undefined,
  configFile?: string,
): number {
  const plan = {
    options,
    ...(datagrams === undefined ? {} : { datagrams }),
    ...configIn(kernel, configFile),
  };
  return run(kernel, plan, (signal, feed) => {
    if (signal === SIGNAL.HUP) feed.hup(configIn(kernel, configFile).config);
    // A logger stopped from a terminal closes its logs as well.
    else feed.term();
  });
}

/** As `runLogger`. Exit code 111 when a part of the script cannot be opened: then nothing is read. */
export function runMultilog(kernel: LoggerKernel, script: Script): number {
  const options: Options = {
    stamp: script.stamped ? 1 : 0,
    replacement: undefined,
    replaced: "",
    lineBytes: script.lineBytes,
    bufferBytes: 0,
    verbose: false,
    directories: script.directories.map(({ name }) => name),
  };
  return run(kernel, { options, script }, (signal, feed) => {
    if (signal === SIGNAL.TERM) feed.term();
    // daemontools dies of these; the logs are closed first.
    else feed.leave();
  });
}

function run(
  kernel: LoggerKernel,
  plan: Pick<FeedPlan, "options" | "script" | "datagrams" | "config">,
  onSignal: (signal: number, feed: Feed) => void,
): number {
  const { TERM, INT, QUIT, HUP, ALRM, CHLD } = SIGNAL;
  const loop = new Loop(kernel, (thrown) => {
    throw thrown;
  });
  const signals = kernel.signals([TERM, INT, QUIT, HUP, ALRM, CHLD]);
  keepLowDescriptors(kernel);
  let code: number = EXIT.done;
  const feed = new Feed(kernel, loop, new Workbench(kernel, plan.options.lineBytes), {
    input: STDIN,
    errors: STDERR,
    base: CWD,
    ...plan,
    owner: {
      ended(its) {
        code = its;
        loop.stop();
      },
    },
  });
  loop.watchFirst(signals, () => obeySignals(kernel, signals, feed, onSignal));
  feed.begin();
  loop.run();
  return code;
}

/** A processor gets descriptors up to 5: none of ours may lie there, or one would take another's place. */
function keepLowDescriptors(kernel: LoggerKernel): void {
  let fd = kernel.open(CWD, "/", OPEN.read);
  while (fd < NEWSTATE_FD) fd = kernel.open(CWD, "/", OPEN.read);
  if (fd > NEWSTATE_FD) kernel.close(fd);
}

/** One that cannot be read changes nothing: as svlogd, when a directory has none. */
function configIn(kernel: LoggerKernel, file: string | undefined): { readonly config?: Config } {
  if (file === undefined) return {};
  try {
    const fd = kernel.open(CWD, file, OPEN.read | OPEN.nonBlock);
    try {
      return { config: parseConfig(readText(kernel, fd)) };
    } finally {
      kernel.close(fd);
    }
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return { config: DEFAULT_CONFIG };
  }
}

function obeySignals(
  kernel: LoggerKernel,
  signals: Fd,
  feed: Feed,
  onSignal: (signal: number, feed: Feed) => void,
): void {
  for (const signal of takeSignals(kernel, signals)) {
    switch (signal) {
      case SIGNAL.ALRM:
        feed.alrm();
        break;
      case SIGNAL.CHLD:
        feed.inform("sigchild received.");
        for (let exit = kernel.reap(); exit !== undefined; exit = kernel.reap()) {
          feed.childEnded(exit.pid, exit.status);
        }
        break;
      default:
        onSignal(signal, feed);
    }
  }
}

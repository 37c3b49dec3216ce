/**
 * svlogd(8) and multilog(8): standard input to log directories, as one feed (`host/feed.ts`) in a loop of its own.
 *
 * Differs from runit on purpose: if input ends or TERM comes in the middle of a line, that line is kept and gets a
 * newline. Standard input is not made non-blocking.
 */
import { CWD, type Fd, STDERR, STDIN } from "../posix/descriptor.ts";
import { EXIT } from "../posix/exit_code.ts";
import { SIGNAL } from "../posix/signal.ts";
import { type Kernel, OPEN } from "../runtime/kernel.ts";
import { Loop } from "../runtime/loop.ts";
import { takeSignals } from "../runtime/signals.ts";
import { rethrowUnlessSysError } from "../sys/error.ts";
import { type Config, DEFAULT_CONFIG } from "./config.ts";
import { readConfig } from "./host/config_file.ts";
import type { DatagramKernel } from "./host/datagrams.ts";
import { NEWSTATE_FD } from "./host/calls.ts";
import { Feed } from "./host/feed.ts";
import type { FeedKernel, FeedPlan } from "./host/feed_plan.ts";
import { Workbench } from "./host/workbench.ts";
import type { Script } from "./multilog.ts";
import type { Options } from "./options.ts";

/** The part of the kernel that a logger calls. */
export type LoggerKernel =
  & FeedKernel
  & Pick<Kernel, "reap" | "signals" | "nextSignal" | "watch" | "unwatch" | "wait" | "ready">;

/**
 * Runs svlogd until input ends or TERM comes, and returns its exit code.
 *
 * `datagrams`: sends lines by UDP; undefined if none may be sent. `configFile`: if given, this file is the config of all
 * directories, and theirs are not read. A fleet uses that for a service whose `log/` has a config and no run.
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

/**
 * Runs multilog until input ends or a signal ends it, and returns its exit code. If a directory or a status file of the
 * script cannot be opened, that is 111, and nothing is read.
 */
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
    // INT, QUIT and HUP kill the multilog of daemontools. Here the logs are closed first.
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
  fillLowDescriptors(kernel);
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

/**
 * Fills the free descriptors up to 5. A processor finds its files there (svlogd(8)), and a descriptor of ours in that
 * range would be overwritten when those are put in place.
 */
function fillLowDescriptors(kernel: LoggerKernel): void {
  let fd = kernel.open(CWD, "/", OPEN.read);
  while (fd < NEWSTATE_FD) fd = kernel.open(CWD, "/", OPEN.read);
  if (fd > NEWSTATE_FD) kernel.close(fd);
}

/** The config of all directories, if they share one. If it cannot be read, the defaults count, as without a config. */
function configIn(kernel: LoggerKernel, file: string | undefined): { readonly config?: Config } {
  if (file === undefined) return {};
  try {
    return { config: readConfig(kernel, CWD, file) };
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
        for (let child = kernel.reap(); child !== undefined; child = kernel.reap()) {
          feed.childEnded(child.pid, child.status);
        }
        break;
      default:
        onSignal(signal, feed);
    }
  }
}

/** What both supervisors are as processes: the signals they hear, standard error, and the one loop. */
import type { Fd } from "../../posix/descriptor.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { type Kernel } from "../../runtime/kernel.ts";
import { Loop } from "../../runtime/loop.ts";
import { thrownText } from "../../runtime/report.ts";
import { Reporter } from "../../runtime/reporter.ts";

/** All that a supervisor hears; those it has no use for must not end it. */
export const HEARD = [
  SIGNAL.CHLD,
  SIGNAL.TERM,
  SIGNAL.HUP,
  SIGNAL.INT,
  SIGNAL.QUIT,
  SIGNAL.ALRM,
  SIGNAL.USR1,
  SIGNAL.USR2,
  SIGNAL.PIPE,
  SIGNAL.PWR,
] as const;

/** Exit code of a supervisor that could not begin (runsv.c: fatal). */
export const FATAL = 111;
export const STDERR: Fd = 2;
/** runsv ends of its own will on TERM; by HUP, INT and QUIT stock runsv dies and orphans its service. */
export const STOPS: ReadonlySet<number> = new Set([SIGNAL.TERM, SIGNAL.HUP, SIGNAL.INT, SIGNAL.QUIT]);

/**
 * What pends now, each once, and before any of it is acted upon: while children are collected others end, and
 * their signals wait for the next turn instead of making this one endless.
 */
export function pendingSignals(kernel: Kernel, fd: Fd): ReadonlySet<number> {
  const signals = new Set<number>();
  for (let reads = 0; reads < HEARD.length; reads++) {
    const signal = kernel.nextSignal(fd);
    if (signal === 0) break;
    signals.add(signal);
  }
  return signals;
}

/** What a callback throws outside of the handling of one service is for `onFault`; without one it is told. */
export function newLoop(kernel: Kernel, who: string, onFault?: (thrown: unknown) => void): Loop {
  const loop: Loop = new Loop(kernel, (thrown) => {
    if (onFault !== undefined) return onFault(thrown);
    new Reporter(kernel, loop, STDERR).line(`${who}: warning: internal fault: ${thrownText(thrown)}`);
  });
  return loop;
}

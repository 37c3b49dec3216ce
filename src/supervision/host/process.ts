/** What both supervisors are as processes: the signals they hear, standard error, and the one loop. */
import { STDERR } from "../../posix/descriptor.ts";
import { SIGNAL } from "../../posix/signal.ts";
import type { Kernel } from "../../runtime/kernel.ts";
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

/** runsv ends of its own will on TERM; by HUP, INT and QUIT stock runsv dies and orphans its service. */
export const STOPS: ReadonlySet<number> = new Set([SIGNAL.TERM, SIGNAL.HUP, SIGNAL.INT, SIGNAL.QUIT]);

/** What a callback throws outside of the handling of one service is for `onFault`; without one it is told. */
export function newLoop(kernel: Kernel, who: string, onFault?: (thrown: unknown) => void): Loop {
  const loop: Loop = new Loop(kernel, (thrown) => {
    if (onFault !== undefined) return onFault(thrown);
    new Reporter(kernel, loop, STDERR).line(`${who}: warning: internal fault: ${thrownText(thrown)}`);
  });
  return loop;
}

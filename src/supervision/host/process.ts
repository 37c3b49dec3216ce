/** Signals and loop of a supervising process, the same for runsv and runsvdir. */
import { STDERR } from "../../posix/descriptor.ts";
import { SIGNAL } from "../../posix/signal.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import { Loop } from "../../runtime/loop.ts";
import { thrownText } from "../../runtime/report.ts";
import { Reporter } from "../../runtime/reporter.ts";

/** The signals that a supervisor takes. Those it has no use for are among them, because they must not end it. */
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

/** Signals that stop a supervisor. Stock runsv exits on TERM; HUP, INT and QUIT kill it and orphan its service. */
export const STOPS: ReadonlySet<number> = new Set([SIGNAL.TERM, SIGNAL.HUP, SIGNAL.INT, SIGNAL.QUIT]);

/**
 * A loop for the supervisor `who`, as its messages name it. What a callback throws outside of the handling of one
 * service goes to `onFault`; without an `onFault` it is a warning.
 */
export function newLoop(kernel: Kernel, who: string, onFault?: (thrown: unknown) => void): Loop {
  const loop: Loop = new Loop(kernel, (thrown) => {
    if (onFault !== undefined) return onFault(thrown);
    new Reporter(kernel, loop, STDERR).line(`${who}: warning: internal fault: ${thrownText(thrown)}`);
  });
  return loop;
}

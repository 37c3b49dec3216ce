/**
 * When a command of sv(8) has come true.
 *
 * `before` is the record read just before the control bytes were written, `now` the latest one. They are told
 * apart by pid and by the whole time stamp: runit compares seconds of the clock with the second in which sv
 * began, so that it calls a restart done that has not begun, and one that is done not done after the clock was
 * set back. A record that shows neither the new want nor a new process does not yet know of the command, and so
 * meets nothing that hangs on it.
 *
 *   u    runs, as it ought to, and ./check agrees. A process that got TERM is on its way down: not yet.
 *   d    down, finish included, and not about to start again
 *   t k  stays down; or runs, another process than before, without TERM, and ./check agrees
 *   o    runs for the last time; or has run since and ended
 *   p c  paused, not paused; or there is nothing to pause
 *   C    ./check agrees, or there is nothing to check
 *   x    never: the supervisor has to be gone, which no record tells
 *   else nothing to wait for
 */
import type { StatusRecord } from "../runit/status.ts";

/** `check`: met if `./check` succeeds. */
export type Verdict = "met" | "unmet" | "check";

/** All conditions of `awaits`, one a character, together. */
export function verdict(awaits: string, before: StatusRecord, now: StatusRecord): Verdict {
  let worst: Verdict = "met";
  for (const condition of awaits) {
    const one = verdictOfOne(condition, before, now);
    if (one === "unmet") return one;
    if (one === "check") worst = one;
  }
  return worst;
}

function verdictOfOne(condition: string, before: StatusRecord, now: StatusRecord): Verdict {
  const alive = now.pid !== 0;
  const changed = now.pid !== before.pid || now.sinceNs !== before.sinceNs;
  const serves = alive && now.phase === "run" && !now.gotTerm;
  switch (condition) {
    case "u":
      return serves && (now.wantUp || changed) ? "check" : "unmet";
    case "d":
      return when(!alive && now.phase === "down" && !now.wantUp);
    case "t":
    case "k":
      if (!alive && !now.wantUp) return "met";
      return serves && changed ? "check" : "unmet";
    case "o":
      return when(!now.wantUp && (alive || changed));
    case "p":
      return when(!alive || now.paused);
    case "c":
      return when(!alive || !now.paused);
    case "C":
      return alive ? "check" : "met";
    case "x":
      return "unmet";
    default:
      return "met";
  }
}

function when(holds: boolean): Verdict {
  return holds ? "met" : "unmet";
}

/**
 * Whether the control bytes have to be written. They need not where the service wants just that already; only
 * `d` is repeated until TERM has been sent, because TERM may be what it waits for.
 */
export function needsSending(bytes: string, record: StatusRecord): boolean {
  switch (bytes) {
    case "":
      return false;
    case "u":
      return !record.wantUp;
    case "d":
      return record.wantUp || !record.gotTerm;
    default:
      return true;
  }
}

/**
 * Decides when a command of sv(8) is done.
 *
 * `before` is the status record that sv read just before it wrote the control bytes; `now` is the latest one. Two
 * records are told apart by pid and by the whole time stamp. runit compares seconds of the clock with the second in
 * which sv began. So runit's sv reports a restart that has not begun as done, and after the clock was set back it
 * does not notice one that is done. If a record shows neither the new want nor a new process, runsv has not yet read
 * the command, and nothing that depends on the command is met.
 *
 *   u    The service runs as it should, and ./check agrees. A process that got TERM is on its way down: not yet.
 *   d    The service is down, finish included, and is not about to start again.
 *   t k  The service stays down; or another process than before runs, without TERM, and ./check agrees.
 *   o    The service runs for the last time; or it has run since and ended.
 *   p c  The service is paused, or not paused; or there is nothing to pause.
 *   C    ./check agrees, or there is nothing to check.
 *   x    Never met by a record: the supervisor has to be gone, and no record tells that.
 *   h a i q 1 2  There is nothing to wait for.
 */
import type { StatusRecord } from "../runit/status.ts";
import type { Condition } from "./command.ts";

/** `check` means: met if `./check` succeeds. */
export type Verdict = "met" | "unmet" | "check";

/** The verdict on all conditions of `awaits` together. */
export function verdict(awaits: readonly Condition[], before: StatusRecord, now: StatusRecord): Verdict {
  let worst: Verdict = "met";
  for (const condition of awaits) {
    const single = verdictOn(condition, before, now);
    if (single === "unmet") return single;
    if (single === "check") worst = single;
  }
  return worst;
}

function verdictOn(condition: Condition, before: StatusRecord, now: StatusRecord): Verdict {
  const alive = now.pid !== 0;
  const changed = now.pid !== before.pid || now.sinceNs !== before.sinceNs;
  const serves = alive && now.phase === "run" && !now.gotTerm;
  switch (condition) {
    case "u":
      return serves && (now.wantUp || changed) ? "check" : "unmet";
    case "d":
      return metIf(!alive && now.phase === "down" && !now.wantUp);
    case "t":
    case "k":
      if (!alive && !now.wantUp) return "met";
      return serves && changed ? "check" : "unmet";
    case "o":
      return metIf(!now.wantUp && (alive || changed));
    case "p":
      return metIf(!alive || now.paused);
    case "c":
      return metIf(!alive || !now.paused);
    case "C":
      return alive ? "check" : "met";
    case "x":
      return "unmet";
    case "h":
    case "a":
    case "i":
    case "q":
    case "1":
    case "2":
      return "met";
  }
}

function metIf(holds: boolean): Verdict {
  return holds ? "met" : "unmet";
}

/**
 * True when sv has to write the control bytes. If the service wants just that already, sv does not write them. Only `d`
 * is repeated until TERM has been sent, because the user may be waiting for that TERM.
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

/**
 * What denit promises to reach beside its peers, each as a sentence and a judgement on the samples.
 * A target without samples (an item or a peer was left out) is not judged.
 */

import { duration, ratio, size } from "./format.ts";
import { EMPTY_OF, type Ledger } from "./measurement.ts";
import { median, slope } from "./statistics.ts";
import type { DenitId, SystemId } from "./systems.ts";

export interface Verdict {
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

type Judge = (ledger: Ledger, denit: DenitId) => Omit<Verdict, "target"> | undefined;

const NOTICE_MS = 50;
const ADDED_SERVICE_KB = 15;
const ABOVE_EMPTY_MS = 5;

const TARGETS: readonly { readonly target: string; readonly judge: Judge }[] = [
  { target: "1,000 services up no slower than runit", judge: atMost("up ms", 1000, 1) },
  { target: "memory for 1,000 at most half of runit's", judge: atMost("memory kB", 1000, 1 / 2) },
  { target: "memory for 5,000 at most a sixth of runit's", judge: atMost("memory kB", 5000, 1 / 6) },
  { target: "at most 15 kB for every added service", judge: judgeGrowth },
  { target: "no system call while idle", judge: judgeIdle },
  { target: "a new linked directory runs in less than 50 ms", judge: judgeNotice },
  { target: "orderly stop of 100 in at most a third of runit's time", judge: atMost("stop ms", 100, 1 / 3) },
  { target: "`sv status` within 5 ms of an empty program", judge: judgeStatus },
];

export function judgeAll(ledger: Ledger, denit: DenitId): Verdict[] {
  return TARGETS.flatMap(({ target, judge }) => {
    const judged = judge(ledger, denit);
    return judged === undefined ? [] : [{ target, ...judged }];
  });
}

/** The median of denit's samples is at most this share of the median of runit's. */
function atMost(measure: "up ms" | "memory kB" | "stop ms", services: number, share: number): Judge {
  return (ledger, denit) => {
    const ours = ledger.values(measure, denit, services);
    const theirs = ledger.values(measure, "runit", services);
    if (ours.length === 0 || theirs.length === 0) return undefined;
    const show = measure === "memory kB" ? size : duration;
    const is = median(ours) / median(theirs);
    return {
      measured: `${show(median(ours))} against ${show(median(theirs))}, ${ratio(is)}`,
      met: is <= share,
    };
  };
}

/** Growth of a system's memory, kB for one service more; undefined below two numbers of services. */
export function growthKb(ledger: Ledger, system: SystemId): number | undefined {
  return slope(
    ledger.services("memory kB").flatMap((services) => {
      const values = ledger.values("memory kB", system, services);
      return values.length === 0 ? [] : [[services, median(values)] as const];
    }),
  );
}

function judgeGrowth(ledger: Ledger, denit: DenitId): ReturnType<Judge> {
  const kb = growthKb(ledger, denit);
  if (kb === undefined) return undefined;
  return { measured: size(kb), met: kb <= ADDED_SERVICE_KB };
}

function judgeIdle(ledger: Ledger, denit: DenitId): ReturnType<Judge> {
  const calls = ledger.values("idle system calls", denit, 100);
  if (calls.length === 0) return undefined;
  const worst = Math.max(...calls);
  return { measured: String(worst), met: worst === 0 };
}

function judgeNotice(ledger: Ledger, denit: DenitId): ReturnType<Judge> {
  const times = ledger.values("notice ms", denit, 100);
  if (times.length === 0) return undefined;
  return {
    measured: `${duration(median(times))}, at worst ${duration(Math.max(...times))}`,
    met: median(times) < NOTICE_MS,
  };
}

/** Both commands were timed in turn, so the samples are compared pair by pair. */
function judgeStatus(ledger: Ledger, denit: DenitId): ReturnType<Judge> {
  const empty = ledger.values("status ms", EMPTY_OF[denit], 0);
  const ours = ledger.values("status ms", denit, 1);
  if (empty.length === 0 || empty.length !== ours.length) return undefined;
  const more = median(ours.map((ms, index) => ms - (empty[index] ?? Number.NaN)));
  return { measured: `${more.toFixed(1)} ms more`, met: more <= ABOVE_EMPTY_MS };
}

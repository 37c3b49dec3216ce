/**
 * The targets that denit promises to reach against its peers, each as a sentence and a judgement on the samples. A
 * target without samples, because an item or a peer was left out, is not judged.
 */

import type { Verdict } from "./comparison.ts";
import { duration, ratio, size } from "./format.ts";
import { EMPTY_OF, type Ledger, type Measure } from "./measurement.ts";
import { median, slope } from "./statistics.ts";
import type { DenitId, SystemId } from "./systems.ts";

/** A target is judged by these samples of denit, and by those of runit if it is a share of them. */
interface Target {
  readonly target: string;
  readonly measure: Measure;
  readonly services: number;
  readonly judge: (ledger: Ledger, denit: DenitId) => Omit<Verdict, "target"> | undefined;
}

const NOTICE_MS = 50;
const ADDED_SERVICE_KB = 15;
const ABOVE_EMPTY_MS = 5;

const TARGETS: readonly Target[] = [
  shareOfRunit("1,000 services up no slower than runit", "up ms", 1000, 1),
  shareOfRunit("memory for 1,000 at most half of runit's", "memory kB", 1000, 1 / 2),
  shareOfRunit("memory for 5,000 at most a sixth of runit's", "memory kB", 5000, 1 / 6),
  // With fewer services a warming heap causes most of the growth.
  {
    target: "at most 15 kB for every added service",
    measure: "memory kB",
    services: 5000,
    judge: judgeGrowth,
  },
  { target: "no system call while idle", measure: "idle system calls", services: 100, judge: judgeIdle },
  {
    target: "a new linked directory runs in less than 50 ms",
    measure: "notice ms",
    services: 100,
    judge: judgeNotice,
  },
  shareOfRunit(
    "orderly stop of 100 in at most a third of runit's time, just started",
    "young stop ms",
    100,
    1 / 3,
  ),
  shareOfRunit("`sv stop` of 100 in at most a third of runit's time", "sv-stop ms", 100, 1 / 3),
  shareOfRunit("orderly stop of 100 in at most a third of runit's time, grown up", "stop ms", 100, 1 / 3),
  {
    target: "`sv status` within 5 ms of an empty program",
    measure: "status ms",
    services: 1,
    judge: judgeStatus,
  },
];

/** Judges every target for one form of denit. */
export function judgeAll(ledger: Ledger, denit: DenitId): Verdict[] {
  return TARGETS.flatMap(({ target, measure, services, judge }) => {
    if (ledger.values(measure, denit, services).length > 0) {
      const judged = judge(ledger, denit);
      return judged === undefined ? [] : [{ target, ...judged }];
    }
    // If others have samples and denit has none, denit's trials failed.
    const failed = ledger.scales(measure).includes(services);
    return failed ? [{ target, measured: "failed", met: false }] : [];
  });
}

/** A target: the median of denit's samples is at most this share of the median of runit's. */
function shareOfRunit(target: string, measure: Measure, services: number, share: number): Target {
  const show = measure === "memory kB" ? size : duration;
  return {
    target,
    measure,
    services,
    judge: (ledger, denit) => {
      const theirs = ledger.values(measure, "runit", services);
      if (theirs.length === 0) return undefined;
      const [ours, runits] = [median(ledger.values(measure, denit, services)), median(theirs)];
      const is = ours / runits;
      return { measured: `${show(ours)} against ${show(runits)}, ${ratio(is)}`, met: is <= share };
    },
  };
}

/** The memory that one more service costs a system, in kB; undefined with fewer than two numbers of services. */
export function growthKb(ledger: Ledger, system: SystemId): number | undefined {
  return slope(
    ledger.scales("memory kB").flatMap((services) => {
      const values = ledger.values("memory kB", system, services);
      return values.length === 0 ? [] : [[services, median(values)] as const];
    }),
  );
}

function judgeGrowth(ledger: Ledger, denit: DenitId): ReturnType<Target["judge"]> {
  const kb = growthKb(ledger, denit);
  return kb === undefined ? undefined : { measured: size(kb), met: kb <= ADDED_SERVICE_KB };
}

function judgeIdle(ledger: Ledger, denit: DenitId): ReturnType<Target["judge"]> {
  const worst = Math.max(...ledger.values("idle system calls", denit, 100));
  return { measured: String(worst), met: worst === 0 };
}

function judgeNotice(ledger: Ledger, denit: DenitId): ReturnType<Target["judge"]> {
  const times = ledger.values("notice ms", denit, 100);
  return {
    measured: `${duration(median(times))}, at worst ${duration(Math.max(...times))}`,
    met: median(times) < NOTICE_MS,
  };
}

/** Compares the samples pair by pair, because the two commands were timed in turn. */
function judgeStatus(ledger: Ledger, denit: DenitId): ReturnType<Target["judge"]> {
  const empty = ledger.values("status ms", EMPTY_OF[denit], 0);
  const ours = ledger.values("status ms", denit, 1);
  if (empty.length !== ours.length) return undefined;
  const more = median(ours.map((ms, index) => ms - (empty[index] ?? Number.NaN)));
  return { measured: `${more.toFixed(1)} ms more`, met: more <= ABOVE_EMPTY_MS };
}

/** The targets that denit promises to reach as a logger, each as a sentence and a judgement on the samples. */

import { medianOf, type Verdict } from "../comparison.ts";
import { duration, rate, ratio, size } from "../format.ts";
import type { DenitId } from "../systems.ts";
import type { LoggerId } from "./contenders.ts";
import type { Ledger, Measure } from "./measurement.ts";

interface Target {
  readonly target: string;
  readonly measure: Measure;
  readonly scale: number;
  /** The form of denit, if the target is promised for one form only. */
  readonly form?: DenitId;
  readonly judge: (ledger: Ledger, denit: DenitId) => Omit<Verdict, "target"> | undefined;
}

const LINE_BYTES = 100;
const UNMODIFIED = 100;
const UNMODIFIED_BASE_KB = 30_000;
const UNMODIFIED_EACH_KB = 350;
/** The number of services in a fleet that targets are about. */
const FLEET = 1000;
const FLAT_FROM_MB = 1000;
const FLAT_TO_MB = 10_000;
const FLAT_GROWTH = 1.05;

const TARGETS: readonly Target[] = [
  faster("with `-tt` at least 8 times svlogd", "utc MB/s", "svlogd", 8),
  faster("with TAI64N at least 4 times s6-log", "tai64n MB/s", "s6-log", 4),
  faster("one line per write: at least 2 times svlogd", "line a write MB/s", "svlogd", 2),
  faster("with patterns faster than svlogd", "patterns MB/s", "svlogd", 1),
  {
    target: "100 unmodified loggers: at most 30 MB and 0.35 MB for each",
    measure: "unmodified memory kB",
    scale: UNMODIFIED,
    form: "denit-script",
    judge: judgeUnmodified,
  },
  share("1,000 services: at most a third of the memory of 1,000 svlogd", "fleet memory kB", 1 / 3, size),
  share(
    "1,000 services: at most half of the CPU of 1,000 svlogd",
    "fleet CPU s",
    1 / 2,
    (s) => duration(s * 1000),
  ),
  {
    target: "memory flat over 10 GB: within 5 % of that after 1 GB",
    measure: "memory kB",
    scale: FLAT_TO_MB,
    judge: judgeFlat,
  },
];

/** Judges every target for one form. A target without any samples is not judged; if only others have samples, denit's trials failed. */
export function judgeAll(ledger: Ledger, denit: DenitId): Verdict[] {
  return TARGETS.filter(({ form }) => form === undefined || form === denit).flatMap(
    ({ target, measure, scale, judge }) => {
      if (ledger.values(measure, denit, scale).length > 0) {
        const judged = judge(ledger, denit);
        return judged === undefined ? [] : [{ target, ...judged }];
      }
      const failed = ledger.scales(measure).includes(scale);
      return failed ? [{ target, measured: "failed", met: false }] : [];
    },
  );
}

/** A target: the median of denit's rates is at least so many times a peer's. If that is 1 times, it has to be more. */
function faster(target: string, measure: Measure, peer: LoggerId, times: number): Target {
  return {
    target,
    measure,
    scale: LINE_BYTES,
    judge: (ledger, denit) => {
      const ours = medianOf(ledger.values(measure, denit, LINE_BYTES));
      const theirs = medianOf(ledger.values(measure, peer, LINE_BYTES));
      if (ours === undefined || theirs === undefined) return undefined;
      const is = ours / theirs;
      const measured = `${rate(ours)} against ${rate(theirs)}, ${ratio(is)}`;
      return { measured, met: times === 1 ? is > 1 : is >= times };
    },
  };
}

/** A target: the median of denit's costs is at most this share of svlogd's. */
function share(target: string, measure: Measure, most: number, show: (value: number) => string): Target {
  return {
    target,
    measure,
    scale: FLEET,
    judge: (ledger, denit) => {
      const ours = medianOf(ledger.values(measure, denit, FLEET));
      const theirs = medianOf(ledger.values(measure, "svlogd", FLEET));
      if (ours === undefined || theirs === undefined) return undefined;
      const is = ours / theirs;
      return { measured: `${show(ours)} against ${show(theirs)}, ${ratio(is)}`, met: is <= most };
    },
  };
}

function judgeUnmodified(ledger: Ledger, denit: DenitId): ReturnType<Target["judge"]> {
  const kb = medianOf(ledger.values("unmodified memory kB", denit, UNMODIFIED));
  if (kb === undefined) return undefined;
  const each = (kb - UNMODIFIED_BASE_KB) / UNMODIFIED;
  return {
    measured: `${size(kb)}: 30 MB and ${size(Math.max(each, 0))} for each`,
    met: each <= UNMODIFIED_EACH_KB,
  };
}

function judgeFlat(ledger: Ledger, denit: DenitId): ReturnType<Target["judge"]> {
  const from = medianOf(ledger.values("memory kB", denit, FLAT_FROM_MB));
  const to = medianOf(ledger.values("memory kB", denit, FLAT_TO_MB));
  if (from === undefined || to === undefined) return undefined;
  return {
    measured: `${size(to)} against ${size(from)}, ${ratio(to / from)}`,
    met: to <= FLAT_GROWTH * from,
  };
}

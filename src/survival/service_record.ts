/**
 * The record of a service: what its supervisor leaves to the next one, in one line of `supervise/process` (for a log, of
 * `log/supervise/process`).
 *
 * The supervisor writes the record in place, always with the same length, so a full disk does not prevent it and the
 * death of the writer at any moment leaves the old record or the new one. `record.ts` decides when it is written. A
 * record names the life of the machine in which it was written; in any other it means nothing. runit's programs do
 * not look at the file. A supervisor that leaves as it was told to removes it.
 *
 * The line has 15 words, separated by blanks and padded with blanks to RECORD_SIZE: `denit`, the version, the fields in
 * the order of `packRecord`, and `end`. A sixth flag, `n`, says that the words of `startedAtMs`, `retryAtMs` and
 * `runStatus`, which mean nothing for a log that a logger of the tree has, are those of `nextHolder`: its two times and its
 * pid. A program that does not know the flag passes over it.
 */
import type { Phase, Want } from "../runit/status.ts";

/** A logger of a tree, and the two times of CLOCK_BOOTTIME, in nanoseconds, between which it was started. */
export interface Holder {
  readonly pid: number;
  readonly notBeforeNs: bigint;
  readonly notAfterNs: bigint;
}

/** The facts about one process (`run`, `finish` or the log's) that a supervisor knows and could not find out again. */
export interface ServiceRecord {
  /** The life of the machine and the space of pids in which this is true (`Survival.lifetime`). */
  readonly lifetime: string;
  /** `process`: `pid` is the service's own process. `feed`: the tree's logger writes the log, and `pid` is that logger. */
  readonly kind: "process" | "feed";
  /** The phase that the status files tell: `down`, or `run` or `finish` has the pid. */
  readonly phase: Phase;
  /** The state that the service is to reach: up, down, or gone. */
  readonly want: Want;
  /** 0 for none. While `starting`: the last pid that the supervisor was given, for any service. */
  readonly pid: number;
  /** True when a process was about to be started. It is not known whether the start was made. */
  readonly starting: boolean;
  /** True when the process was paused (`p`). */
  readonly paused: boolean;
  /** True when TERM was sent to this process. */
  readonly gotTerm: boolean;
  /** True when `o` was told, and `run` has not been started since. */
  readonly once: boolean;
  /** True when the process was told to end, and perhaps TERM has not been sent yet. */
  readonly owesStop: boolean;
  /** Wall-clock nanoseconds since 1970 of the last change, as in the status file. */
  readonly sinceNs: bigint;
  /** Milliseconds of the monotonic clock, which goes on as long as the machine lives; as in the service's state. */
  readonly startedAtMs: number;
  /** Milliseconds of the monotonic clock; -Infinity when nothing holds up a start. */
  readonly retryAtMs: number;
  /** Wait status of the last `run`, for the arguments of finish. */
  readonly runStatus: number;
  /** The process was started no earlier than this: nanoseconds of CLOCK_BOOTTIME. */
  readonly notBeforeNs: bigint;
  /** The process was started no later than this: nanoseconds of CLOCK_BOOTTIME; 0 while its pid is not known. */
  readonly notAfterNs: bigint;
  /**
   * The logger that is to take the log over from `pid`, and may have its pipe already; only for a `feed`. If the
   * supervisor dies then, the next one may find either logger writing the log.
   */
  readonly nextHolder: Holder | undefined;
}

/** Bytes of the file: more than any record takes. */
export const RECORD_SIZE = 384;
const MAGIC = "denit";
const VERSION = "1";
const END = "end";
const WORDS = 15;
const FLAGS = ["starting", "paused", "gotTerm", "once", "owesStop"] as const;
/** One letter a flag, in the order of FLAGS; `-` where the flag is not set. */
const LETTERS = "spto!";
/** The letter behind those when the record has a `nextHolder`. */
const HAS_NEXT = "n";
const PHASES: readonly string[] = ["down", "run", "finish"] satisfies readonly Phase[];
const WANTS: readonly string[] = ["up", "down", "exit"] satisfies readonly Want[];
const KINDS: readonly string[] = ["process", "feed"];

/** The record as a line, without padding and newline. */
export function packRecord(record: ServiceRecord): string {
  const { nextHolder } = record;
  const flags = FLAGS.map((name, i) => record[name] ? LETTERS[i] : "-").join("");
  return [
    MAGIC,
    VERSION,
    record.lifetime,
    record.kind,
    record.phase,
    record.want,
    record.pid,
    nextHolder === undefined ? flags : flags + HAS_NEXT,
    record.sinceNs,
    ...nextHolder === undefined
      ? [record.startedAtMs, record.retryAtMs, record.runStatus]
      : [nextHolder.notBeforeNs, nextHolder.notAfterNs, nextHolder.pid],
    record.notBeforeNs,
    record.notAfterNs,
    END,
  ].join(" ");
}

/** Reads a line, which may be padded with blanks. Undefined when it is no record of this version, or not a whole one. */
export function unpackRecord(text: string): ServiceRecord | undefined {
  const words = text.trimEnd().split(" ");
  const [magic, version, lifetime = "", kind = "", phase = "", want = "", pid, flags = ""] = words;
  if (magic !== MAGIC || version !== VERSION || words.length !== WORDS || words.at(-1) !== END) {
    return undefined;
  }
  if (!KINDS.includes(kind) || !PHASES.includes(phase) || !WANTS.includes(want)) return undefined;
  const [since = "", started = "", retry = "", status, notBefore = "", notAfter = ""] = words.slice(8);
  const hasNext = flags[FLAGS.length] === HAS_NEXT;
  const has = (name: typeof FLAGS[number]) => flags[FLAGS.indexOf(name)] !== "-";
  return {
    lifetime,
    kind: kind as ServiceRecord["kind"],
    phase: phase as Phase,
    want: want as Want,
    pid: Number(pid),
    starting: has("starting"),
    paused: has("paused"),
    gotTerm: has("gotTerm"),
    once: has("once"),
    owesStop: has("owesStop"),
    sinceNs: BigInt(since),
    startedAtMs: hasNext ? -Infinity : Number(started),
    retryAtMs: hasNext ? -Infinity : Number(retry),
    runStatus: hasNext ? 0 : Number(status),
    notBeforeNs: BigInt(notBefore),
    notAfterNs: BigInt(notAfter),
    nextHolder: hasNext
      ? { notBeforeNs: BigInt(started), notAfterNs: BigInt(retry), pid: Number(status) }
      : undefined,
  };
}

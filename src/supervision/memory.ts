/**
 * What a supervisor leaves to the next one: `supervise/process` (and `log/supervise/process`), one record in one line.
 *
 * It is written in place, in one piece of always the same length, whenever the status files are, and before a process
 * is started; so it survives the death of its writer at any moment. What a machine that died has made of it does not
 * matter: it names the life of the machine in which it was true. runit's programs do not look at it. It is removed when
 * the supervisor leaves as it was told to.
 *
 * `starting` is the moment of which nobody can tell what came of it: a process was about to be started. `notBeforeNs`
 * is when that was; `notAfterNs`, when its pid was known. A process of that pid that began at another time has got the
 * number after ours.
 */
import type { Phase, Want } from "../runit/status.ts";

export interface Memory {
  /** The life of the machine and the space of pids in which this is true. */
  readonly lifetime: string;
  /** `feed`: the log is written by the tree's logger, and `pid` is that one's. */
  readonly kind: "process" | "feed";
  readonly phase: Phase;
  readonly want: Want;
  /** While `starting`: the last that its supervisor was given, for any service. */
  readonly pid: number;
  readonly starting: boolean;
  readonly paused: boolean;
  readonly gotTerm: boolean;
  readonly once: boolean;
  /** Told to end, and perhaps not signalled yet. */
  readonly owesStop: boolean;
  readonly sinceNs: bigint;
  /** Of the monotonic clock, which goes on as long as the machine lives; as in ServiceState. */
  readonly startedAtMs: number;
  readonly retryAtMs: number;
  readonly runStatus: number;
  /** By CLOCK_BOOTTIME. */
  readonly notBeforeNs: bigint;
  readonly notAfterNs: bigint;
}

/** More than any record takes: the rest of the file is blanks and a newline. */
export const MEMORY_SIZE = 384;
const MAGIC = "denit";
const VERSION = "1";
const END = "end";
const WORDS = 15;
const FLAGS = ["starting", "paused", "gotTerm", "once", "owesStop"] as const;
const LETTERS = "spto!";
const PHASES: readonly string[] = ["down", "run", "finish"] satisfies readonly Phase[];
const WANTS: readonly string[] = ["up", "down", "exit"] satisfies readonly Want[];
const KINDS: readonly string[] = ["process", "feed"];

export function packMemory(memory: Memory): string {
  const flags = FLAGS.map((name, i) => memory[name] ? LETTERS[i] : "-").join("");
  return [
    MAGIC,
    VERSION,
    memory.lifetime,
    memory.kind,
    memory.phase,
    memory.want,
    memory.pid,
    flags,
    memory.sinceNs,
    memory.startedAtMs,
    memory.retryAtMs,
    memory.runStatus,
    memory.notBeforeNs,
    memory.notAfterNs,
    END,
  ].join(" ");
}

/** Undefined for what is no record, or not a whole one. `text` may be padded with blanks. */
export function unpackMemory(text: string): Memory | undefined {
  const words = text.trimEnd().split(" ");
  const [magic, version, lifetime = "", kind = "", phase = "", want = "", pid, flags = ""] = words;
  if (magic !== MAGIC || version !== VERSION || words.length !== WORDS || words.at(-1) !== END) {
    return undefined;
  }
  if (!KINDS.includes(kind) || !PHASES.includes(phase) || !WANTS.includes(want)) return undefined;
  const [since = "", started, retry, status, notBefore = "", notAfter = ""] = words.slice(8);
  const has = (name: typeof FLAGS[number]) => flags[FLAGS.indexOf(name)] !== "-";
  return {
    lifetime,
    kind: kind as Memory["kind"],
    phase: phase as Phase,
    want: want as Want,
    pid: Number(pid),
    starting: has("starting"),
    paused: has("paused"),
    gotTerm: has("gotTerm"),
    once: has("once"),
    owesStop: has("owesStop"),
    sinceNs: BigInt(since),
    startedAtMs: Number(started),
    retryAtMs: Number(retry),
    runStatus: Number(status),
    notBeforeNs: BigInt(notBefore),
    notAfterNs: BigInt(notAfter),
  };
}

/** Whether a process that began at `startNs` (rounded down to TICK_NS) is the one that is remembered. */
export function isRemembered(
  { notBeforeNs, notAfterNs }: Pick<Memory, "notBeforeNs" | "notAfterNs">,
  startNs: bigint,
): boolean {
  return startNs >= notBeforeNs - TICK_NS && startNs <= notAfterNs;
}

/** What /proc counts in. */
const TICK_NS = 10_000_000n;

/** The start that was under way was begun no more than this after it was written down. */
const START_MOST_NS = 2_000_000_000n;
/** Of one that nothing but its name speaks for. */
const NAMED_MOST_NS = 100_000_000n;
/** So many pids before the last one are of those that were started just before it. */
const RECENT_PIDS = 128;

/** A process that began about when it should have. `evidence` is what it has of the one that is looked for. */
export interface Candidate {
  readonly pid: number;
  readonly parent: number;
  readonly startNs: bigint;
}

export interface Evidence {
  /** It is in the directory of the service, or has an end of its log pipe. */
  readonly belongs: boolean;
  /** It is called by the name of the program that was started. */
  readonly isNamed: boolean;
}

/** Those that began when a process was about to be started, and whose parent did not. */
export function mayBeStarted({ notBeforeNs }: Memory, all: readonly Candidate[]): Candidate[] {
  const then = all.filter(({ startNs }) =>
    startNs >= notBeforeNs - TICK_NS && startNs <= notBeforeNs + START_MOST_NS
  );
  const pids = new Set(then.map(({ pid }) => pid));
  return then.filter(({ parent }) => !pids.has(parent)).sort((a, b) => a.pid - b.pid);
}

/**
 * The one of them that it is, if it is one. What only has the name may be a process of another service that was
 * started a moment before (`memory.pid`, while `starting`, is the last pid that the supervisor had been given), or a
 * moment after, by the next supervisor: `others` asks what is left of other services.
 */
export function startedOne(
  memory: Memory,
  candidates: readonly (Candidate & Evidence)[],
  others: () => readonly Memory[],
): Candidate | undefined {
  const isLater = ({ pid, startNs }: Candidate) =>
    startNs <= memory.notBeforeNs + NAMED_MOST_NS && (pid > memory.pid || pid <= memory.pid - RECENT_PIDS);
  return candidates.find(({ belongs, isNamed }) => belongs && isNamed) ??
    candidates.find(({ belongs }) => belongs) ??
    soleOf(candidates.filter((one) => one.isNamed && isLater(one)), others);
}

function soleOf(named: readonly Candidate[], others: () => readonly Memory[]): Candidate | undefined {
  if (named.length === 0) return undefined;
  const known = others().filter(({ kind, starting }) => kind === "process" && !starting);
  return named.find(({ pid, startNs }) =>
    !known.some((other) => other.pid === pid && isRemembered(other, startNs))
  );
}

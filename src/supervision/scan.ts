/**
 * Decides which directories are services: the scan of runsvdir(8) as a machine.
 *
 * A service is known by its file key (device and inode). So a rename within the directory of services changes nothing,
 * and a directory that was replaced under its name is another service. A name that begins with a dot is no service.
 *
 * When a service begins:
 * - A directory that arrives whole begins at once. It was there at the first look, or it came by link or rename.
 * - A directory that is filled in place (`filling`) begins when its `run` is executable and nothing in it or in its `log`
 *   has changed for QUIET_MS. So a slow copy whose `log` comes last is never started without its logger.
 * - A service that left by itself (`sv exit`), or could not begin, is tried again after RESCAN_MS (`waiting`), as
 *   runsvdir's next scan would do, whatever its `run` is. While something changes in it, it still waits: it may have been
 *   removed, and a directory that is being filled may have got its inode.
 *
 * A directory that disappears is told to exit (`leaving`), and forgotten when it has left. If it comes back before that,
 * it begins again afterwards.
 */
import type { Now } from "../time/now.ts";

/** The time without a change after which a directory that is filled in place is quiet. */
export const QUIET_MS = 250;
/** The time after which a service that left by itself is tried again: runsvdir.c looks every five seconds. */
export const RESCAN_MS = 5000;
/** The time after which a directory that stays quiet without an executable `run` is reported once. */
export const MENTION_MS = 5000;

/** A directory that stands in the directory of services. */
export interface Entry {
  readonly name: string;
  /** The directory's file key. */
  readonly key: string;
  /** True when the directory arrived whole: nothing is still being copied into it. */
  readonly whole: boolean;
}

/**
 * The standing of a directory.
 * - `filling`  something may still be copied into it; it is looked at when it has been quiet until `atMs`
 * - `unready`  it is quiet and has no executable `run`: the next change in it tells more, and `atMs` is when to report it
 * - `running`  the host supervises it
 * - `leaving`  it was told to exit
 * - `waiting`  it is to begin again at `atMs`
 */
export type Standing = "filling" | "unready" | "running" | "leaving" | "waiting";

/** A directory that the scan knows. */
export interface Member {
  readonly name: string;
  readonly standing: Standing;
  /** Monotonic milliseconds; Infinity for no deadline. */
  readonly atMs: number;
  /** True when its name is in the directory of services. A member that leaves and is wanted begins again. */
  readonly wanted: boolean;
  /** True when the lack of an executable `run` has been reported. */
  readonly mentioned: boolean;
}

/** All directories that the scan knows, by file key. */
export type ScanState = ReadonlyMap<string, Member>;

/** An event in the directory of services. */
export type ScanEvent =
  /** The host has looked: these directories stand there now. */
  | { readonly kind: "listed"; readonly entries: readonly Entry[] }
  /** Something has changed in a directory that is filled, or that waits. */
  | { readonly kind: "touched"; readonly key: string }
  /**
   * The answer to the effect `inspect`: the directory is quiet, and `runnable` says whether its `run` is executable.
   * `watched`: the host tells (`touched`) every change in the directory from now on.
   */
  | {
    readonly kind: "inspected";
    readonly key: string;
    readonly runnable: boolean;
    readonly watched: boolean;
  }
  /** The service has left, or could not begin. */
  | { readonly kind: "left"; readonly key: string }
  | { readonly kind: "wake" };

/** A deed that the host does for the scan. */
export type ScanEffect =
  /** Supervise the directory; `left` follows when it has left, or could not begin. */
  | { readonly kind: "begin"; readonly key: string; readonly name: string }
  /** Tell the service to exit for good. */
  | { readonly kind: "retire"; readonly key: string }
  /** Tell (`touched`) every change in the directory and in its `log`. */
  | { readonly kind: "watch filling"; readonly key: string; readonly name: string }
  | { readonly kind: "unwatch filling"; readonly key: string }
  /** Look whether the directory is quiet and can be started. The reply is `inspected`, or `touched` if it is not quiet. */
  | { readonly kind: "inspect"; readonly key: string; readonly name: string }
  | { readonly kind: "report"; readonly text: string };

/** The answer of the machine to one event. */
export interface ScanStep {
  readonly state: ScanState;
  readonly effects: readonly ScanEffect[];
}

/** A scan that has seen nothing yet. */
export function newScan(): ScanState {
  return new Map();
}

/** Returns the time at which the machine next needs a wake, in monotonic milliseconds; Infinity for never. */
export function wakeAtMs(state: ScanState): number {
  let at = Infinity;
  for (const member of state.values()) if (timed(member)) at = Math.min(at, member.atMs);
  return at;
}

function timed(member: Member): boolean {
  return member.standing === "filling" || member.standing === "waiting" ||
    (member.standing === "unready" && !member.mentioned);
}

/** The next state of the scan, and what is to be done. */
export function step(state: ScanState, event: ScanEvent, now: Now): ScanStep {
  const effects: ScanEffect[] = [];
  const next = new Map(state);
  switch (event.kind) {
    case "listed":
      listed(next, event.entries, now, effects);
      break;
    case "touched":
      touched(next, event.key, now);
      break;
    case "inspected":
      inspected(next, event, now, effects);
      break;
    case "left":
      left(next, event.key, now, effects);
      break;
    case "wake":
      for (const [key, member] of state) {
        if (timed(member) && member.atMs <= now.monotonicMs) due(next, key, member, effects);
      }
  }
  return { state: next, effects };
}

function listed(next: Map<string, Member>, entries: readonly Entry[], now: Now, effects: ScanEffect[]): void {
  const present = new Set<string>();
  for (const entry of entries) {
    if (entry.name.startsWith(".") || present.has(entry.key)) continue;
    present.add(entry.key);
    arrived(next, entry, now, effects);
  }
  for (const [key, member] of next) if (!present.has(key)) vanished(next, key, member, effects);
}

function arrived(next: Map<string, Member>, entry: Entry, now: Now, effects: ScanEffect[]): void {
  const { key, name } = entry;
  const known = next.get(key);
  if (known !== undefined) {
    if (known.wanted && known.name === name) return;
    // A service that runs keeps the name it began under. When it begins again, it takes the name it has then.
    next.set(key, { ...known, name, wanted: true });
    // A directory that is renamed while it is filled goes on being filled under the new name.
    if (known.standing === "filling" || known.standing === "unready") {
      effects.push({ kind: "watch filling", key, name });
    }
    return;
  }
  if (entry.whole) return begin(next, key, name, effects);
  next.set(key, {
    name,
    standing: "filling",
    atMs: now.monotonicMs + QUIET_MS,
    wanted: true,
    mentioned: false,
  });
  effects.push({ kind: "watch filling", key, name });
}

function begin(next: Map<string, Member>, key: string, name: string, effects: ScanEffect[]): void {
  next.set(key, { name, standing: "running", atMs: Infinity, wanted: true, mentioned: false });
  effects.push({ kind: "begin", key, name });
}

function vanished(next: Map<string, Member>, key: string, member: Member, effects: ScanEffect[]): void {
  switch (member.standing) {
    case "filling":
    case "unready":
    case "waiting":
      effects.push({ kind: "unwatch filling", key });
      next.delete(key);
      return;
    case "running":
      next.set(key, { ...member, standing: "leaving", wanted: false });
      effects.push({ kind: "retire", key });
      return;
    case "leaving":
      if (member.wanted) next.set(key, { ...member, wanted: false });
  }
}

function touched(next: Map<string, Member>, key: string, now: Now): void {
  const member = next.get(key);
  const quietAtMs = now.monotonicMs + QUIET_MS;
  if (member?.standing === "filling" || member?.standing === "unready") {
    next.set(key, { ...member, standing: "filling", atMs: quietAtMs });
  } else if (member?.standing === "waiting") {
    next.set(key, {
      ...member,
      atMs: member.atMs === Infinity ? quietAtMs : Math.max(member.atMs, quietAtMs),
    });
  }
}

function due(next: Map<string, Member>, key: string, member: Member, effects: ScanEffect[]): void {
  const { name } = member;
  if (member.standing !== "unready") {
    next.set(key, { ...member, atMs: Infinity });
    effects.push({ kind: "inspect", key, name });
    return;
  }
  next.set(key, { ...member, mentioned: true });
  effects.push({ kind: "report", text: `${name} is not started: run is not executable` });
}

function inspected(
  next: Map<string, Member>,
  { key, runnable, watched }: ScanEvent & { readonly kind: "inspected" },
  now: Now,
  effects: ScanEffect[],
): void {
  const member = next.get(key);
  if (member?.standing !== "filling" && member?.standing !== "waiting") return;
  if (!runnable && member.standing === "filling") {
    const later = watched ? { standing: "unready", atMs: MENTION_MS } as const : { atMs: RESCAN_MS };
    next.set(key, { ...member, ...later, atMs: now.monotonicMs + later.atMs });
    return;
  }
  effects.push({ kind: "unwatch filling", key });
  begin(next, key, member.name, effects);
}

function left(next: Map<string, Member>, key: string, now: Now, effects: ScanEffect[]): void {
  const member = next.get(key);
  if (member === undefined) return;
  if (!member.wanted) next.delete(key);
  else if (member.standing === "leaving") begin(next, key, member.name, effects);
  else next.set(key, { ...member, standing: "waiting", atMs: now.monotonicMs + RESCAN_MS });
}

/**
 * Which directories are services: runsvdir(8)'s scan as a machine.
 *
 * A service is known by device and inode, so a rename within the directory changes nothing and a directory that
 * was replaced under its name is another service. Names that begin with a dot are none.
 *
 * A directory that arrives whole (it was there at the first look, or came by link or rename) begins at once. One
 * that is being filled in place begins when its `run` is executable and nothing in it or in its `log` has changed
 * for QUIET_MS: a slow copy whose `log` comes last is never started without its logger.
 *
 * What disappears is told to exit and forgotten when it has; if it comes back before that, it begins again
 * afterwards. A service that left by itself (`sv exit`), or could not begin, is tried again after RETRY_MS, as
 * runsvdir's next scan would; whatever its run, but not while something changes in it: it may have been removed and
 * be filled anew, and have got the inode of the old one.
 */
import type { Now } from "../time/now.ts";

/** Nothing may have changed for so long in a directory that is filled in place. */
export const QUIET_MS = 250;
/** runsvdir.c looks every five seconds. */
export const RETRY_MS = 5000;
/** A directory that is quiet and has no executable run is mentioned once after this. */
export const MENTION_MS = 5000;

export interface Entry {
  readonly name: string;
  /** `device:inode`. */
  readonly key: string;
  readonly whole: boolean;
}

/**
 * `filling`: quiet is awaited. `unready`: quiet, but no executable run; the next change tells. `running`: the
 * host has it. `leaving`: told to exit. `waiting`: to begin again at `atMs`.
 */
export type Place = "filling" | "unready" | "running" | "leaving" | "waiting";

export interface Member {
  readonly name: string;
  readonly place: Place;
  readonly atMs: number;
  /** Still wanted (its name is in the directory); a leaving member that is wanted begins again. */
  readonly wanted: boolean;
  readonly mentioned: boolean;
}

export type ScanState = ReadonlyMap<string, Member>;

export type ScanEvent =
  | { readonly kind: "listed"; readonly entries: readonly Entry[] }
  /** Something changed in a directory that is being filled. */
  | { readonly kind: "touched"; readonly key: string }
  /** `watched`: whatever changes in it from now on will be told. */
  | {
    readonly kind: "inspected";
    readonly key: string;
    readonly runnable: boolean;
    readonly watched: boolean;
  }
  | { readonly kind: "left"; readonly key: string }
  | { readonly kind: "wake" };

export type ScanEffect =
  | { readonly kind: "begin"; readonly key: string; readonly name: string }
  | { readonly kind: "retire"; readonly key: string }
  | { readonly kind: "watch filling"; readonly key: string; readonly name: string }
  | { readonly kind: "unwatch filling"; readonly key: string }
  | { readonly kind: "inspect"; readonly key: string; readonly name: string }
  | { readonly kind: "report"; readonly text: string };

export interface ScanStep {
  readonly state: ScanState;
  readonly effects: readonly ScanEffect[];
}

export function newScan(): ScanState {
  return new Map();
}

/** When the machine next needs to hear of time; Infinity for never. */
export function wakeAtMs(state: ScanState): number {
  let at = Infinity;
  for (const member of state.values()) if (timed(member)) at = Math.min(at, member.atMs);
  return at;
}

function timed(member: Member): boolean {
  return member.place === "filling" || member.place === "waiting" ||
    (member.place === "unready" && !member.mentioned);
}

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
    // What runs keeps the name it began under; when it begins again, it is under the one it has then.
    next.set(key, { ...known, name, wanted: true });
    // A directory that was renamed while it was being filled goes on being filled under the new name.
    if (known.place === "filling" || known.place === "unready") {
      effects.push({ kind: "watch filling", key, name });
    }
    return;
  }
  if (entry.whole) return begin(next, key, name, effects);
  next.set(key, { name, place: "filling", atMs: now.monotonicMs + QUIET_MS, wanted: true, mentioned: false });
  effects.push({ kind: "watch filling", key, name });
}

function begin(next: Map<string, Member>, key: string, name: string, effects: ScanEffect[]): void {
  next.set(key, { name, place: "running", atMs: Infinity, wanted: true, mentioned: false });
  effects.push({ kind: "begin", key, name });
}

function vanished(next: Map<string, Member>, key: string, member: Member, effects: ScanEffect[]): void {
  switch (member.place) {
    case "filling":
    case "unready":
    case "waiting":
      effects.push({ kind: "unwatch filling", key });
      next.delete(key);
      return;
    case "running":
      next.set(key, { ...member, place: "leaving", wanted: false });
      effects.push({ kind: "retire", key });
      return;
    case "leaving":
      if (member.wanted) next.set(key, { ...member, wanted: false });
  }
}

function touched(next: Map<string, Member>, key: string, now: Now): void {
  const member = next.get(key);
  const quietAtMs = now.monotonicMs + QUIET_MS;
  if (member?.place === "filling" || member?.place === "unready") {
    next.set(key, { ...member, place: "filling", atMs: quietAtMs });
  } else if (member?.place === "waiting") {
    next.set(key, {
      ...member,
      atMs: member.atMs === Infinity ? quietAtMs : Math.max(member.atMs, quietAtMs),
    });
  }
}

function due(next: Map<string, Member>, key: string, member: Member, effects: ScanEffect[]): void {
  const { name } = member;
  if (member.place !== "unready") {
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
  if (member?.place !== "filling" && member?.place !== "waiting") return;
  if (!runnable && member.place === "filling") {
    const later = watched ? { place: "unready", atMs: MENTION_MS } as const : { atMs: RETRY_MS };
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
  else if (member.place === "leaving") begin(next, key, member.name, effects);
  else next.set(key, { ...member, place: "waiting", atMs: now.monotonicMs + RETRY_MS });
}

/** Playing a machine's calls in its tests: each becomes a line of a transcript, and is answered out of a table. */
import type { Now } from "../time/now.ts";
import type { Effect, Reply } from "./effects.ts";
import type { LogEvent } from "./machine.ts";

export const NOW: Now = { monotonicMs: 1000, wallNs: 5n };
/** Of NOW. */
export const LABEL = "@400000000000000a00000005";

/** An effect as one line of a transcript. */
export function told(effect: Effect): string {
  if (effect.call === "say") {
    return `${effect.kind}: ${effect.text}${effect.errno === undefined ? "" : `: errno ${effect.errno}`}`;
  }
  return Object.values(effect).map((value) => typeof value === "number" ? value.toString(8) : value).join(
    " ",
  );
}

/** What calls bring back; whatever is not named succeeds with nothing. A number is an errno. */
export type World = Readonly<Record<string, Reply | number>>;

export interface Played<S> {
  readonly state: S;
  readonly lines: readonly string[];
}

type Step<S> = (
  state: S,
  event: LogEvent,
  now: Now,
) => { readonly state: S; readonly effects: readonly Effect[] };

/** Gives one order and answers every call out of `world`, until the machine rests or waits. */
export function playing<S>(step: Step<S>) {
  return (start: S, order: LogEvent, world: World = {}, now = NOW): Played<S> => {
    const lines: string[] = [];
    let state = start;
    for (let next: LogEvent | undefined = order; next !== undefined;) {
      const answer = step(state, next, now);
      state = answer.state;
      next = undefined;
      for (const effect of answer.effects) {
        lines.push(told(effect));
        if (effect.call === "say" || effect.call === "process") continue;
        const reply = world[told(effect)] ?? {};
        next = typeof reply === "number" ? { kind: "failed", errno: reply } : { kind: "done", reply };
      }
    }
    return { state, lines };
  };
}

/** Plays the machines in tests: every effect becomes a line of a transcript, and a table answers every call. */
import type { Now } from "../time/now.ts";
import type { Effect, Reply } from "./effects.ts";
import type { LogEvent, LogStep } from "./orders.ts";

/** One second after the start of the machine, five nanoseconds after 1970. */
export const NOW: Now = { monotonicMs: 1000, wallNs: 5n };
/** The label of the wall clock in NOW. */
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

/** The results of calls by their lines. A number is an errno. A call without an entry succeeds with an empty reply. */
export type World = Readonly<Record<string, Reply | number>>;

/** The state after an order, and the transcript of its effects. */
export interface Played<S> {
  readonly state: S;
  readonly lines: readonly string[];
}

/** Returns a function that gives one order and answers every call from `world`, until the machine rests or waits. */
export function playing<S>(step: LogStep<S>) {
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

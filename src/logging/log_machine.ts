/**
 * The machine of a log directory, as its host sees it. The machines of svlogd(8) (`rotation/machine.ts`) and of
 * multilog(8) (`rotation/multilog.ts`) take the same events and have the same effects, so one host drives either.
 */
import type { Effect, Retention } from "../rotation/effects.ts";
import type { LogEvent, LogStep } from "../rotation/orders.ts";
import type { Now } from "../time/now.ts";

/** The part of a machine's state that the host reads. */
export interface LogMachineState {
  readonly step: string;
  readonly retryAtMs: number | undefined;
  readonly retention: Retention;
}

/** One machine with its state. */
export interface LogMachine {
  readonly state: LogMachineState;
  /** Takes an event, and returns the effects that the host is to carry out, in their order. */
  send(event: LogEvent, now: Now): readonly Effect[];
}

/**
 * Keeps the state of a machine between two events. This is a class, not an object literal with a getter, so that the
 * machines of a thousand directories have one hidden class in the engine.
 */
export class Running<S extends LogMachineState> implements LogMachine {
  state: S;
  readonly #step: LogStep<S>;

  constructor(first: S, step: LogStep<S>) {
    this.state = first;
    this.#step = step;
  }

  send(event: LogEvent, now: Now): readonly Effect[] {
    const { state, effects } = this.#step(this.state, event, now);
    this.state = state;
    return effects;
  }
}

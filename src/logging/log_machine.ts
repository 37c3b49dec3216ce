/**
 * The machine of a log directory, whichever it is: its state, and how it goes on. Those of svlogd(8)
 * (`rotation/machine.ts`) and of multilog(8) (`rotation/multilog.ts`) take the same events and have the same effects.
 */
import { type Effect, type Retention } from "../rotation/effects.ts";
import { type LogEvent, type Step } from "../rotation/orders.ts";
import { type Now } from "../time/now.ts";

/** What the host must know of the state of such a machine. */
export interface LogMachineState {
  readonly step: string;
  readonly retryAtMs: number | undefined;
  readonly retention: Retention;
}

/** The state of one machine, and how it goes on. */
export interface LogMachine {
  readonly state: LogMachineState;
  /** Takes an event; returns what is to be done. */
  send(event: LogEvent, now: Now): readonly Effect[];
}

/** A class, not an object with a getter of its own: those of a thousand directories must look alike to the engine. */
export class Running<S extends LogMachineState> implements LogMachine {
  state: S;
  readonly #step: Step<S>;

  constructor(first: S, step: Step<S>) {
    this.state = first;
    this.#step = step;
  }

  send(event: LogEvent, now: Now): readonly Effect[] {
    const { state, effects } = this.#step(this.state, event, now);
    this.state = state;
    return effects;
  }
}

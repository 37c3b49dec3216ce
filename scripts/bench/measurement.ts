/** What is measured, and the form in which a trial hands its samples on. */

import type { DenitId, SystemId } from "./systems.ts";

export const ITEMS = ["up", "restart", "notice", "stop", "sv-stop", "status", "idle"] as const;
export type Item = typeof ITEMS[number];

/** The floor of `status`: a program of the same form that does nothing. */
export type Empty = "empty-compiled" | "empty-script";
export const EMPTY_OF: { readonly [denit in DenitId]: Empty } = {
  "denit-compiled": "empty-compiled",
  "denit-script": "empty-script",
};

export type Contender = SystemId | Empty;

/** Every measure is a cost: less is better. */
export type Measure =
  | "up ms"
  | "memory kB"
  | "supervising processes"
  | "restart ms"
  | "notice ms"
  | "stop ms"
  | "young stop ms"
  | "sv-stop ms"
  | "status ms"
  | "idle system calls"
  | "idle ticks"
  | "idle context switches";

export interface Samples {
  readonly measure: Measure;
  readonly contender: Contender;
  readonly services: number;
  readonly values: readonly number[];
}

/** The samples of several trials, those of the same thing put together. */
export class Ledger {
  readonly #samples = new Map<string, Samples>();

  add(more: Samples): void {
    const key = keyOf(more.measure, more.contender, more.services);
    const before = this.#samples.get(key)?.values ?? [];
    this.#samples.set(key, { ...more, values: [...before, ...more.values] });
  }

  values(measure: Measure, contender: Contender, services: number): readonly number[] {
    return this.#samples.get(keyOf(measure, contender, services))?.values ?? [];
  }

  /** The numbers of services for which there are samples of this measure, ascending. */
  services(measure: Measure): number[] {
    const all = [...this.#samples.values()].filter((samples) => samples.measure === measure);
    return [...new Set(all.map(({ services }) => services))].toSorted((a, b) => a - b);
  }

  all(): Samples[] {
    return [...this.#samples.values()];
  }
}

function keyOf(measure: Measure, contender: Contender, services: number): string {
  return `${measure}/${contender}/${services}`;
}

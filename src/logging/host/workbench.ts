/** What the feeds of one process share: the region with its output area, and a place in it for each. */
import type { Kernel } from "../../runtime/kernel.ts";
import { type Config, parseConfig } from "../config.ts";
import { LEDGER_BYTES, LedgerMemory } from "../ledger.ts";
import { type Arena, makeArena, SENTINEL_BYTES } from "../lines.ts";
import { errorBytes, type ErrorText } from "../errors.ts";
import { MOST_PREFIX_BYTES } from "../lines.ts";
import { makeStamp, type Stamp, STAMP_BYTES, type StampKind, type WallTime } from "../stamp.ts";
import { vectorOn } from "../vector.ts";

/** A pipe holds as much (pipe(7)); a longer read gains nothing. */
export const READ_BYTES = 65_536;
const ERROR_BYTES = 65_536;
/** Files are mapped at multiples of it, whatever the size of a page is (aarch64 has 64 kB at most). */
const ALIGNMENT = 65_536;

const MOST_CONFIGS = 64;

export interface Slot {
  /** Where it begins in the region. */
  readonly at: number;
  readonly bytes: number;
}

export class Workbench {
  readonly arena: Arena;
  /** Lines for standard error, printed before another feed needs it. */
  readonly errors: ErrorText;
  readonly lineBytes: number;
  readonly ledgers: LedgerMemory;
  /** The output area from its beginning, for writes that start there. */
  readonly area: Uint8Array<ArrayBuffer>;
  readonly wall: WallTime = { seconds: 0, nanoseconds: 0 };
  readonly #configs = new Map<string, Config>();
  readonly #stamps = new Map<StampKind, Stamp>();
  readonly #slotBytes: number;
  readonly #stride: number;
  readonly #first: number;
  readonly #slots: number;
  readonly #free: number[] = [];
  #used = 0;
  /** Whose batch `arena.ends` tells. */
  owner: unknown = undefined;

  /** `lineBytes`: the most that a line of any of its feeds may have to be kept (-l). */
  constructor(kernel: Pick<Kernel, "region" | "regionMemory">, lineBytes: number) {
    this.lineBytes = lineBytes;
    this.arena = makeArena(kernel.region, lineBytes, READ_BYTES, vectorOn(kernel.regionMemory));
    const { outputAt, outputEnd } = this.arena;
    this.area = this.arena.bytes.subarray(outputAt, outputEnd);
    this.ledgers = new LedgerMemory(kernel.region);
    this.errors = {
      bytes: new Uint8Array(ERROR_BYTES + errorBytes(lineBytes, STAMP_BYTES + MOST_PREFIX_BYTES)),
      fill: 0,
    };
    // Twice the line: what is kept is moved to the beginning without passing over itself.
    this.#slotBytes = LEDGER_BYTES + 2 * lineBytes + READ_BYTES + SENTINEL_BYTES;
    this.#stride = aligned(this.#slotBytes);
    this.#first = aligned(this.arena.end);
    this.#slots = Math.floor((kernel.region.length - this.#first) / this.#stride);
  }

  /** That of the batch at hand, whose feed has set it: a second is put into letters once for all feeds. */
  stampOf(kind: StampKind): Stamp {
    const stamp = this.#stamps.get(kind) ?? makeStamp(kind);
    this.#stamps.set(kind, stamp);
    return stamp;
  }

  /** Equal ones are one: a thousand services have a handful between them. */
  configOf(text: string): Config {
    const known = this.#configs.get(text);
    if (known !== undefined) return known;
    if (this.#configs.size === MOST_CONFIGS) this.#configs.clear();
    const config = parseConfig(text);
    this.#configs.set(text, config);
    return config;
  }

  /** Undefined when there are more feeds than the region has places for. */
  takeSlot(): Slot | undefined {
    const index = this.#free.pop() ?? (this.#used < this.#slots ? this.#used++ : undefined);
    return index === undefined
      ? undefined
      : { at: this.#first + index * this.#stride, bytes: this.#slotBytes };
  }

  leaveSlot(slot: Slot): void {
    this.#free.push((slot.at - this.#first) / this.#stride);
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

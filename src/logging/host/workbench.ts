/**
 * The memory that the feeds of one process share: the arena at the front of the region, and a slot behind it for each
 * feed. Equal configs and stamps are also one for all feeds.
 */
import type { Kernel } from "../../runtime/kernel.ts";
import { type Config, parseConfig } from "../config.ts";
import { LEDGER_BYTES, LedgerMemory } from "../ledger.ts";
import { type Arena, makeArena, SENTINEL_BYTES } from "../lines.ts";
import { errorBytes, type ErrorText } from "../errors.ts";
import { MOST_PREFIX_BYTES } from "../lines.ts";
import { makeStamp, type Stamp, STAMP_BYTES, type StampKind, type WallTime } from "../stamp.ts";
import { vectorOn } from "../vector.ts";

/** The most bytes of one read. A pipe holds no more (pipe(7)). */
export const READ_BYTES = 65_536;
const ERROR_BYTES = 65_536;
/** Slots begin at multiples of this, because journals are mapped into them: no page is larger (64 kB on aarch64). */
const ALIGNMENT = 65_536;

const MOST_CONFIGS = 64;

/** The part of the region that belongs to one feed: its ledger and, behind that, its input. */
export interface Slot {
  /** Position of its first byte in the region. */
  readonly at: number;
  /** The length of the slot. */
  readonly bytes: number;
}

/** The shared memory of the feeds of one process. */
export class Workbench {
  readonly arena: Arena;
  /** Lines for standard error. A feed prints them before another feed needs it. */
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
  /** The feed whose newlines `arena.ends` holds. */
  owner: unknown = undefined;

  /** `lineBytes`: the most bytes of a line that any of the feeds may have to keep (-l). */
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
    // Room for two lines: the kept one moves to the beginning without passing over itself.
    this.#slotBytes = LEDGER_BYTES + 2 * lineBytes + READ_BYTES + SENTINEL_BYTES;
    this.#stride = aligned(this.#slotBytes);
    this.#first = aligned(this.arena.end);
    this.#slots = Math.floor((kernel.region.length - this.#first) / this.#stride);
  }

  /**
   * The stamp that all feeds of this kind share: a second is put into letters once for all of them. It holds the stamp of
   * the feed that has set it last.
   */
  stampOf(kind: StampKind): Stamp {
    const stamp = this.#stamps.get(kind) ?? makeStamp(kind);
    this.#stamps.set(kind, stamp);
    return stamp;
  }

  /** The config with this text. Equal texts give one object: a thousand services have a handful of them. */
  configOf(text: string): Config {
    const known = this.#configs.get(text);
    if (known !== undefined) return known;
    if (this.#configs.size === MOST_CONFIGS) this.#configs.clear();
    const config = parseConfig(text);
    this.#configs.set(text, config);
    return config;
  }

  /** Takes a slot for a feed; undefined if the region has no free one. */
  takeSlot(): Slot | undefined {
    const index = this.#free.pop() ?? (this.#used < this.#slots ? this.#used++ : undefined);
    return index === undefined
      ? undefined
      : { at: this.#first + index * this.#stride, bytes: this.#slotBytes };
  }

  /** Gives a slot back. */
  leaveSlot(slot: Slot): void {
    this.#free.push((slot.at - this.#first) / this.#stride);
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

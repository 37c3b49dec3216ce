/** The interfaces between a svlogfleet and its feeds, of which there are two kinds (`tree_feeds.ts`, `joined_feeds.ts`). */
import type { Fd } from "../../posix/descriptor.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop } from "../../runtime/loop.ts";
import type { Reporter } from "../../runtime/reporter.ts";
import type { Order, Report } from "../joining.ts";

/** All feeds of one svlogfleet, whichever kind it has. */
export interface Feeds {
  /** Carries out an order of the fleet. The descriptors belong to the feeds from then on. */
  take(order: Order, descriptors: readonly Fd[]): void;
  /** Ends every feed with the line that has begun, and reports nothing any more. */
  leave(): void;
  /** The fleet is gone. */
  orphaned(): void;
}

/** The process that the feeds live in. */
export interface Surroundings {
  readonly kernel: Kernel;
  readonly loop: Loop;
  readonly reporter: Reporter;
  /** Tells the fleet. */
  report(report: Report): void;
  /** Ends the process, because everything is done. */
  end(): void;
}

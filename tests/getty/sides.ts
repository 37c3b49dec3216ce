/** The two sides of a comparison: BusyBox's getty and denit's. */
import { join } from "@std/path";
import { CAN_MOUNT, isThere } from "../machine.ts";
import { program } from "../program.ts";
import { play, type Recording, type Scenario } from "./scenario.ts";

/** Path of the full BusyBox, which `scripts/peers` builds. */
export const BUSYBOX = join(
  Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/root", ".cache"),
  "denit/busybox-full",
);
/** True when the machine can play both sides. */
export const CAN_RUN = CAN_MOUNT && isThere(BUSYBOX);
/** The suffix of a test's name that says what is missing. */
export const NEEDS = CAN_RUN ? "" : " (needs root, mounts, BusyBox)";

/** The recordings of both sides in the same scenario. */
export interface Both {
  readonly busybox: Recording;
  readonly denit: Recording;
}

/** Path of denit's getty. */
export async function ours(): Promise<string> {
  return join((await program()).links, "getty");
}

/** Plays a scenario on both sides at the same time, each at a terminal of its own. */
export async function playBoth(scenario: Scenario): Promise<Both> {
  const [busybox, denit] = await Promise.all([
    play([BUSYBOX, "getty"], scenario),
    play([await ours()], scenario),
  ]);
  return { busybox, denit };
}

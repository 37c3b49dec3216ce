/** BusyBox's getty and ours. */
import { join } from "@std/path";
import { CAN_MOUNT, isThere } from "../machine.ts";
import { program } from "../program.ts";
import { play, type Recording, type Scenario } from "./scenario.ts";

export const BUSYBOX = join(
  Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/root", ".cache"),
  "denit/busybox-full",
);
export const CAN_RUN = CAN_MOUNT && isThere(BUSYBOX);
export const NEEDS = CAN_RUN ? "" : " (needs root, mounts, BusyBox)";

export interface Both {
  readonly busybox: Recording;
  readonly denit: Recording;
}

export async function ours(): Promise<string> {
  return join((await program()).links, "getty");
}

/** At the same time, each at its own terminal. */
export async function playBoth(scenario: Scenario): Promise<Both> {
  const [busybox, denit] = await Promise.all([
    play([BUSYBOX, "getty"], scenario),
    play([await ours()], scenario),
  ]);
  return { busybox, denit };
}

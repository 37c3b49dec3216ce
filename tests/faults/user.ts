/**
 * A user of the tests' own, on whom limits can be set. Limits do not bind root, and root's processes are counted with
 * all others of root.
 */
import { assertEquals } from "@std/assert";
import type { Fleet } from "../fleet.ts";
import { output } from "../program.ts";
import { eventually } from "../wait.ts";

const UID = 64_317;
const AS_USER = ["setpriv", `--reuid=${UID}`, `--regid=${UID}`, "--clear-groups"];

/** Options of a fleet that runs as this user. */
export const OF_USER = { through: AS_USER, uid: UID };

/**
 * Sets a soft limit of a running fleet, as the fleet's own user: `nproc` or `nofile` of prlimit(1). The hard limit
 * stays, so that a test can raise the soft limit again.
 */
export async function limit(fleet: Fleet, what: "nproc" | "nofile", soft: number): Promise<void> {
  const [file = "", ...words] = AS_USER;
  const { stderr } = await output(file, [...words, "prlimit", "--pid", `${fleet.pid}`, `--${what}=${soft}:`]);
  assertEquals(stderr, "");
}

/** Leaves a running fleet the descriptors that it has, and no more. Its children have enough. */
export async function allowNoMoreFiles(fleet: Fleet): Promise<void> {
  // A fleet at work opens descriptors for a moment, so wait until it sleeps.
  await eventually("a fleet that sleeps", () => {
    const before = openFiles(fleet.pid);
    return isAsleep(fleet.pid) && openFiles(fleet.pid) === before;
  });
  const open = new Set(openFiles(fleet.pid).split(" ").map(Number));
  let lowestFree = 0;
  while (open.has(lowestFree)) lowestFree++;
  await limit(fleet, "nofile", lowestFree);
}

function openFiles(pid: number): string {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) => name).join(" ");
}

function isAsleep(pid: number): boolean {
  return /^State:\tS/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
}

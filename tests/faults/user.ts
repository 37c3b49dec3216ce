/** A user that nobody else is, to be held to limits: root is not, and has its processes counted with others'. */
import { assertEquals } from "@std/assert";
import type { Fleet } from "../fleet.ts";
import { output } from "../program.ts";

const UID = 64_317;
const AS_USER = ["setpriv", `--reuid=${UID}`, `--regid=${UID}`, "--clear-groups"];

/** Options of a fleet that runs as this user. */
export const OF_USER = { through: AS_USER, uid: UID };

/**
 * Sets a soft limit of a running fleet, as the user it runs as: `nproc` and `nofile` of prlimit(1). Raised again up
 * to the hard one, which stays.
 */
export async function limit(fleet: Fleet, what: "nproc" | "nofile", soft: number): Promise<void> {
  const [file = "", ...words] = AS_USER;
  const { stderr } = await output(file, [...words, "prlimit", "--pid", `${fleet.pid}`, `--${what}=${soft}:`]);
  assertEquals(stderr, "");
}

/** Leaves a running fleet the descriptors it has and no other; its children have enough. */
export async function allowNoMoreFiles(fleet: Fleet): Promise<void> {
  const open = new Set([...Deno.readDirSync(`/proc/${fleet.pid}/fd`)].map(({ name }) => Number(name)));
  let lowestFree = 0;
  while (open.has(lowestFree)) lowestFree++;
  await limit(fleet, "nofile", lowestFree);
}

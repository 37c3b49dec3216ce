/** Tells what the machine lets a test do. If a test needs more, it is ignored, and its name says what it needs. */

import { bindLibc } from "../src/sys/libc.ts";

/** Number of the system call landlock_create_ruleset(2). */
const CREATE_RULESET = 444n;
const VERSION_FLAG = 1n;

/** True when the tests run as root. */
export const IS_ROOT = Deno.uid() === 0;

/**
 * Landlock version of the kernel (landlock(7)), asked without confining anything. Below 1 the kernel has no Landlock.
 */
export const LANDLOCK_VERSION = landlockVersion();

function landlockVersion(): number {
  const { c } = bindLibc(["landlock_create_ruleset"], false);
  return Number(c.landlock_create_ruleset(CREATE_RULESET, null, 0n, VERSION_FLAG));
}

/** True when PATH has a program of this name. */
export function has(name: string): boolean {
  const places = (Deno.env.get("PATH") ?? "").split(":");
  return places.some((place) => isFile(`${place}/${name}`));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** True when a file of any kind exists at this path. */
export function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** True when a test can make a mount namespace, so that nothing outside of the test sees what it mounts. */
export const CAN_MOUNT = IS_ROOT && succeeds("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt");

function succeeds(name: string, ...args: readonly string[]): boolean {
  try {
    return new Deno.Command(name, { args: [...args], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** What this machine lets a test do. A test that needs it is ignored without it, and says so in its name. */

import { bindLibc } from "../src/sys/libc.ts";

/** landlock_create_ruleset(2). */
const CREATE_RULESET = 444n;
const VERSION_FLAG = 1n;

export const IS_ROOT = Deno.uid() === 0;

/** Of this kernel's Landlock (landlock(7)), asked without confining anything; below 1 there is none. */
export const LANDLOCK_VERSION = landlockVersion();

function landlockVersion(): number {
  const { c } = bindLibc(["landlock_create_ruleset"], false);
  return Number(c.landlock_create_ruleset(CREATE_RULESET, null, 0n, VERSION_FLAG));
}

/** Whether there is a program of that name in PATH. */
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

/** Whether there is anything of that name. */
export function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether a mount namespace of our own can be made, to mount in without anybody else seeing it. */
export const CAN_MOUNT = IS_ROOT && succeeds("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt");

function succeeds(name: string, ...args: readonly string[]): boolean {
  try {
    return new Deno.Command(name, { args: [...args], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/**
 * The programs that play: runit's as the reference, denit's as the target, and other families if a scenario asks for
 * them. Each family is a directory of links. So both sides see a PATH of the same shape, and neither finds a missing
 * applet by chance in `/usr/bin`.
 */
import { join } from "@std/path";
import { CAN_MOUNT, isThere } from "../machine.ts";
import type { Need } from "./scenario.ts";

/** A side of a comparison. */
export interface Side {
  readonly name: "runit" | "denit";
  /** Directory of the applets under test. */
  readonly applets: string;
}

/** The needs of a world. All of it is plain data, so that it can be sent to a lane. */
export interface Stage {
  readonly runit: Side;
  readonly denit: Side;
  /** The directory of ordinary tools, for the PATH of every world. */
  readonly tools: string;
  /** Variables of every world, with the directories of other families. */
  readonly peers: Readonly<Record<string, string>>;
  /** Needs that are not met, with the reason. */
  readonly lacking: Readonly<Record<string, string>>;
}

const RUNIT = ["runsv", "runsvdir", "sv", "svlogd", "chpst"];
/** Programs that runit does not have. denit's are compared with daemontools'. */
const DAEMONTOOLS_ONLY = (
  "svc svstat svok envdir envuidgid fghack pgrphack readproctitle setlock setuidgid softlimit"
).split(" ");
const DAEMONTOOLS = [...DAEMONTOOLS_ONLY, "supervise"];
const BUSYBOX = ["runsv", "runsvdir", "sv", "svc", "svok", "svlogd"];
const ORDINARY =
  ("awk basename cat chmod cmp cp cut date dd dirname echo env false flock grep head id ldd ln ls mkdir mkfifo mount mv nice od printf ps readlink " +
    "rm rmdir sed seq setpriv setsid sh sleep sort stat strace tail test timeout touch tr true uniq unshare wc")
    .split(" ");
/** Needs that a tool of the same name meets. */
const TOOL_NEEDS = ["strace", "setpriv"] as const;
const SEARCHED = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

function found(name: string): string | undefined {
  return SEARCHED.map((folder) => `${folder}/${name}`).find(isThere);
}

/** Makes a directory of links. Returns the names that were not found. */
function links(
  directory: string,
  names: readonly string[],
  find: (name: string) => string | undefined,
): string[] {
  Deno.mkdirSync(directory);
  return names.filter((name) => {
    const target = find(name);
    if (target !== undefined) Deno.symlinkSync(target, join(directory, name));
    return target === undefined;
  });
}

function fullBusyBox(): string | undefined {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/root", ".cache");
  return [join(cache, "denit", "busybox-full")].find(isThere);
}

/** Makes the directories of all families below `root`. `target` is the directory of the applets under test. */
export function setStage(root: string, target: string): Stage {
  const place = (name: string) => join(root, name);
  const lacking: Partial<Record<Need | "reference", string>> = {};
  const missing = links(place("runit"), RUNIT, found);
  if (missing.length > 0) {
    lacking.reference = `runit is not installed (no ${missing.join(", ")}); see scripts/peers`;
  }
  const without = links(place("tools"), ORDINARY, found);
  // denit's script form looks for a deno.
  Deno.symlinkSync(Deno.execPath(), join(place("tools"), "deno"));
  for (const name of without) {
    const need = TOOL_NEEDS.find((each) => each === name);
    if (need === undefined) throw new Error(`The scenarios need ${name}, which is not installed`);
    lacking[need] = `no ${need} is installed`;
  }
  if (links(place("daemontools"), DAEMONTOOLS, found).length > 0) {
    lacking.daemontools = "daemontools is not installed";
  } else {
    for (const name of DAEMONTOOLS_ONLY) {
      Deno.symlinkSync(join(place("daemontools"), name), join(place("runit"), name));
    }
  }
  const busybox = fullBusyBox();
  if (links(place("busybox"), BUSYBOX, () => busybox).length > 0) {
    lacking.busybox = "there is no BusyBox with the runit applets";
  }
  if (Deno.uid() !== 0) lacking.root = "not root";
  if (!CAN_MOUNT) lacking.mounts = "no mounts of its own can be made";
  return {
    runit: { name: "runit", applets: place("runit") },
    denit: { name: "denit", applets: target },
    tools: place("tools"),
    peers: { REFERENCE: place("runit"), BUSYBOX: place("busybox"), DAEMONTOOLS: place("daemontools") },
    lacking,
  };
}

/** Installs a copy of denit below `root`. Returns the directory of the links that `denit --install` makes. */
export async function installed(program: string, root: string): Promise<string> {
  const directory = join(root, "denit");
  if (!isThere(program)) throw new Error(`There is no ${program}; run \`deno task build\``);
  Deno.mkdirSync(directory);
  Deno.mkdirSync(join(root, "program"));
  // A copy, so that a build during the suite changes nothing.
  const copy = join(root, "program", "denit");
  Deno.copyFileSync(program, copy);
  const { success } = await new Deno.Command(copy, { args: ["--install", directory] }).output();
  if (!success) throw new Error(`${program} --install ${directory} failed`);
  return directory;
}

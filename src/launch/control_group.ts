/** The position of a process among the control groups of version 2 (cgroups(7)), read from its /proc files. */

/** The number that stands in cgroup.procs for the process that writes it. */
export const THIS_PROCESS = "0";

/**
 * The directory of a process' group, from the texts of its /proc/PID/cgroup and /proc/PID/mountinfo. Undefined if there
 * is no cgroup2, or if its mount does not show the group.
 */
export function groupDirectory(cgroup: string, mountinfo: string): string | undefined {
  const path = cgroup.split("\n").find((line) => line.startsWith("0::"))?.slice("0::".length);
  if (path === undefined || !path.startsWith("/") || path.startsWith("/..")) return undefined;
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    if (!after.startsWith("cgroup2 ")) continue;
    const [, , , root = "", mount = ""] = before.split(" ").map(unescaped);
    const below = withoutRoot(path, root);
    if (below !== undefined) return `${mount}${below}`.replace(/\/$/, "") || "/";
  }
  return undefined;
}

/** A mount may show only the groups below `root`. */
function withoutRoot(path: string, root: string): string | undefined {
  if (root === "/") return path;
  if (path === root) return "";
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

/** Blanks and the like are written as \ooo (proc(5)). */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
}

/** True if the list in a file `cgroup.controllers` or `cgroup.subtree_control` names the controller. */
export function hasController(list: string, name: string): boolean {
  return list.trim().split(" ").includes(name);
}

const PREFIX = "denit-";

/** The name of the group that limits the memory of one process. */
export function memoryGroupName(pid: number): string {
  return `${PREFIX}${pid}`;
}

/** The process for which a group was made; undefined for a group that is not ours. */
export function pidOfMemoryGroup(name: string): number | undefined {
  const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
  return /^[1-9][0-9]{0,8}$/.test(pid) ? Number(pid) : undefined;
}

/**
 * A control group for the memory of one process, for where a limit on address space cannot be borne: a child of the
 * process' own group, with memory.max. Of the groups that have processes only the topmost one can have such children
 * (cgroups(7)); elsewhere the kernel refuses the controller (EBUSY). And a hierarchy of version 1 that has the memory
 * controller keeps it.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { type Kernel, type Launching, OPEN } from "../../runtime/kernel.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { groupDirectory, hasController, memoryGroupName, pidOfMemoryGroup } from "../control_group.ts";
import { readText, writeFile } from "./texts.ts";

type GroupKernel =
  & Pick<Kernel, "open" | "read" | "write" | "close" | "mkdir" | "readDirectory" | "pid" | "stat">
  & Pick<Launching, "removeDirectory">;

/** What stands for the process itself in cgroup.procs. */
const THIS_PROCESS = "0";
const MOST_OF_FILE = 1 << 22;

/** False where it cannot be had: then nothing has changed. */
export function joinMemoryGroup(kernel: GroupKernel, bytes: bigint): boolean {
  try {
    const read = (path: string) => readText(kernel, CWD, path, MOST_OF_FILE);
    const directory = groupDirectory(read("/proc/self/cgroup"), read("/proc/self/mountinfo"));
    if (directory === undefined) return false;
    const group = kernel.open(CWD, directory, OPEN.read | OPEN.directory);
    try {
      return joinChild(kernel, group, bytes);
    } finally {
      kernel.close(group);
    }
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return false;
  }
}

function joinChild(kernel: GroupKernel, group: Fd, bytes: bigint): boolean {
  if (!hasController(readText(kernel, group, "cgroup.controllers", MOST_OF_FILE), "memory")) return false;
  if (!hasController(readText(kernel, group, "cgroup.subtree_control", MOST_OF_FILE), "memory")) {
    writeFile(kernel, group, "cgroup.subtree_control", "+memory");
  }
  removeAbandoned(kernel, group);
  const name = memoryGroupName(kernel.pid());
  kernel.mkdir(group, name, 0o755);
  try {
    writeFile(kernel, group, `${name}/memory.max`, `${bytes}`);
    writeFile(kernel, group, `${name}/cgroup.procs`, THIS_PROCESS);
    return true;
  } catch (thrown) {
    kernel.removeDirectory(group, name);
    throw thrown;
  }
}

/** Groups of processes that are no more: nobody was there to take them away. Ours is of who had this pid before. */
function removeAbandoned(kernel: GroupKernel, group: Fd): void {
  const own = kernel.pid();
  for (const name of kernel.readDirectory(group)) {
    const pid = pidOfMemoryGroup(name);
    if (pid === undefined || pid !== own && isThere(kernel, `/proc/${pid}`)) continue;
    try {
      kernel.removeDirectory(group, name);
    } catch (thrown) {
      // Children of that process may still be in it.
      rethrowUnlessSysError(thrown);
    }
  }
}

function isThere(kernel: GroupKernel, path: string): boolean {
  try {
    kernel.stat(CWD, path);
    return true;
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return false;
  }
}

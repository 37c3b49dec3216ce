/**
 * A control group that limits the memory of one process, in place of a limit on address space that JavaScript could
 * not bear. The group is a child of the process' own group and has memory.max.
 *
 * Among groups that have processes only the topmost can have such children (cgroups(7)); elsewhere the kernel refuses
 * the controller (EBUSY). A hierarchy of version 1 that has the memory controller keeps it from version 2.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { type Kernel, type Launching, OPEN } from "../../runtime/kernel.ts";
import { statErrno } from "../../runtime/probe.ts";
import { readFile, writeFile } from "../../runtime/small_file.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import {
  groupDirectory,
  hasController,
  memoryGroupName,
  pidOfMemoryGroup,
  THIS_PROCESS,
} from "../control_group.ts";

type GroupKernel =
  & Pick<Kernel, "open" | "read" | "write" | "close" | "mkdir" | "readDirectory" | "pid" | "stat">
  & Pick<Launching, "removeDirectory">;

/** Bytes that are read of a file of /proc or of a control group. */
const MOST_OF_FILE = 1 << 22;

/** Moves this process into a group of its own with `bytes` of memory. False if that cannot be; then nothing changed. */
export function joinMemoryGroup(kernel: GroupKernel, bytes: bigint): boolean {
  try {
    const read = (path: string) => readFile(kernel, CWD, path, MOST_OF_FILE);
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
  if (!hasController(readFile(kernel, group, "cgroup.controllers", MOST_OF_FILE), "memory")) return false;
  if (!hasController(readFile(kernel, group, "cgroup.subtree_control", MOST_OF_FILE), "memory")) {
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

/**
 * Removes the groups of processes that have ended, because no process was left to remove them. A group with our own pid
 * is that of an earlier process.
 */
function removeAbandoned(kernel: GroupKernel, group: Fd): void {
  const own = kernel.pid();
  for (const name of kernel.readDirectory(group)) {
    const pid = pidOfMemoryGroup(name);
    if (pid === undefined || pid !== own && statErrno(kernel, `/proc/${pid}`) === 0) continue;
    try {
      kernel.removeDirectory(group, name);
    } catch (thrown) {
      // Children of that process may still be in the group.
      rethrowUnlessSysError(thrown);
    }
  }
}

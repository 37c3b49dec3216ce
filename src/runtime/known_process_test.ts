import { assertEquals, assertThrows } from "@std/assert";
import { ERRNO } from "../posix/errno.ts";
import { SysError } from "../sys/error.ts";
import { openKnown, type ProcessKernel, signalKnown } from "./known_process.ts";

const KNOWN = { pid: 10, startNs: 5n };
const PIDFD = 40;

/** A kernel with one process, that began at `startNs`, and what it was asked to do. */
function kernelWith(
  startNs: bigint,
  errno?: number,
): { readonly kernel: ProcessKernel; readonly done: string[] } {
  const done: string[] = [];
  const kernel: ProcessKernel = {
    processFacts: () => ({ parent: 1, startNs, status: undefined }),
    openProcess() {
      if (errno !== undefined) throw new SysError({ call: "pidfd_open", errno });
      return PIDFD;
    },
    signalProcess: (fd, signal) => void done.push(`signal ${fd} ${signal}`),
    kill: (pid, signal) => void done.push(`kill ${pid} ${signal}`),
    close: (fd) => void done.push(`close ${fd}`),
  };
  return { kernel, done };
}

Deno.test("a process that began at the known time is signalled by its pidfd", () => {
  const { kernel, done } = kernelWith(5n);
  signalKnown(kernel, KNOWN, 15);
  assertEquals(done, [`signal ${PIDFD} 15`, `close ${PIDFD}`]);
});

Deno.test("a process that has got the pid of another one is left alone", () => {
  const { kernel, done } = kernelWith(6n);
  signalKnown(kernel, KNOWN, 15);
  assertEquals(done, [`close ${PIDFD}`]);
  assertEquals(openKnown(kernel, KNOWN, () => -1), undefined);
});

Deno.test("a kernel without pidfds has the pid signalled; another trouble passes", () => {
  const { kernel, done } = kernelWith(5n, ERRNO.ENOSYS);
  signalKnown(kernel, KNOWN, 15);
  assertEquals(done, ["kill 10 15"]);
  assertThrows(() => signalKnown(kernelWith(5n, ERRNO.EMFILE).kernel, KNOWN, 15), SysError);
});

Deno.test("a process that has gone is signalled no more", () => {
  const { kernel, done } = kernelWith(5n, ERRNO.ESRCH);
  signalKnown(kernel, KNOWN, 15);
  assertEquals(done, []);
});

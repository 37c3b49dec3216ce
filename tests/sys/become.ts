/**
 * Takes on a state that no program should inherit, then becomes a sh that prints its own state. Run by linux_test.ts.
 */
import { CWD } from "../../src/posix/descriptor.ts";
import { OPEN } from "../../src/runtime/kernel.ts";
import { linuxKernel } from "../linux_kernel.ts";

const kernel = await linuxKernel(
  new Set([
    "openat",
    "dup2",
    "fcntl",
    "close_range",
    "signal",
    "pthread_sigmask",
    "getrlimit",
    "setrlimit",
    "execve",
  ]),
  { args: [], longLived: false },
);
const SIGUSR1 = 10;
const SIGTERM = 15;
kernel.block([SIGUSR1, SIGTERM]);
const root = kernel.open(CWD, "/", OPEN.read);
// These descriptors lack close-on-exec. Deno no longer needs its own descriptors of these numbers.
for (const fd of [3, 4, 77]) kernel.duplicate(root, fd);
kernel.closeOnExec(4);
const script = `while read -r line; do case $line in Sig[BI]*) echo "$line" ;; esac; done </proc/$$/status
echo "unable: $UNABLE"; echo "name $0"; echo "A $A"; echo "size $(ulimit -f)"; cd /proc/self/fd; for fd in *; do [ -e $fd ] && echo "fd $fd"; done; exit 0`;

kernel.become({
  path: "/bin/sh",
  argv: ["sh", "-c", script, "standing"],
  environment: [`UNABLE=${refusal()}`, "A=b c", "PATH=/bin:/usr/bin"],
});

function refusal(): string {
  try {
    return kernel.become({ path: "/nonexistent", argv: ["no"], environment: [] });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * runsvdir's LOG argument. It is memory of the command line that ps(1) shows as the title of the process, and what
 * services say on standard error moves through it (title.ts).
 */
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { thrownText } from "../../runtime/report.ts";
import { Reporter } from "../../runtime/reporter.ts";
import { scrollTitle, TITLE_MIN } from "../title.ts";
import { STDERR } from "../../posix/descriptor.ts";
import { newLoop } from "./process.ts";

/** runsvdir.c adds a dot at this interval, so that old messages leave the title. */
const TITLE_TICK_MS = 900_000;
const DOT = ".".charCodeAt(0);
const READ_BYTES = 4096;

/** Shows in `title`, from now on, what comes on standard error. When that cannot be, `warn` is told why. */
export function openTitle(kernel: Kernel, loop: Loop, title: Uint8Array, warn: (text: string) => void): void {
  try {
    openTitlePipe(kernel, loop, title);
  } catch (thrown) {
    warn(`unable to create pipe for log: ${thrownText(thrown)}`);
    return warn("log service disabled.");
  }
  const dot = new Uint8Array([DOT]);
  const clock: Sleeper = {
    wakeAtMs: Infinity,
    wake: () => {
      scrollTitle(title, dot);
      loop.schedule(clock, kernel.monotonicMs() + TITLE_TICK_MS);
    },
  };
  clock.wake();
}

/** Makes standard error, ours and that of all services, a pipe whose other end is read here. */
function openTitlePipe(kernel: Kernel, loop: Loop, title: Uint8Array): void {
  const pipe = kernel.pipe();
  const bytes = new Uint8Array(READ_BYTES);
  try {
    loop.watch(pipe.read, "read", () => {
      const n = kernel.read(pipe.read, bytes);
      if (n > 0) scrollTitle(title, bytes.subarray(0, n));
    });
  } catch (thrown) {
    kernel.close(pipe.read);
    kernel.close(pipe.write);
    throw thrown;
  }
  kernel.setNonBlocking(pipe.read, true);
  kernel.setNonBlocking(pipe.write, true);
  kernel.duplicate(pipe.write, STDERR);
  kernel.close(pipe.write);
}

/** The LOG argument as memory to write into; undefined, with runsvdir's two warnings, when it is too short. */
export function titleOf(kernel: Kernel, directory: string, log: string): Uint8Array | undefined {
  if (log.length >= TITLE_MIN) return kernel.lastArgument;
  const loop = newLoop(kernel, `runsvdir ${directory}`);
  const reporter = new Reporter(kernel, loop, STDERR);
  reporter.line(`runsvdir ${directory}: warning: log must have at least seven characters.`);
  reporter.line(`runsvdir ${directory}: warning: log service disabled.`);
  return undefined;
}

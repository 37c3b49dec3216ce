/** Taking what a signalfd has: every process that has a loop takes its signals in this way. */
import type { Fd } from "../posix/descriptor.ts";
import type { Kernel } from "./kernel.ts";

/** Standard signals do not queue (signal(7)): no more than these can be pending at once. */
const STANDARD_SIGNALS = 31;

/**
 * Takes the signals that are pending now, each once, in the order in which the kernel gives them.
 *
 * The caller acts on them afterwards. While it collects children, others end; their signal waits for the next turn,
 * so no turn is endless. Throws SysError.
 */
export function takeSignals(kernel: Pick<Kernel, "nextSignal">, fd: Fd): ReadonlySet<number> {
  const signals = new Set<number>();
  for (let reads = 0; reads < STANDARD_SIGNALS; reads++) {
    const signal = kernel.nextSignal(fd);
    if (signal === 0) break;
    signals.add(signal);
  }
  return signals;
}

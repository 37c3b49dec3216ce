/** The orders about one feed, as they wait in the outbox of its logger. */
import { ERRNO } from "../../posix/errno.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { SysError } from "../../sys/error.ts";
import { FEED_SIGNALS } from "../feed.ts";
import type { LogSource } from "./feed.ts";
import type { LoggerProcess, Packed } from "./logger_process.ts";

/** Signals that undo each other. */
const OPPOSITES: ReadonlyMap<number, number> = new Map([
  [SIGNAL.STOP, SIGNAL.CONT],
  [SIGNAL.CONT, SIGNAL.STOP],
]);

/** Gives the logger a feed: its pipe and its `log/`. `onUnpackable` is told when these cannot be had. */
export function giveFeed(
  kernel: Pick<Kernel, "open">,
  logger: LoggerProcess,
  { id, source }: { readonly id: number; readonly source: LogSource },
  onUnpackable: (thrown: unknown) => void,
): void {
  logger.queue(`feed ${id}`, {
    order: { do: "feed", id, name: source.name },
    pack: () => packed(kernel, source),
    onUnpackable,
  });
}

/** The source is asked when the order is sent: its pipe may be closed, or be another one, by then. */
function packed(kernel: Pick<Kernel, "open">, { pipe, dir }: LogSource): Packed {
  if (pipe === undefined) throw new SysError({ call: "pipe", errno: ERRNO.EBADF });
  const log = kernel.open(dir, "log", OPEN.path | OPEN.directory);
  return { descriptors: [pipe.read, log], opened: [log] };
}

/** Signals a feed. A signal takes out the waiting one that it undoes; equal signals that wait are sent once. */
export function signalFeed(logger: LoggerProcess, id: number, signal: number): void {
  const opposite = OPPOSITES.get(signal);
  if (opposite !== undefined) logger.withdraw(`signal ${id} ${opposite}`);
  logger.queue(`signal ${id} ${signal}`, { order: { do: "signal", id, signal } });
}

/** Withdraws every order about a feed that still waits. */
export function withdrawFeed(logger: LoggerProcess, id: number): void {
  logger.withdraw(`feed ${id}`);
  for (const signal of FEED_SIGNALS) logger.withdraw(`signal ${id} ${signal}`);
}

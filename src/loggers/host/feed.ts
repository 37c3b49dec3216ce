/** A service as the tree's logger knows it, and a feed: one life of the log of that service. */
import type { Fd } from "../../posix/descriptor.ts";
import type { FeedState } from "../feed.ts";
import type { LoggerProcess } from "./logger_process.ts";

/**
 * A service as its logger sees it: where its lines come from, and where they go. The caller gets the same object back
 * with everything that is told of the log.
 */
export interface LogSource {
  /** The name of the service, for the messages of the logger. */
  readonly name: string;
  /** The directory of the service; its `log` is where the logger writes. */
  readonly dir: Fd;
  /** The pipe between the service and its log; undefined once it is closed. */
  readonly pipe: { readonly read: Fd } | undefined;
}

/** One life of a log in the tree's logger. */
export interface Feed<Source extends LogSource> {
  /** Names the feed in orders and reports; it is never used again. */
  readonly id: number;
  readonly source: Source;
  /** The process that has the feed, or will have it. */
  logger: LoggerProcess | undefined;
  /** The pid that the caller knows: that of a logger. */
  pid: number;
  state: FeedState;
}

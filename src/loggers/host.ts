/**
 * The fleet's side of its loggers.
 *
 * `Loggers` has them all: `tree`, the logger of the tree, which writes the logs that have a `config` and no `run`, and
 * `broker`, which brings svlogds and their shared loggers together. `logConfigIn` tells which logs the tree's logger
 * may write.
 */
export type { LogProcess } from "./host/broker.ts";
export type { Feed, LogSource } from "./host/feed.ts";
export { logConfigIn } from "./host/log_config.ts";
export { Loggers, type LoggersOptions } from "./host/loggers.ts";

/** The plan of a feed: the kernel that it calls, its descriptors and settings, and the owner that it reports to. */
import type { Fd } from "../../posix/descriptor.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Config } from "../config.ts";
import type { Script } from "../multilog.ts";
import type { Options } from "../options.ts";
import type { AsidesKernel } from "./asides.ts";
import type { DatagramKernel } from "./datagrams.ts";
import type { DirectoryKernel } from "./directory_owner.ts";
import type { JournalKernel } from "./journal.ts";

/** The part of the kernel that a feed calls. */
export type FeedKernel =
  & DirectoryKernel
  & AsidesKernel
  & JournalKernel
  & Pick<Kernel, "poll" | "regionMemory">;

/** The descriptors and settings of one feed. The descriptors stay open as long as the feed lives. */
export interface FeedPlan {
  /** Lines are read from here. */
  readonly input: Fd;
  /** Messages go here, and the lines that `e` selects. */
  readonly errors: Fd;
  /** Names of log directories are relative to this directory. */
  readonly base: Fd;
  readonly options: Options;
  /** The settings for all directories, instead of their files `config`; undefined: the files are read. */
  readonly config?: Config;
  /** Sends lines by UDP. If absent, a warning is said for each `u` and `U`, and no line is sent. */
  readonly datagrams?: DatagramKernel;
  /** A script of multilog(8). If given, its directories and lines are treated as multilog does. */
  readonly script?: Script;
  readonly owner: FeedOwner;
}

/** The part of a program that a feed works for. */
export interface FeedOwner {
  /** Takes a message. If absent, each message is printed as a line on `errors`. */
  report?(line: string): void;
  /**
   * The feed is over. `code` is an exit code: 0 when everything is written and closed, 111 when there is no log
   * directory to write to.
   */
  ended(code: number): void;
}

/** The things that a log directory needs of its feed. */
import type { Fd } from "../../posix/descriptor.ts";
import type { Say } from "../../rotation/effects.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Config } from "../config.ts";
import type { Dialect } from "../dialect.ts";
import type { Ledger } from "../ledger.ts";
import type { Arena, Batch } from "../lines.ts";
import type { DatagramSender } from "./datagrams.ts";

/** The part of the kernel that a log directory calls. */
export type DirectoryKernel = Pick<
  Kernel,
  | "monotonicMs"
  | "wallNs"
  | "readWall"
  | "open"
  | "close"
  | "read"
  | "write"
  | "stat"
  | "statFd"
  | "mkdir"
  | "rename"
  | "unlink"
  | "readDirectory"
  | "chmodFd"
  | "sync"
  | "truncate"
  | "lock"
  | "spawn"
>;

/** The feed, as its log directories see it. */
export interface DirectoryOwner {
  readonly kernel: DirectoryKernel;
  /** Names of log directories are relative to this directory. */
  readonly base: Fd;
  readonly arena: Arena;
  /** The output area from its beginning, for writes that start there. */
  readonly area: Uint8Array<ArrayBuffer>;
  /** The lines at hand. */
  readonly batch: Batch;
  readonly ledger: Ledger;
  /** Positions in the ledger are counted from this offset of the region. */
  readonly ledgerAt: number;
  /** A line of this many bytes is given out before its end has come (-l). */
  readonly lineBytes: number;
  /** A log is over with a line that ends so close to its size. */
  readonly marginBytes: number;
  /** The differences between svlogd(8) and multilog(8). */
  readonly dialect: Dialect;
  readonly stampBytes: number;
  /** The settings that count instead of the files `config`; undefined: the files are read. */
  readonly config: Config | undefined;
  /** denit's own program; undefined where sh is to run every processor. */
  readonly program: string | undefined;
  /** Undefined where nothing may be sent. */
  readonly datagrams: DatagramSender | undefined;
  /** Parses the text of a file `config`. */
  configOf(text: string): Config;
  /** The stamp of this moment, as bytes; none where lines have no stamp. */
  stampNow(): Uint8Array;
  /** Prints a message. */
  say(said: Say): void;
}

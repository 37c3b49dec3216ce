/** An open file: what descriptors lead to, several of them perhaps. */
import type { Pipe } from "./pipe.ts";
import type { Listener, Socket } from "./socket.ts";
import type { Inode } from "./tree.ts";

/** The kinds of things that can be open. */
export type OpenKind =
  | "inode"
  | "pipe"
  | "socket"
  | "listener"
  | "signals"
  | "changes"
  | "stderr"
  | "process"
  | "nothing";

/** A process that a descriptor stands for (pidfd_open(2)). */
export interface HeldProcess {
  readonly state: string;
  /** Descriptors that stand for it. */
  holders: number;
}

export interface OpenFile {
  readonly kind: OpenKind;
  /** The path with which the file was opened, behind the path of the directory that it was opened from. */
  readonly path: string;
  readonly inode: Inode | undefined;
  readonly pipe: Pipe | undefined;
  readonly socket: Socket | undefined;
  readonly listener: Listener | undefined;
  readonly process: HeldProcess | undefined;
  readonly reads: boolean;
  readonly writes: boolean;
  nonBlocking: boolean;
  wrote: boolean;
  /** True when the file stays open when another program is executed. */
  kept: boolean;
  /** The position of the next byte that is read or written, in a regular file. */
  offset: number;
  /** True when writes go to the end of the file. */
  readonly appends: boolean;
  /** Descriptors, and messages on their way, that lead to it. */
  references: number;
}

/** An open file with one descriptor. */
export function openFile(file: Partial<OpenFile> & Pick<OpenFile, "kind">): OpenFile {
  return {
    path: "",
    inode: undefined,
    pipe: undefined,
    socket: undefined,
    listener: undefined,
    process: undefined,
    offset: 0,
    reads: false,
    writes: false,
    nonBlocking: false,
    wrote: false,
    kept: false,
    appends: false,
    ...file,
    references: 1,
  };
}

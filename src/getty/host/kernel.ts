/** The part of the operating system that getty uses. */
import type { Kernel, Launching, Terminals } from "../../runtime/kernel.ts";

/** All that getty asks of the operating system. */
export type GettyKernel =
  & Pick<
    Kernel,
    | "environment"
    | "open"
    | "close"
    | "read"
    | "write"
    | "writeAt"
    | "poll"
    | "statFd"
    | "chmodFd"
    | "setNonBlocking"
    | "duplicate"
    | "closeOnExec"
    | "pid"
    | "monotonicMs"
    | "pause"
    | "wallNs"
    | "localTime"
    | "releaseMemory"
  >
  & Pick<Launching, "newSession">
  & Terminals;

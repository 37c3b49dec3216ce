/** The permissions that it takes to go on with the services of a supervisor that has died. */
import type { Scope } from "../cli/applet.ts";

/**
 * No permission of Deno. Of libc what reads and writes records, what looks at the processes in /proc, and what holds and
 * signals a process that is nobody's child here (pidfd).
 */
export const SURVIVAL: Scope = {
  module: "survival",
  keeps: [],
  symbols: [
    "openat",
    "close",
    "read",
    "pread",
    "pwrite",
    "statx",
    "readlinkat",
    "getdents64",
    "epoll_ctl",
    "clock_gettime",
    "getpid",
    "kill",
    "pidfd_open",
    "pidfd_send_signal",
    "pidfd_info",
  ],
};

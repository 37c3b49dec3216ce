/** The permissions that it takes to go on with the services of a supervisor that has died. */
import type { Scope } from "../cli/applet.ts";

/**
 * The scope of survival: no permission of Deno. It has the functions of libc that read and write records and look at
 * the processes in /proc. Others hold and signal a process that is not a child of this one (pidfd).
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

/** Scopes of programs that read logs: no Deno permission; of libc, reading files and waiting for changes. */
import type { Scope } from "../cli/applet.ts";

/** `logs`: reading what is there. */
export const READING: Scope = {
  module: "reading",
  keeps: [],
  symbols: [
    "environ",
    "openat",
    "close",
    "pread",
    "write",
    "poll",
    "statx",
    "getdents64",
    "clock_gettime",
    "getrlimit",
    "setrlimit",
  ],
};

/** `logs -f`: waiting for changes. The pipe is there to try the layout of the epoll set in memory. */
export const FOLLOWING: Scope = {
  module: "reading",
  keeps: [],
  symbols: [
    "read",
    "inotify_init1",
    "inotify_add_watch",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "pipe2",
  ],
};

/** tai64n. */
export const STAMPING: Scope = {
  module: "reading",
  keeps: [],
  symbols: ["read", "write", "poll", "clock_gettime"],
};

/** tai64nlocal. */
export const CONVERTING: Scope = {
  module: "reading",
  keeps: [],
  symbols: ["read", "write", "poll", "tzset", "localtime_r"],
};

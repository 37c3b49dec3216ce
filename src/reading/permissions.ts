/** What readers of logs need: no permission of Deno, and of libc files that are read, and waiting for changes. */
import type { Scope } from "../cli/applet.ts";

/** Reading what there is. */
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

/** What `-f` needs besides; the pipe is for the layout of the epoll set. */
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

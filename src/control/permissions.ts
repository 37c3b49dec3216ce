/** Scopes of sv and its family: no Deno permission, and few symbols, because binding them is part of sv's short life. */
import type { Scope } from "../cli/applet.ts";
import { SPAWNING } from "../cli/spawning.ts";

/** Reading service directories and writing lines and control bytes: all that svc, svstat and svok do. */
export const asking: Scope = {
  module: "control",
  keeps: [],
  symbols: ["openat", "close", "read", "write", "statx", "poll", "clock_gettime"],
};

/** Reading the environment: SVDIR, for names that are no paths, and SVWAIT. */
export const naming: Scope = { module: "control", keeps: [], symbols: ["environ"] };

/** Waiting for changes and running ./check, which only sv does. */
export const waiting: Scope = {
  module: "control",
  keeps: [],
  symbols: [
    // The epoll set, and the pipe on which its layout in memory is tried.
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "pipe2",
    "inotify_init1",
    "inotify_add_watch",
    ...SPAWNING,
    "fchdir",
    "waitpid",
  ],
};

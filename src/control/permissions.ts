/** What the control applets need: no Deno permission, and few symbols, because binding takes part of sv's time. */
import type { Scope } from "../cli/applet.ts";
import { SPAWNING } from "../cli/spawning.ts";

/** Reading service directories and writing lines and control bytes: all that svc, svstat and svok do. */
export const asking: Scope = {
  module: "control",
  keeps: [],
  symbols: ["openat", "close", "read", "write", "statx", "poll", "clock_gettime"],
};

/** Looking up names that are no paths (SVDIR), and SVWAIT. */
export const naming: Scope = { module: "control", keeps: [], symbols: ["environ"] };

/** What sv needs besides: waiting for changes, and running ./check. */
export const waiting: Scope = {
  module: "control",
  keeps: [],
  symbols: [
    // The epoll set, and the pipe that its layout is tried on.
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

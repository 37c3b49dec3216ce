/** What a logger needs: no permission of Deno, and of libc files, processes for `!`, and waiting. */
import type { Scope } from "../cli/applet.ts";

export const LOGGING: Scope = {
  module: "logging",
  keeps: [],
  symbols: [
    "openat",
    "close",
    "read",
    "write",
    "statx",
    "renameat",
    "unlinkat",
    "getdents64",
    "fchmod",
    "fsync",
    "ftruncate",
    "mmap",
    "posix_fallocate",
    "splice",
    "geteuid",
    "flock",
    "poll",
    "pipe2",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "signalfd",
    "pthread_sigmask",
    "clock_gettime",
    "waitpid",
    "posix_spawn",
    "posix_spawn_file_actions_init",
    "posix_spawn_file_actions_destroy",
    "posix_spawn_file_actions_adddup2",
    "posix_spawn_file_actions_addfchdir_np",
    "posix_spawn_file_actions_addchdir_np",
    "posix_spawnattr_init",
    "posix_spawnattr_setflags",
    "posix_spawnattr_setsigmask",
    "posix_spawnattr_setsigdefault",
    "fchdir",
    "fcntl",
  ],
};

/** Lines by UDP (`u` and `U`): a logger that is not to reach the network does without. */
export const LOGGING_UDP: Scope = { module: "logging", keeps: [], symbols: ["socket", "sendto"] };
/** multilog makes its directories. */
export const MULTILOG: Scope = { module: "logging", keeps: [], symbols: ["mkdirat"] };

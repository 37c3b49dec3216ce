/** The permission scope of supervision. */
import type { Scope } from "../cli/applet.ts";
import { SPAWNING } from "../cli/spawning.ts";

/**
 * The scope of supervision. Supervision starts programs, so this is the widest scope. But it has no permission of Deno
 * and no socket (those of its loggers are in their own scope). It has no pidfd (those are in survival's), and nothing
 * that changes the user of the process.
 */
export const SUPERVISION: Scope = {
  module: "supervision",
  keeps: [],
  symbols: [
    "openat",
    "close",
    "read",
    "write",
    "pread",
    "pwrite",
    "statx",
    "mkdirat",
    "mkfifoat",
    "renameat",
    "unlinkat",
    "readlinkat",
    "getdents64",
    "flock",
    "mmap",
    "munmap",
    "pipe2",
    "fcntl",
    "close_range",
    "dup2",
    "poll",
    "fchdir",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "signalfd",
    "pthread_sigmask",
    "inotify_init1",
    "inotify_add_watch",
    "inotify_rm_watch",
    "clock_gettime",
    "getpid",
    "kill",
    "waitpid",
    "execve",
    ...SPAWNING,
    "getrlimit",
    "setrlimit",
    "malloc_trim",
    "madvise",
    "program_invocation_name",
  ],
};

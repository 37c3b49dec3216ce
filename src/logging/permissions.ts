/** The scopes of loggers. No logger has a permission of Deno; the functions of libc are named here. */
import type { Scope } from "../cli/applet.ts";
import { SPAWNING } from "../cli/spawning.ts";

/** svlogd: files, processes for `!`, and waiting. */
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
    ...SPAWNING,
    "fchdir",
    "fcntl",
  ],
};

/** Sending lines by UDP (`u` and `U`). A logger that must not reach the network does without. */
export const LOGGING_UDP: Scope = { module: "logging", keeps: [], symbols: ["socket", "sendto"] };
/** Making directories, which multilog does. */
export const MULTILOG_SCOPE: Scope = { module: "logging", keeps: [], symbols: ["mkdirat"] };
/** Functions that only a logger with processors needs, besides those that start a program. */
const STARTING: ReadonlySet<string> = new Set(["waitpid", "fchdir"]);

function startsPrograms(symbol: string): boolean {
  return symbol.startsWith("posix_spawn") || STARTING.has(symbol);
}

/**
 * The logger of many services: everything that a logger needs except starting programs; speaking over the sockets that it
 * was given; and giving up its user and its access to directories.
 */
export const FLEET_LOGGING: Scope = {
  module: "logging",
  keeps: [],
  symbols: [
    ...LOGGING.symbols.filter((symbol) => !startsPrograms(symbol)),
    "malloc_trim",
    "madvise",
    "getppid",
    "getsockopt",
    "sendmsg",
    "recvmsg",
    "getrlimit",
    "setrlimit",
    "setgroups",
    "setresgid",
    "setresuid",
    "getgroups",
    "getresgid",
    "getresuid",
    "prctl",
    "landlock_create_ruleset",
    "landlock_add_rule",
    "landlock_restrict_self",
  ],
};

/** Handing over to a fleet's logger, and becoming the program that stands in for svlogd. */
export const JOINING: Scope = {
  module: "logging",
  keeps: [],
  symbols: [
    "getppid",
    "socket",
    "connect",
    "getsockopt",
    "sendmsg",
    "recvmsg",
    "getrlimit",
    "setrlimit",
    "dup2",
    "close_range",
    "signal",
    "execve",
  ],
};

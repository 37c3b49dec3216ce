/** What a logger needs: no permission of Deno, and of libc files, processes for `!`, and waiting. */
import type { Scope } from "../cli/applet.ts";
import { SPAWNING } from "../cli/spawning.ts";

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

/** Lines by UDP (`u` and `U`): a logger that is not to reach the network does without. */
export const LOGGING_UDP: Scope = { module: "logging", keeps: [], symbols: ["socket", "sendto"] };
/** multilog makes its directories. */
export const MULTILOG: Scope = { module: "logging", keeps: [], symbols: ["mkdirat"] };
/** What starts a program, and what only processors need. */
const STARTING: ReadonlySet<string> = new Set(["waitpid", "fchdir"]);

function startsPrograms(symbol: string): boolean {
  return symbol.startsWith("posix_spawn") || STARTING.has(symbol);
}

/**
 * The logger of many services: what a logger needs but for starting programs; to speak over the sockets it was given;
 * and to give up who it is and where it may go.
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

/** To hand over to a fleet's logger, and to become what stands in for it. */
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

/** Scopes of getty and utmpset. */
import type { Scope } from "../cli/applet.ts";

/**
 * getty opens its terminal, the issue file, utmp and wtmp, and becomes login. It starts no process and opens no socket.
 */
export const GETTY: Scope = {
  module: "getty",
  keeps: [],
  symbols: [
    // The terminal
    "openat",
    "close",
    "read",
    "write",
    "poll",
    "fcntl",
    "dup2",
    "fchown",
    "fchmod",
    "ioctl",
    "ioctl_number",
    "ttyname_r",
    "statx",
    // The session
    "setsid",
    "getsid",
    "getpid",
    "signal",
    // The issue
    "uname",
    "clock_gettime",
    "tzset",
    "localtime_r",
    // utmp and wtmp
    "fcntl_lock",
    "pwrite",
    // While it waits
    "malloc_trim",
    "madvise",
    // login
    "close_range",
    "execve",
    "pthread_sigmask",
    "getrlimit",
    "setrlimit",
  ],
};

/** utmpset reads and writes utmp and wtmp. */
export const UTMPSET: Scope = {
  module: "getty",
  keeps: [],
  symbols: [
    "openat",
    "close",
    "read",
    "write",
    "poll",
    "statx",
    "flock",
    "pwrite",
    "clock_gettime",
  ],
};

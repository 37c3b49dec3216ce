/** The permission scope of a fleet's loggers, on the fleet's side. */
import type { Scope } from "../cli/applet.ts";
import { SPAWNING } from "../cli/spawning.ts";

/**
 * No permission of Deno. Of libc what starts and signals loggers, and sockets of this machine: the fleet listens for
 * its own svlogds and speaks to its own loggers.
 */
export const LOGGERS: Scope = {
  module: "loggers",
  keeps: [],
  symbols: [
    "openat",
    "close",
    "read",
    "statx",
    "readlinkat",
    "epoll_ctl",
    "clock_gettime",
    "getpid",
    "kill",
    ...SPAWNING,
    "socketpair",
    "socket",
    "bind",
    "listen",
    "accept4",
    "getsockopt",
    "sendmsg",
    "recvmsg",
  ],
};

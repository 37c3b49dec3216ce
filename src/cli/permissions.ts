import type { Scope } from "./applet.ts";

/** `denit --install` makes links; nothing is started. */
export const INSTALL: Scope = {
  module: "cli",
  keeps: [],
  symbols: [
    "openat",
    "close",
    "write",
    "poll",
    "statx",
    "symlinkat",
    "readlinkat",
    "renameat",
    "unlinkat",
  ],
};

/** The scope of `denit --install`. */
import type { Scope } from "./applet.ts";

/** Making symbolic links. Nothing is started. */
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

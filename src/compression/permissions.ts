/** The permissions of svlogzip. */
import type { Scope } from "../cli/applet.ts";

/** Read, write, wait for either, and look whether /proc is there (`runtime/zlib.ts`). */
export const COMPRESSION: Scope = {
  module: "compression",
  keeps: [],
  symbols: ["read", "write", "poll", "statx"],
};

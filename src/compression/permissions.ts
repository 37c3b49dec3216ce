import type { Scope } from "../cli/applet.ts";

/** svlogzip reads, writes, and looks whether /proc is there. */
export const COMPRESSION: Scope = {
  module: "compression",
  keeps: [],
  symbols: ["read", "write", "poll", "statx"],
};

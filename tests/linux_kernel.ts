/** The real kernel, put together for tests that play a fleet or one of its children. */
import { LinuxKernel, type Use } from "../src/runtime/linux.ts";
import { SPAWNING } from "../src/cli/spawning.ts";
import { loadPart, partsOf } from "../src/runtime/parts.ts";
import type { SymbolName } from "../src/sys/symbols.ts";

/** The C functions that a fleet and its children call. */
export const FLEET_CALLS: readonly SymbolName[] = [
  "openat",
  "close",
  "read",
  "write",
  "statx",
  "pipe2",
  "fcntl",
  "dup2",
  "poll",
  "getpid",
  "kill",
  "waitpid",
  ...SPAWNING,
  "socket",
  "socketpair",
  "bind",
  "listen",
  "accept4",
  "connect",
  "getsockopt",
  "sendmsg",
  "recvmsg",
];

/** Builds the real kernel with the parts that `symbols` need, as main.ts does. */
export async function linuxKernel(symbols: ReadonlySet<SymbolName>, use: Use): Promise<LinuxKernel> {
  let parts = {};
  for (const name of partsOf(symbols)) parts = { ...parts, [name]: await loadPart(name) };
  return new LinuxKernel(symbols, use, parts);
}

import { LinuxKernel, type Use } from "../src/runtime/linux.ts";
import { loadPart, partsOf } from "../src/runtime/parts.ts";
import type { SymbolName } from "../src/sys/symbols.ts";

/** The real kernel with the parts that `symbols` are called by, as main.ts puts it together. */
export async function linuxKernel(symbols: ReadonlySet<SymbolName>, use: Use): Promise<LinuxKernel> {
  let parts = {};
  for (const name of partsOf(symbols)) parts = { ...parts, [name]: await loadPart(name) };
  return new LinuxKernel(symbols, use, parts);
}

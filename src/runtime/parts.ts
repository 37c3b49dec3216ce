/**
 * The parts of `sys` that not every applet needs. To read one in takes time, and `sv` must be over in milliseconds.
 *
 * The bundler makes a chunk of its own of each module that is named here.
 */
import { PARTS, type SymbolName } from "../sys/symbols.ts";

const LOADERS = {
  processes: () => import("../sys/processes.ts").then(({ ProcessCalls }) => ProcessCalls),
  others: () => import("../sys/others.ts").then(({ OtherProcesses }) => OtherProcesses),
  datagrams: () => import("../sys/datagrams.ts").then(({ DatagramCalls }) => DatagramCalls),
  sockets: () => import("../sys/sockets.ts").then(({ SocketCalls }) => SocketCalls),
  confinement: () => import("../sys/confinement.ts").then(({ ConfinementCalls }) => ConfinementCalls),
  launch: () => import("../sys/launch.ts").then(({ LaunchCalls }) => LaunchCalls),
  terminal: () => import("../sys/terminal.ts").then(({ TerminalCalls }) => TerminalCalls),
  memory: () => import("../sys/memory.ts").then(({ MemoryCalls }) => MemoryCalls),
  programPages: () => import("../sys/program_pages.ts").then(({ ProgramPages }) => ProgramPages),
} satisfies Record<keyof typeof PARTS, unknown>;

/** The name of a part, as in `PARTS` of `sys/symbols.ts`. */
export type PartName = keyof typeof LOADERS;

/** The classes of the parts that were read in. */
export type Parts = { readonly [Name in PartName]?: Awaited<ReturnType<(typeof LOADERS)[Name]>> };

/** The names of the parts that call these symbols. */
export function partsOf(symbols: ReadonlySet<SymbolName>): PartName[] {
  const isCalled = (name: PartName) =>
    Object.keys(PARTS[name]).some((symbol) => symbols.has(symbol as SymbolName));
  return (Object.keys(LOADERS) as PartName[]).filter(isCalled);
}

/** Reads in the class of a part. */
export function loadPart<Name extends PartName>(name: Name): ReturnType<(typeof LOADERS)[Name]>;
export function loadPart(name: PartName): Promise<unknown> {
  return LOADERS[name]();
}

/** Stands for a part that was not read in. Any use of the part throws an Error. */
export function absent<T extends object>(name: PartName): T {
  const get = () => {
    throw new Error(`${name}: no scope of this applet names its calls`);
  };
  return new Proxy<T>(Object.create(null), { get });
}

/**
 * The operating system as hosts see it: an interface. Its parts stand in `kernel/`.
 *
 * `linux.ts` is the real one; the tests have one with a virtual clock and faults. Hosts know only this file, so
 * everything that a host does can be simulated.
 *
 * Strings that name files, arguments or environment entries are *byte strings*: one UTF-16 unit a byte,
 * 0 to 255 (`sys/bytes.ts` converts at the edges). A name that is not UTF-8 stays exact.
 *
 * Every call either succeeds or throws `SysError` (call, path, errno), with two exceptions that are
 * ordinary answers: `read`, `write` and their like return `WOULD_BLOCK`, `lock` returns false.
 * Paths are relative to a directory descriptor, or to the current directory with `CWD`.
 */
import type { Clock } from "./kernel/clock.ts";
import type { Confinement } from "./kernel/confinement.ts";
import type { Files } from "./kernel/files.ts";
import type { Memory } from "./kernel/memory.ts";
import type { Processes } from "./kernel/processes.ts";
import type { Readiness } from "./kernel/readiness.ts";
import type { Datagrams, Sockets } from "./kernel/sockets.ts";
import type { Survival } from "./kernel/survival.ts";

export type { Clock } from "./kernel/clock.ts";
export type { Confinement } from "./kernel/confinement.ts";
export { type Files, type Held, OPEN } from "./kernel/files.ts";
export type { Becoming, Launching } from "./kernel/launching.ts";
export type { Memory } from "./kernel/memory.ts";
export type { Processes } from "./kernel/processes.ts";
export { CHANGE, type Interest, type Readiness } from "./kernel/readiness.ts";
export type { Datagrams, Sockets } from "./kernel/sockets.ts";
export type { Again, Survival } from "./kernel/survival.ts";
export type { Terminals } from "./kernel/terminals.ts";
export {
  type Allowed,
  type Change,
  type EndedChild,
  type FileKind,
  type FileStat,
  type Limit,
  type LocalTime,
  type Peer,
  type ProcessFacts,
  type ProcessLinks,
  type Received,
  type Resource,
  type SpawnRequest,
  WOULD_BLOCK,
} from "../sys/facts.ts";

/**
 * The calls that a host of a supervisor or a logger may make. `Launching` and `Terminals` are interfaces of their own.
 */
export interface Kernel
  extends Clock, Files, Processes, Readiness, Memory, Datagrams, Sockets, Confinement, Survival {}

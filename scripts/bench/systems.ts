/**
 * The systems that are compared. Each is a set of commands, those that its own manual gives for the same task.
 */

/** The systems, in the order of the columns. */
export const SYSTEM_IDS = ["denit-compiled", "denit-script", "denit-before", "runit", "s6"] as const;
/** The id of one of the systems. */
export type SystemId = typeof SYSTEM_IDS[number];
/** A build of the tree as it is. */
export type PresentId = "denit-compiled" | "denit-script";
/** A form of denit, of this build or of an earlier one. */
export type DenitId = Extract<SystemId, `denit-${string}`>;

/** A system on this machine. */
export interface Installation {
  readonly system: SystemId;
  /** The directory of `runsvdir` and `sv`, or of `s6-svscan` and its family. */
  readonly programs: string;
}

/** The commands of a system, and what is known about it. */
export interface System {
  readonly label: string;
  /** The number of services that one scanner takes; for more there are several scanners. */
  readonly servicesPerScanner: number;
  scanner(scanDirectory: string, services: number): string[];
  /** The command that makes the scanner look at its directory; absent if it looks by itself. */
  rescan?(scanDirectory: string): string[];
  status(serviceDirectories: readonly string[]): string[];
  /** Matches the line of `status` for a service that runs. */
  readonly runs: RegExp;
  /** The command that stops the services and waits until they are down; their supervisors stay. */
  stopServices(serviceDirectories: readonly string[]): string[];
  /** A FIFO below the service's directory that has a reader while the service is supervised. */
  readonly answers: string;
  /** The process that supervises: the scanner all services, or one process each service. */
  readonly supervises: "scanner" | "a process each";
  /** The command that stops everything in order; if it is absent, HUP does. */
  stopFleet?(scanDirectory: string): string[];
}

/** MAXSERVICES of runsvdir.c. */
const RUNIT_SERVICES = 1000;

/** The default of -c of s6-svscan(8). */
const S6_SERVICES = 1000;

const runitLike = {
  scanner: (directory: string) => ["runsvdir", directory],
  status: (services: readonly string[]) => ["sv", "status", ...services],
  runs: /^run: /,
  stopServices: (services: readonly string[]) => ["sv", "stop", ...services],
  answers: "supervise/ok",
};

// s6-svstat and s6-svc take one service at a time, so their users write a loop.
const s6: System = {
  label: "s6",
  servicesPerScanner: Infinity,
  scanner: (directory, services) => ["s6-svscan", "-c", String(Math.max(services, S6_SERVICES)), directory],
  rescan: (directory) => ["s6-svscanctl", "-a", directory],
  status: (services) =>
    services.length === 1
      ? ["s6-svstat", ...services]
      : ["sh", "-c", 'for service; do s6-svstat "$service"; done', "sh", ...services],
  runs: /^up \(pid /,
  stopServices: (services) => [
    "s6-svlisten",
    "-a",
    "-D",
    ...listOfArguments(services),
    "sh",
    "-c",
    'for service; do s6-svc -d "$service"; done',
    "sh",
    ...services,
  ],
  answers: "supervise/control",
  supervises: "a process each",
  stopFleet: (directory) => ["s6-svscanctl", "-t", directory],
};

/** A list for s6-svlisten, as execline writes a block: each word has a blank in front, and an empty word ends it. */
function listOfArguments(words: readonly string[]): string[] {
  return [...words.map((word) => ` ${word}`), ""];
}

/** Every system. */
export const SYSTEMS: Record<SystemId, System> = {
  "denit-compiled": {
    label: "denit, compiled",
    servicesPerScanner: Infinity,
    supervises: "scanner",
    ...runitLike,
  },
  "denit-script": {
    label: "denit, script",
    servicesPerScanner: Infinity,
    supervises: "scanner",
    ...runitLike,
  },
  "denit-before": {
    label: "denit, before",
    servicesPerScanner: Infinity,
    supervises: "scanner",
    ...runitLike,
  },
  runit: {
    label: "runit",
    servicesPerScanner: RUNIT_SERVICES,
    supervises: "a process each",
    ...runitLike,
  },
  s6,
};

/** True for a build of the present tree. An earlier build counts as a peer, so ratios are taken to it. */
export function isPresent(system: string): system is PresentId {
  return system === "denit-compiled" || system === "denit-script";
}

/** True for denit, of this build or of an earlier one. */
export function isDenit(system: SystemId): system is DenitId {
  return system.startsWith("denit-");
}

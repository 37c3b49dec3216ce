/**
 * The systems that are compared, each as the commands that its own manual gives for the same wish.
 */

export const SYSTEM_IDS = ["denit-compiled", "denit-script", "denit-before", "runit", "s6"] as const;
export type SystemId = typeof SYSTEM_IDS[number];
/** A build of the tree as it is. */
export type PresentId = "denit-compiled" | "denit-script";
export type DenitId = Extract<SystemId, `denit-${string}`>;

/** A system on this machine: where its programs are. */
export interface Installation {
  readonly system: SystemId;
  /** Directory that holds `runsvdir` and `sv`, or `s6-svscan` and its family. */
  readonly programs: string;
}

export interface System {
  readonly label: string;
  /** Services that one scanner takes; more need more scanners. */
  readonly servicesPerScanner: number;
  scanner(scanDirectory: string, services: number): string[];
  /** What makes the scanner look at its directory; absent where it looks by itself. */
  rescan?(scanDirectory: string): string[];
  status(serviceDirectories: readonly string[]): string[];
  /** A line of `status` for a service that runs. */
  readonly runs: RegExp;
  /** Stop the services and wait until they are down; their supervisors stay. */
  stopServices(serviceDirectories: readonly string[]): string[];
  /** A FIFO below a service's directory that somebody reads while the service is supervised. */
  readonly answers: string;
  /** Whose death leaves services without a supervisor: the scanner's, or that of one process a service. */
  readonly supervises: "scanner" | "a process each";
  /** Stop everything in order: a command, or HUP where there is none. */
  stopFleet?(scanDirectory: string): string[];
}

/** runsvdir.c: MAXSERVICES. */
const RUNIT_SERVICES = 1000;

/** s6-svscan(8): -c, where it is not given. */
const S6_SERVICES = 1000;

const runitLike = {
  scanner: (directory: string) => ["runsvdir", directory],
  status: (services: readonly string[]) => ["sv", "status", ...services],
  runs: /^run: /,
  stopServices: (services: readonly string[]) => ["sv", "stop", ...services],
  answers: "supervise/ok",
};

// s6-svstat and s6-svc take one service at a time; the loop is what their users write.
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

/** s6-svlisten takes its list as execline writes a block: every word after a blank, the end an empty word. */
function listOfArguments(words: readonly string[]): string[] {
  return [...words.map((word) => ` ${word}`), ""];
}

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

/** An earlier build is a peer: ratios are to it. */
export function isPresent(system: string): system is PresentId {
  return system === "denit-compiled" || system === "denit-script";
}

/** Its programs are denit's, of this build or of an earlier one. */
export function isDenit(system: SystemId): system is DenitId {
  return system.startsWith("denit-");
}

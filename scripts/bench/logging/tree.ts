/**
 * A tree: many services with a log each, under the supervision that the logger's users have. Every service is an emitter
 * that writes a line of 100 bytes ten times a second.
 */

import { command } from "../fleet.ts";
import { commandLine, descendants } from "../proc.ts";
import { SYSTEMS } from "../systems.ts";
import { isOurs, loggerCommand, type LoggerInstallation, LOGGERS, svlogdConfig } from "./contenders.ts";
import { emitterProgram, ENDLESS } from "./emitter.ts";
import { linesOf } from "./input.ts";
import { sizeOf, until } from "./single.ts";

/**
 * The layout of a log's directory. `fleet` is the easiest one of each system: a `log/` with `config` and `main` for denit,
 * a `log/run` for the others. `unmodified` is the `log/run` of a runit system, with a user of its own.
 */
export type Layout = "fleet" | "unmodified";

/** The pids of a tree by the purpose of the processes. */
export interface Census {
  readonly supervisors: number[];
  readonly services: number[];
  /** All processes of the logging side. */
  readonly logging: number[];
  /** The processes of `logging` that log for many services. */
  readonly shared: number[];
}

const LINE_BYTES = 100;
const LINE_EVERY_NS = 100_000_000;
const WRITING_WITHIN_MS = 120_000;
/** A fleet that logs by itself has started its shared logger within this time. */
const SHARED_WITHIN_MS = 15_000;
/** The names of a service that is a program: runsv and denit use the first, s6-supervise the second. */
const SERVICES = ["./run", "run"];
const SUPERVISORS = ["runsv", "s6-supervise"];
const SHARED = "svlogfleet";
/** Users that may own logs: those of Debian's packages, and one that every system has. */
const LOG_USERS = ["_runit-log", "runit-log", "nobody"];

/** A tree of services and their logs. */
export class Tree {
  readonly #installation: LoggerInstallation;
  readonly #layout: Layout;
  readonly #scan: string;
  readonly #logs: readonly string[];
  #scanner = 0;

  constructor(installation: LoggerInstallation, directory: string, layout: Layout, services: number) {
    this.#installation = installation;
    this.#layout = layout;
    this.#scan = `${directory}/scan`;
    Deno.mkdirSync(this.#scan);
    const writer = `${directory}/writer`;
    const emission = {
      text: linesOf(LINE_BYTES),
      pieceBytes: LINE_BYTES,
      rounds: ENDLESS,
      pauseNs: LINE_EVERY_NS,
    };
    Deno.writeFileSync(writer, emitterProgram(emission), { mode: 0o755 });
    this.#logs = Array.from(
      { length: services },
      (_, index) => this.#makeService(directory, `s${index}`, writer),
    );
  }

  /** Makes a service. Returns its log directory. */
  #makeService(directory: string, name: string, writer: string): string {
    const service = `${directory}/services/${name}`;
    Deno.mkdirSync(`${service}/log`, { recursive: true });
    Deno.linkSync(writer, `${service}/run`);
    const log = this.#layout === "fleet"
      ? this.#makeLog(`${service}/log`)
      : makeUnmodifiedLog(`${service}/log`, `${directory}/var/${name}`);
    Deno.symlinkSync(service, `${this.#scan}/${name}`);
    return log;
  }

  #makeLog(side: string): string {
    const { logger } = this.#installation;
    const log = `${side}/main`;
    Deno.mkdirSync(log);
    Deno.writeTextFileSync(isOurs(logger) ? `${side}/config` : `${log}/config`, svlogdConfig(false));
    if (!isOurs(logger)) {
      writeScript(`${side}/run`, `exec ${loggerCommand(logger, { directory: log, stamp: "utc" }).join(" ")}`);
    }
    return log;
  }

  /** Starts the tree, and waits until every log has lines of its service. */
  async start(): Promise<void> {
    const { logger, programs } = this.#installation;
    // s6-svscan counts a log as a service of its own.
    const [program = "", ...args] = SYSTEMS[LOGGERS[logger].system].scanner(
      this.#scan,
      2 * this.#logs.length,
    );
    this.#scanner = command(programs, program, args, "null").spawn().pid;
    if (isOurs(logger) && this.#layout === "fleet") {
      await until(() => this.census().shared.length > 0, `a process "${SHARED}" runs`, SHARED_WITHIN_MS);
    }
    const waiting = new Set(this.#logs);
    const allWritten = () => {
      for (const log of waiting) if (sizeOf(`${log}/current`) > 0) waiting.delete(log);
      return waiting.size === 0;
    };
    await until(allWritten, "every log has a line", WRITING_WITHIN_MS);
  }

  census(): Census {
    const census: Census = { supervisors: [], services: [], logging: [], shared: [] };
    for (const pid of descendants([this.#scanner])) {
      const [name = "", ...words] = commandLine(pid);
      const isSupervisor = pid === this.#scanner || SUPERVISORS.includes(name.split("/").at(-1) ?? "");
      if (isSupervisor) census.supervisors.push(pid);
      else if (SERVICES.includes(name)) census.services.push(pid);
      else {
        census.logging.push(pid);
        if ([name, ...words].some((word) => word.includes(SHARED))) census.shared.push(pid);
      }
    }
    return census;
  }

  /** The number of lines in all logs together. No file has reached its size, so none was removed. */
  lines(): number {
    const { logger } = this.#installation;
    const bytes = this.#logs.reduce((total, log) => total + sizeOf(`${log}/current`), 0);
    return bytes / (LINE_BYTES + LOGGERS[logger].stampBytes.utc);
  }
}

function makeUnmodifiedLog(side: string, log: string): string {
  const { name, uid, gid } = logUser();
  Deno.mkdirSync(log, { recursive: true });
  Deno.writeTextFileSync(`${log}/config`, svlogdConfig(false));
  Deno.chownSync(log, uid, gid);
  writeScript(`${side}/run`, `exec env - PATH="$PATH" chpst -u ${name} svlogd -tt ${log}`);
  return log;
}

function writeScript(path: string, text: string): void {
  Deno.writeTextFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

function logUser(): { name: string; uid: number; gid: number } {
  const users = Deno.readTextFileSync("/etc/passwd").split("\n").map((line) => line.split(":"));
  for (const wanted of LOG_USERS) {
    const [name, , uid, gid] = users.find(([name]) => name === wanted) ?? [];
    if (name !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`None of the users ${LOG_USERS.join(", ")} is known`);
}

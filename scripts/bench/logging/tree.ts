/**
 * Many services with a log each, under the supervision that the logger's users have. Every service is the emitter:
 * a line of 100 bytes ten times a second.
 */

import { command } from "../fleet.ts";
import { commandLine, descendants } from "../proc.ts";
import { SYSTEMS } from "../systems.ts";
import { isOurs, loggerCommand, type LoggerInstallation, LOGGERS, svlogdConfig } from "./contenders.ts";
import { emitterProgram, ENDLESS } from "./emitter.ts";
import { linesOf } from "./input.ts";
import { sizeOf, until } from "./single.ts";

/**
 * `fleet`: what each system takes to be the easiest way: denit a `log/` with `config` and `main`, the others a
 * `log/run`. `unmodified`: the `log/run` of a runit system, with a user of its own.
 */
export type Layout = "fleet" | "unmodified";

/** The processes of a tree, by what they are for. */
export interface Census {
  readonly supervisors: number[];
  readonly services: number[];
  /** The whole logging side. */
  readonly logging: number[];
  /** Those of them that log for many services. */
  readonly shared: number[];
}

const LINE_BYTES = 100;
const LINE_EVERY_NS = 100_000_000;
const WRITING_WITHIN_MS = 120_000;
/** A fleet that logs by itself has started its logger by then. */
const SHARED_WITHIN_MS = 15_000;
/** How runsv and denit, and s6-supervise, call a service that is a program. */
const SERVICES = ["./run", "run"];
const SUPERVISORS = ["runsv", "s6-supervise"];
const SHARED = "svlogfleet";
/** Whom Debian's packages give logs to, and whom every system has. */
const LOG_USERS = ["_runit-log", "runit-log", "nobody"];

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

  /** The log directory of the new service. */
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

  /** Start, and wait until the lines of every service are in its log. */
  async start(): Promise<void> {
    const { logger, programs } = this.#installation;
    // s6-svscan counts a log as a service.
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

  /** Lines that all logs have together; no file of theirs has come to its size. */
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

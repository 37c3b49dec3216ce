/**
 * The successor of record_space.ts: a supervisor that takes up a service of a dead one. It goes by the record on disk
 * and by the processes that live, as survival/host/adoption.ts finds them. It must not be about to do wrong.
 */
import { SIGNAL } from "../../src/posix/signal.ts";
import {
  beganInTime,
  type Candidate,
  type Evidence,
  type FoundProcess,
  mayBeStarted,
  startedOne,
  UNKNOWN_STATUS,
} from "../../src/survival/adoption.ts";
import {
  NEW_RECORD,
  RECORD_MACHINE,
  type RecordMachine,
  recordOf,
  type RecordState,
  takenUp,
} from "../../src/survival/record.ts";
import type { ServiceRecord } from "../../src/survival/service_record.ts";
import { adopted, inherited } from "../../src/supervision/adopted.ts";
import type { ServiceEffect } from "../../src/supervision/service.ts";
import { newService, owesStop, type ServiceState } from "../../src/supervision/service_state.ts";
import { FINISH, HOOK, type Modelled, NOW, type Violate, withoutTime } from "./service_space.ts";

/** A service, its processes, and its record on disk. */
export interface Recorded {
  readonly model: Modelled;
  readonly recording: RecordState;
  readonly disk: ServiceRecord | undefined;
  /** The generation of processes that was started last, of two. */
  readonly generation: 0 | 1;
  /** True when the process was told to stop: then a TERM is no mistake. */
  readonly stopped: boolean;
  /** True when a supervisor begins with the service, and has not written anything yet. */
  readonly begins: boolean;
  /** True when the disk has a stop that TERM has not followed yet. */
  readonly stopWritten: boolean;
}

/** The functions that are put to the test; another one in the place of one of them must be found out. */
export interface Survival extends RecordMachine {
  readonly beganInTime: typeof beganInTime;
  readonly adopted: typeof adopted;
}

/** The functions that supervisors use. */
export const SURVIVAL: Survival = { ...RECORD_MACHINE, beganInTime, adopted };

/** Nanoseconds. */
export const SECOND = 1_000_000_000n;
/** Nanoseconds. */
export const MILLISECOND = 1_000_000n;
/** The one life of the machine. */
export const LIFETIME = "life";
/** The last pid that the supervisor was given before. */
export const LAST_PID = 90;
/** A `./run` that another service starts right after ours. */
const OTHER_SERVICE = 500;

/** See Recorded. */
export type Generation = Recorded["generation"];

/** The moment before a process of this generation is started. */
export function beforeNs(generation: Generation): bigint {
  return 1000n * SECOND + BigInt(generation) * 10n * SECOND;
}

function beganNs(generation: Generation): bigint {
  return beforeNs(generation) + MILLISECOND;
}

/** The moment after a process of this generation was started. */
export function afterNs(generation: Generation): bigint {
  return beforeNs(generation) + 2n * MILLISECOND;
}

/** The things that stay the same in a space. */
export interface Context {
  readonly role: "main" | "log";
  readonly survival: Survival;
  readonly onDeath: () => void;
}

/** True for a TERM. */
export function isTerm(effect: ServiceEffect): boolean {
  return effect.kind === "signal" && effect.signal === SIGNAL.TERM;
}

/** The state in which the next supervisor begins. `rest`: the effects that the dead one had still to perform. */
export function succeed(
  context: Context,
  dead: Recorded,
  rest: readonly ServiceEffect[],
  violate: Violate,
): Recorded {
  const { role, survival } = context;
  const { model, disk, generation } = dead;
  const record = disk === undefined ? undefined : inherited(role, disk, "up");
  const found = record === undefined ? undefined : find(context, dead, record);
  const service = record === undefined || found === undefined
    ? newService(role, "up", NOW)
    : survival.adopted(role, record, found, NOW);
  checkSuccessor(dead, service, violate);
  const owesTerm = owesStop(model.service) || rest.some(isTerm);
  if (model.runLives && dead.stopWritten && owesTerm && !owesStop(service)) violate("a TERM is lost");
  if (model.runLives && !dead.stopped && owesStop(service)) violate("a TERM is sent that nobody asked for");
  const times = record?.starting ? { ...record, notAfterNs: afterNs(generation) } : record;
  const recording = found?.kind === "alive" && times !== undefined ? takenUp(times) : NEW_RECORD;
  return {
    ...dead,
    model: { ...model, service: withoutTime(service), asked: "nothing", hookLives: false },
    recording,
    begins: true,
  };
}

/**
 * Checks the successor before it does anything. It must know the process that lives, and no other, and owe finish where
 * finish is owed.
 */
function checkSuccessor({ model }: Recorded, service: ServiceState, violate: Violate): void {
  const { runLives, runPid, finishLives, owed } = model;
  const { phase, pid, ended } = service;
  const knows = pid === 0 || ended !== undefined ? "nothing" : `${phase} ${pid}`;
  const lives = runLives ? `run ${runPid}` : finishLives ? `finish ${FINISH}` : "nothing";
  if (lives !== "nothing" && knows === "nothing") {
    violate(`a second process would be started beside ${lives}`);
  } else if (knows !== lives) violate(`a foreign process is taken: ${knows}, and ${lives} lives`);
  const willFinish = (phase === "run" && ended !== undefined) ||
    (phase === "finish" && pid === 0 && ended === undefined);
  if (owed !== "nothing" && !willFinish) violate("finish is left out");
}

type Process = Candidate & Evidence;

/** Finds the process as survival/host/adoption.ts does. */
function find({ survival }: Context, dead: Recorded, record: ServiceRecord): FoundProcess {
  const all = processes(dead, record);
  const pid = record.starting
    ? startedOne(record, withEvidence(mayBeStarted(record, all), all), othersOf(dead))?.pid ?? 0
    : record.pid;
  if (pid === 0) return { kind: "none" };
  const process = all.find((one) => one.pid === pid);
  const isIt = process !== undefined && (record.starting || survival.beganInTime(record, process.startNs));
  return isIt ? { kind: "alive", pid } : { kind: "ended", status: UNKNOWN_STATUS };
}

function withEvidence(candidates: readonly Candidate[], all: readonly Process[]): Process[] {
  return all.filter(({ pid }) => candidates.some((candidate) => candidate.pid === pid));
}

/** Returns the processes that live: those of the service, and strangers. */
function processes({ model, generation }: Recorded, record: ServiceRecord): Process[] {
  const { runLives, runPid, finishLives, hookLives } = model;
  const startNs = beganNs(generation);
  const own: Process[] = [];
  const name = record.phase === "finish" ? FINISH : runPid;
  if (runLives) own.push({ pid: runPid, parent: 1, startNs, belongs: true, isNamed: name === runPid });
  if (finishLives) own.push({ pid: FINISH, parent: 1, startNs, belongs: true, isNamed: name === FINISH });
  const later = startNs + SECOND;
  if (hookLives) own.push({ pid: HOOK, parent: 1, startNs: later, belongs: true, isNamed: false });
  const strangers: Process[] = [{
    pid: OTHER_SERVICE,
    parent: 1,
    startNs: startNs + 5n * MILLISECOND,
    belongs: false,
    isNamed: name === runPid,
  }];
  if (!own.some(({ pid }) => pid === record.pid)) {
    strangers.push({
      pid: record.pid,
      parent: 1,
      startNs: startNs + 5n * SECOND,
      belongs: false,
      isNamed: true,
    });
  }
  return [...own, ...strangers];
}

/** The record of the other service. */
function othersOf({ generation }: Recorded): () => ServiceRecord[] {
  const service = { ...newService("main", "up", NOW), phase: "run", pid: OTHER_SERVICE } as const;
  const times = { notBeforeNs: beganNs(generation), notAfterNs: beganNs(generation) + 10n * MILLISECOND };
  const around = { lifetime: LIFETIME, lastPid: LAST_PID, holders: [], owesStop: false };
  return () => [recordOf({ ...NEW_RECORD, ...times }, service, around)];
}

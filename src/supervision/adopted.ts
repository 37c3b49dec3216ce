/** The state in which a supervisor goes on with a service that the supervisor before it has left. */
import { type FoundProcess, UNKNOWN_STATUS } from "../survival/adoption.ts";
import type { ServiceRecord } from "../survival/service_record.ts";
import type { Want } from "../runit/status.ts";
import type { Now } from "../time/now.ts";
import { newService, type ServiceState, STOP_TASKS } from "./service_state.ts";

/**
 * Returns the part of a record that a supervisor takes up when it begins; undefined for nothing. `wanted` is what the service would be from
 * the start. A service that was about to leave had no more to do. A log that was told to leave gets another pipe, so it
 * is wanted as from the start.
 */
export function inherited(
  role: "main" | "log",
  record: ServiceRecord,
  wanted: Want,
): ServiceRecord | undefined {
  const { want, phase, starting } = record;
  if (want === "exit" && phase === "down" && !starting) return undefined;
  return role === "log" && want === "exit" ? { ...record, want: wanted } : record;
}

/**
 * The state of the service by its record, and by what was found of its process.
 *
 * A process that lives goes on as it is and as it was wanted. An unseen end is replayed as an ordinary one, so finish
 * runs. A hook that ran is forgotten. If it is not known whether a start took place, it counts as one that has ended:
 * finish may run for a run that never was, but it is never left out.
 */
export function adopted(
  role: "main" | "log",
  record: ServiceRecord,
  found: FoundProcess,
  now: Now,
): ServiceState {
  const { want, phase, paused, gotTerm, once, sinceNs, startedAtMs, retryAtMs, runStatus } = record;
  const state: ServiceState = {
    ...newService(role, "up", now),
    ...{ phase, want, paused, gotTerm, once, sinceNs, startedAtMs, retryAtMs, runStatus },
    // A log sees the end of its pipe when service and supervisor die. That is no failure, and it is needed at once.
    ...role === "log" ? { startedAtMs: -Infinity } : {},
  };
  // A log that the tree's logger wrote begins a new life at once: its last one has not failed.
  if (record.kind === "feed") return { ...state, phase: "down", retryAtMs: -Infinity };
  const started = phase === "finish" ? "finish" : "run";
  if (found.kind === "alive") return goesOn(state, started, record, found.pid, now);
  if (phase === "finish" && (record.starting || record.pid === 0)) return state;
  if (phase === "down" && !record.starting) return state;
  const begun = record.starting ? begunNow(now) : {};
  const status = found.kind === "ended" ? found.status : UNKNOWN_STATUS;
  return { ...state, ...begun, phase: started, pid: record.starting ? 0 : record.pid, ended: status };
}

function goesOn(
  state: ServiceState,
  phase: "run" | "finish",
  { starting, owesStop }: ServiceRecord,
  pid: number,
  now: Now,
): ServiceState {
  const alive = { ...state, phase, pid };
  if (starting) {
    return { ...alive, paused: false, gotTerm: false, ...(phase === "run" ? begunNow(now) : {}) };
  }
  return owesStop && phase === "run" ? { ...alive, agenda: STOP_TASKS } : alive;
}

function begunNow({ monotonicMs, wallNs }: Now): Partial<ServiceState> {
  return { startedAtMs: monotonicMs, sinceNs: wallNs, retryAtMs: -Infinity, once: false };
}

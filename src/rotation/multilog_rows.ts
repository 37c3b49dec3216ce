/** Rows that the tables of `multilog.ts` are put together from, with the wording of daemontools. */
import { ERRNO } from "../posix/errno.ts";
import type { Now } from "../time/now.ts";
import { type How, type Role, warning } from "./effects.ts";
import type { MultilogState, MultilogStep } from "./multilog_state.ts";
import { at, type Failed, type StepRow, then } from "./steps.ts";

/** A failed step is tried again after this time (daemontools, multilog.c: sleep(5)). */
const PAUSE_MS = 5000;

/** Answers a call that failed. */
export type MultilogFailed = Failed<MultilogState>;

/** One step of the machine. */
export type MultilogRow = StepRow<MultilogState>;

/** Goes on with the step `next` if the file is missing. */
export function missing(next: MultilogStep, otherwise: MultilogFailed): MultilogFailed {
  return (state, errno, now) => errno === ERRNO.ENOENT ? at(state, next) : otherwise(state, errno, now);
}

/** Says `TEXT, pausing`, keeps the step, and tries it again after PAUSE_MS. */
export function pausing(text: (name: string) => string): MultilogFailed {
  return (state, errno, now) => ({
    state: waiting(state, now),
    effects: [warning(`${text(state.name)}, pausing`, errno)],
  });
}

/** `state`, whose step is tried again after PAUSE_MS. */
export function waiting(state: MultilogState, now: Now): MultilogState {
  return { ...state, retryAtMs: now.monotonicMs + PAUSE_MS };
}

/** A step that opens a file which it may have to create. */
export function opening(role: Role, path: string, how: How, next: MultilogStep): MultilogRow {
  return {
    call: () => ({ call: "open", role, path, how }),
    done: then(next),
    failed: pausing((name) => `unable to create ${name}/${path}`),
  };
}

/** A step that closes a descriptor. */
export function closing(role: Role, next: MultilogStep): MultilogRow {
  return {
    call: () => ({ call: "close", role }),
    done: then(next),
    failed: pausing((name) => `unable to close ${role} in directory ${name}`),
  };
}

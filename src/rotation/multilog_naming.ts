/**
 * The rows of `multilog.ts` that give finished files their final names: look at the file, choose a label, rename, and
 * remove the oldest while there are as many as `keep`. A file that is missing is passed over.
 */
import { ERRNO } from "../posix/errno.ts";
import type { Now } from "../time/now.ts";
import { type Effect, type Reply, warning } from "./effects.ts";
import { pausing } from "./multilog_rows.ts";
import type { Finished, MultilogAnswer, MultilogState, MultilogStep, NamingStep } from "./multilog_state.ts";
import { chooseLabel, LABEL_LENGTH } from "./names.ts";
import { at, type Rows } from "./steps.ts";

/** The steps of naming. */
export const NAMING: Rows<MultilogState, NamingStep> = {
  statFile: {
    call: (state) => ({ call: "stat", path: fileOf(state) }),
    // If the file has a second name, that is its final one: a process died before it removed the first.
    done: (state, { links = 1 }) => at(state, links > 1 ? "dropLinked" : "listNames"),
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? nextFinished(state, [])
        : pausing((name) => `unable to stat ${name}/${fileOf(state)}`)(state, errno, now),
  },
  dropLinked: {
    call: (state) => ({ call: "unlink", path: fileOf(state) }),
    done: (state) => nextFinished(state, []),
    failed: (state, errno, now) =>
      pausing((name) => `unable to remove ${name}/${fileOf(state)}`)(state, errno, now),
  },
  listNames: {
    call: () => ({ call: "list" }),
    done: listed,
    failed: pausing((name) => `unable to read ${name}`),
  },
  nameFile: {
    call: (state) => ({ call: "rename", from: fileOf(state), to: state.target }),
    done: (state) => removeNext(state, []),
    failed: (state, errno, now) =>
      errno === ERRNO.ENOENT
        ? currentIsGone(state, errno)
        : pausing((name) => `unable to link to ${name}/${state.target}`)(state, errno, now),
  },
  removeOld: {
    call: (state) => ({ call: "unlink", path: state.doomed[0] ?? "" }),
    done: (state) => removeNext({ ...state, doomed: state.doomed.slice(1) }, []),
    failed: (state, errno) =>
      removeNext(
        { ...state, doomed: state.doomed.slice(1) },
        errno === ERRNO.ENOENT ? [] : [warning(`unable to remove ${state.name}/${state.doomed[0]}`, errno)],
      ),
  },
};

/** Gives these files their final names, as far as they are there, and goes on with the step `after`. */
export function finish(
  state: MultilogState,
  after: MultilogStep,
  ...agenda: readonly Finished[]
): MultilogAnswer {
  return at({ ...state, agenda, after }, "statFile");
}

/**
 * Answers that `current` is gone. If it was removed there is nothing to rename, and waiting would not bring the file
 * back.
 */
export function currentIsGone(state: MultilogState, errno: number): MultilogAnswer {
  return at({ ...state, agenda: [], target: "", doomed: [] }, "openCurrent", [
    warning(`unable to rename current to previous in directory ${state.name}`, errno),
  ]);
}

function fileOf({ agenda }: MultilogState): string {
  return agenda[0]?.file ?? "";
}

function nextFinished(state: MultilogState, said: readonly Effect[]): MultilogAnswer {
  const agenda = state.agenda.slice(1);
  return at({ ...state, agenda, target: "" }, agenda.length > 0 ? "statFile" : state.after, said);
}

function listed(state: MultilogState, { names = [] }: Reply, now: Now): MultilogAnswer {
  const target = `${chooseLabel(names, now.wallNs)}.${state.agenda[0]?.letter ?? "s"}`;
  const doomed = surplus([...names, target], state.retention.keep);
  return at({ ...state, target, doomed }, "nameFile");
}

/** The oldest, until fewer than `keep` are left: `current` is one of them. Any ending behind a label counts. */
function surplus(names: readonly string[], keep: number): string[] {
  const old = names.filter((name) => name.startsWith("@") && name.length >= LABEL_LENGTH).sort();
  return old.slice(0, Math.max(0, old.length - (keep - 1)));
}

function removeNext(state: MultilogState, said: readonly Effect[]): MultilogAnswer {
  return state.doomed.length > 0 ? at(state, "removeOld", said) : nextFinished(state, said);
}

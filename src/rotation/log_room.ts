/** The rows of `machine.ts` for a full disk: remove the oldest log that may go, or wait and write again. */
import { ERRNO } from "../posix/errno.ts";
import type { Now } from "../time/now.ts";
import { type Effect, type Reply, type Retention, warning } from "./effects.ts";
import type { LogAnswer, LogState, RoomStep } from "./log_state.ts";
import { removableForRoom } from "./names.ts";
import type { LogOrder } from "./orders.ts";
import { at, pausing, type Rows } from "./steps.ts";

/** The steps that make room. */
export const ROOM: Rows<LogState, RoomStep> = {
  listForRoom: {
    call: () => ({ call: "list" }),
    done: listedForRoom,
    failed: pausing("unable to open directory, want remove old logfile"),
  },
  removeForRoom: {
    call: (state) => ({ call: "unlink", path: state.doomed[0] ?? "" }),
    done: (state) => at({ ...state, doomed: [] }, "ready"),
    failed: (state, errno, now) =>
      pauseWriting({ ...state, doomed: [] }, ERRNO.ENOSPC, now, [
        warning(`unable to unlink oldest logfile: ${state.name}`, errno),
      ]),
  },
};

/** Decides what a failed write costs: an old log if there is no room and one may go, else time. */
export function writeFailed(state: LogState, { errno }: LogOrder<"writeFailed">, now: Now): LogAnswer {
  const mayRemove = isNoRoom(errno, state.retention) && keptForRoom(state.retention) !== undefined;
  return mayRemove ? at(state, "listForRoom") : pauseWriting(state, errno, now, []);
}

/** True when there would be room without the old logs. runit's svlogd knows no quota. */
export function isNoRoom(errno: number, { dropsWhenFull }: Retention): boolean {
  return errno === ERRNO.ENOSPC || (dropsWhenFull && errno === ERRNO.EDQUOT);
}

/** Returns how many old logs stay when room is needed; undefined: all of them. */
function keptForRoom({ keep, keepWhenFull, dropsWhenFull }: Retention): number | undefined {
  if (keepWhenFull < keep) return keepWhenFull;
  return dropsWhenFull ? 0 : undefined;
}

function listedForRoom(state: LogState, { names = [] }: Reply, now: Now): LogAnswer {
  const oldest = removableForRoom(names, keptForRoom(state.retention) ?? Infinity);
  if (oldest === undefined) return pauseWriting(state, ERRNO.ENOSPC, now, []);
  const said = warning(`out of disk space, delete: ${state.name}/${oldest}`);
  return at({ ...state, doomed: [oldest] }, "removeForRoom", [said]);
}

function pauseWriting(state: LogState, errno: number, now: Now, said: readonly Effect[]): LogAnswer {
  const noRoom: LogState = { ...state, step: "noRoom" };
  const paused = pausing<LogState>("unable to write to current")(noRoom, errno, now);
  return { state: paused.state, effects: [...said, ...paused.effects] };
}

/** The error of a step that cannot be done, which ends its plan. */
import { errnoText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import type { Deed, StepFailure } from "../wording.ts";

/** Thrown by a step that cannot be done. `forgiven`: the program exits with 0 and says nothing. */
export class LaunchError extends Error {
  readonly failure: StepFailure;
  readonly forgiven: boolean;

  constructor(failure: StepFailure, forgiven = false) {
    super(failure.deed);
    this.failure = failure;
    this.forgiven = forgiven;
  }
}

/** Does `act`; a system call that fails becomes a `LaunchError`. Anything else is a defect and thrown on. */
export function attempt<T>(deed: Deed, on: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw new LaunchError({ deed, on, why: errnoText(errnoOf(thrown)) });
  }
}

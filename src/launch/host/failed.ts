/** How a step that cannot be done ends its plan. */
import { errnoText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import type { Deed, Failure } from "../wording.ts";

/** A step that could not be done. `forgiven`: nothing is said, and all is well. */
export class Failed extends Error {
  readonly failure: Failure;
  readonly forgiven: boolean;

  constructor(failure: Failure, forgiven = false) {
    super(failure.deed);
    this.failure = failure;
    this.forgiven = forgiven;
  }
}

/** What the kernel refuses becomes `Failed`; anything else is a defect and thrown on. */
export function attempt<T>(deed: Deed, on: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw new Failed({ deed, on, why: errnoText(errnoOf(thrown)) });
  }
}

/** Errors that end getty or utmpset, and calls whose failure does not. */
import { errnoText } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";

/** Ends the program. `message` is the text behind the program's name. */
export class Fatal extends Error {}

/** Does `act`; a system call that fails becomes a `Fatal` of the deed and the reason. Any other error is thrown on. */
export function attempt<T>(deed: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw new Fatal(`${deed}: ${errnoText(errnoOf(thrown))}`);
  }
}

/** Does `act`. If a system call in `act` fails, the rest of `act` is left undone. */
export function tolerate(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
  }
}

/** What ends getty before login. */
import { errnoText } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError } from "../../sys/error.ts";

/** `message` is without whose it is. */
export class Fatal extends Error {}

/** What the kernel refuses becomes `Fatal`: the deed and the reason. Anything else is a defect and thrown on. */
export function attempt<T>(deed: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw new Fatal(`${deed}: ${errnoText(errnoOf(thrown))}`);
  }
}

/** For what is as well left undone. */
export function tolerate(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
  }
}

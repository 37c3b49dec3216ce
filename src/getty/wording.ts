/** The name that stands in front of getty's messages. The sentences are BusyBox's; the reasons are runit's. */
import { lineName } from "./utmp.ts";

/** The front of a message once getty has a terminal. */
export function speakerOf(terminal: string): string {
  return `getty: ${lineName(terminal)}`;
}

/** The name in front of getty's messages. The sentences are BusyBox's; the reasons behind them are runit's texts. */
import { lineName } from "./utmp.ts";

/** The front of a message once the terminal is known: `getty: tty1`. `terminal` is its path. */
export function speakerOf(terminal: string): string {
  return `getty: ${lineName(terminal)}`;
}

/** The name in front of getty's messages. The sentences are BusyBox's; the reasons behind them are runit's texts, as in all of denit. */

/** The front of a message once the terminal is known: `getty: tty1`. `terminal` is its path. */
export function speakerOf(terminal: string): string {
  return `getty: ${terminal.startsWith("/dev/") ? terminal.slice("/dev/".length) : terminal}`;
}

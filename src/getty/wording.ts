/** Whose words getty's are. The sentences are BusyBox's, the reasons runit's, as everywhere in denit. */

/** Once there is a terminal. */
export function speakerOf(terminal: string): string {
  return `getty: ${terminal.startsWith("/dev/") ? terminal.slice("/dev/".length) : terminal}`;
}

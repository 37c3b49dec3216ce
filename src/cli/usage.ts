/** Texts that every applet has: its usage line, `--help`, `--version`. */
import type { Applet, Row } from "./applet.ts";

/** The version of denit, as `--version` of every applet prints it. */
export const VERSION = "0.1.0";

/** runit's usage line: `usage: NAME SYNOPSIS`, then an empty line. */
export function usageText(argv0: string, applet: Applet): string {
  return `usage: ${argv0} ${applet.synopsis}\n`;
}

/** The output of `--help`: name and summary, usage, and the help. */
export function helpText({ name, summary }: Row, { synopsis, help }: Applet): string {
  return `${name}: ${summary}\n\nusage: ${`${name} ${synopsis}`.trim()}\n\n${help.trim()}\n`;
}

/** The output of `--version`: one line. */
export function versionText(name: string): string {
  return `${name} (denit) ${VERSION}\n`;
}

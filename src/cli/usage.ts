/** Texts every applet has: its usage line, `--help`, `--version`. */
import type { Applet } from "./applet.ts";

export const VERSION = "0.1.0";

/** runit's usage line: `usage: NAME SYNOPSIS`, then an empty line. */
export function usageText(argv0: string, applet: Applet): string {
  return `usage: ${argv0} ${applet.synopsis}\n`;
}

export function helpText(applet: Applet): string {
  const head = `${applet.name}: ${applet.summary}\n\nusage: ${`${applet.name} ${applet.synopsis}`.trim()}\n`;
  return applet.help === "" ? head : `${head}\n${applet.help.trim()}\n`;
}

export function versionText(name: string): string {
  return `${name} (denit) ${VERSION}\n`;
}

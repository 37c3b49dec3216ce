/** denit as a user installs it, in both forms, and the program that does nothing, built in the same way. */

import { build } from "../build.ts";
import { EMPTY_PROGRAM } from "./fleet.ts";
import type { DenitId } from "./systems.ts";

const APPLETS = ["runsvdir", "sv"];

/**
 * Build the form into `directory`; what it runs on, for people.
 *
 * The script form gets a copy of deno: pages that it shared with the deno of the benchmark itself would
 * count half in its proportional set size.
 */
export async function installDenit(system: DenitId, directory: string): Promise<string> {
  const form = system === "denit-compiled" ? "compiled" : "script";
  Deno.mkdirSync(directory);
  const { base } = await build({ form, output: `${directory}/denit` });
  for (const applet of APPLETS) Deno.symlinkSync("denit", `${directory}/${applet}`);
  const main = `${directory}/empty.ts`;
  Deno.writeTextFileSync(main, "");
  await build({ form, output: `${directory}/${EMPTY_PROGRAM}`, main });
  if (form === "compiled") return base;
  Deno.copyFileSync(Deno.execPath(), `${directory}/deno`);
  return `Deno ${Deno.version.deno}`;
}

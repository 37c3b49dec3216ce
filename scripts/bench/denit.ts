/** Installs denit as a user does, in both forms, and a program that does nothing, built in the same way. */

import { build } from "../build.ts";
import { EMPTY_PROGRAM } from "./fleet.ts";
import type { DenitId } from "./systems.ts";

const APPLETS = ["runsvdir", "sv", "svlogd"];

/**
 * Builds a form into `directory`. Returns a phrase that says on which runtime it runs.
 *
 * The script form gets its own copy of deno. If it shared pages with the deno of the benchmark, they would count half in
 * its proportional set size. An earlier build is not built again: `before` is its compiled file.
 */
export async function installDenit(denit: DenitId, directory: string, before?: string): Promise<string> {
  const form = formOf(denit);
  Deno.mkdirSync(directory);
  if (denit === "denit-before") return installBefore(before, directory);
  const { base } = await build({ form, output: `${directory}/denit` });
  for (const applet of APPLETS) Deno.symlinkSync("denit", `${directory}/${applet}`);
  if (form === "compiled") return base;
  Deno.copyFileSync(Deno.execPath(), `${directory}/deno`);
  return `Deno ${Deno.version.deno}`;
}

function installBefore(before: string | undefined, directory: string): string {
  if (before === undefined) throw new Error("there is no earlier build to compare with");
  Deno.copyFileSync(before, `${directory}/denit`);
  for (const applet of APPLETS) Deno.symlinkSync("denit", `${directory}/${applet}`);
  return before;
}

/** Builds a program that does nothing into `directory`, in the same form. */
export async function installEmpty(denit: DenitId, directory: string): Promise<void> {
  const main = `${directory}/empty.ts`;
  Deno.writeTextFileSync(main, "");
  await build({ form: formOf(denit), output: `${directory}/${EMPTY_PROGRAM}`, main });
}

function formOf(denit: DenitId): "compiled" | "script" {
  return denit === "denit-script" ? "script" : "compiled";
}

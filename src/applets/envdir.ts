/** envdir(8) of daemontools: variables from the files of a directory. */
import { readEnvdir, SYNOPSES } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** envdir(8) of daemontools. */
export const envdir = launcher({
  synopsis: SYNOPSES.envdir,
  help: `\
Sets a variable for each file in DIR, and becomes CHILD. The variable has the
file's name. Its value is the first line of the file, without blanks and tabs at
its end; NUL is read as newline. An empty file unsets the variable. Names that
begin with a dot are ignored. CHILD is looked for along the old PATH.

Exit codes: 111 usage, or something could not be done; else that of CHILD.

Differs from daemontools on purpose: a link that leads nowhere is ignored.`,
  steps: ["variables"],
  read: readEnvdir,
});

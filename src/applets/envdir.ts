import { readEnvdir, SYNOPSES } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** envdir(8) of daemontools. */
export const envdir = launcher({
  synopsis: SYNOPSES.envdir,
  help: `\
The first line of each file in DIR, without blanks and tabs at its end and with
NUL read as newline, is the value of the variable of the file's name. An empty
file unsets it. Names that begin with a dot are passed over. CHILD is looked for
along the old PATH.

Exit codes: 111 usage, or anything that could not be done; else that of CHILD.

Differs from daemontools on purpose: a name that leads nowhere is passed over.`,
  steps: ["variables"],
  read: readEnvdir,
});

/**
 * chpst(8).
 *
 * Differs from runit's on purpose: numbers of -u and -U that are missing or too large are refused, where runit takes
 * them as 0; a name in -e that leads nowhere is passed over. An applet of denit as PROG runs in the same process.
 */
import { versionText } from "../cli/usage.ts";
import { readChpst } from "../launch/chpst.ts";
import { launcher } from "./launcher.ts";

export const chpst = launcher({
  synopsis: "[options] prog [arg ...]",
  help: `\
Changes the state of the process, in this order, and becomes PROG:

  -P             a new session
  -e DIR         variables: the first line of each file in DIR is the value of
                 the variable of its name; an empty file unsets it
  -/ ROOT        another root directory; accounts are looked up in there
  -C DIR         another working directory
  -n N           added to the nice level
  -U ACCOUNT     UID and GID in the environment
  -u ACCOUNT     as this user: USER, USER:GROUP:..., or :UID:GID:...
  -l FILE        with FILE locked, which is waited for
  -L FILE        with FILE locked, or not at all
  -0 -1 -2       without standard input, output, error
  -d -o -p -f -c -r -t N
                 soft limits: data, open files, processes, file size, core,
                 resident memory, CPU seconds
  -m N           limit of data, stack, locked memory and address space
  -b ARGV0       under this name
  -v             tell what is passed over; -V print the version

Before all that, and not in runit's:
  --cgroup DIR       in the control group DIR, made if it is missing
  --oom-score N      -1000 to 1000, the higher the sooner killed
  --nice N           at this nice level, -20 to 19
  --cpu-affinity L   on these processors, 0-2,5
and behind it:
  --no-new-privs     without any way to more privileges
  --landlock-ro DIR  of all files, only those beneath DIR can be read and run,
  --landlock-rw DIR  or also written; both may come more than once

If PROG is an applet of denit it runs in the same process: a chain of them
costs one start. A limit of address space or data that an applet which stays
cannot bear becomes a limit of its memory by a control group; where that cannot
be had it is left out, with a warning.

Exit codes: 100 usage, 111 anything that could not be done, else that of PROG.

Differs from runit on purpose:
  - A number that is missing or too large in :UID:GID is refused, and not 0.
  - A file in -e DIR that leads nowhere is passed over.
  - -u looks into /etc/passwd first, then where libc looks.`,
  steps: [
    "control group",
    "oom score",
    "priority",
    "processors",
    "session",
    "variables",
    "root",
    "directory",
    "nice",
    "account variables",
    "account",
    "lock",
    "close",
    "no new privileges",
    "confinement",
    "limits",
  ],
  read: (args, name) => readChpst(args, name, versionText("chpst").trimEnd()),
});

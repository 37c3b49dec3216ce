/**
 * chpst(8): changes the state of the process and becomes a program.
 *
 * Differs from runit's on purpose. A number of -u and -U that is missing or too large is refused; runit takes it as 0.
 * A name in -e that leads nowhere is passed over. An applet of denit as PROG runs in the same process.
 */
import { versionText } from "../cli/usage.ts";
import { readChpst } from "../launch/chpst.ts";
import { launcher } from "./launcher.ts";

/** The applet of chpst(8). */
export const chpst = launcher({
  synopsis: "[options] prog [arg ...]",
  help: `\
Changes the state of the process and becomes PROG. The order of the options does
not matter: chpst carries them out in the order of this list.

  -P             begin a new session
  -e DIR         set a variable for each file in DIR, to its first line; an
                 empty file unsets the variable
  -/ ROOT        change the root directory; look up accounts in there
  -C DIR         change the working directory
  -n N           add N to the nice level
  -U ACCOUNT     set UID and GID in the environment
  -u ACCOUNT     run as this user: USER, USER:GROUP:..., or :UID:GID:...
  -l FILE        lock FILE, and wait for the lock
  -L FILE        lock FILE, or exit
  -0 -1 -2       close standard input, output, error
  -d -o -p -f -c -r -t N
                 set soft limits: data, open files, processes, file size, core,
                 resident memory, CPU seconds
  -m N           limit data, stack, locked memory and address space
  -b ARGV0       run PROG under this name
  -v             report what is ignored; -V prints the version

Not in runit, before all that:
  --cgroup DIR       join the control group DIR; make it if it is missing
  --oom-score N      -1000 to 1000; a high score is killed first
  --nice N           set the nice level, -20 to 19
  --cpu-affinity L   run on these processors, such as 0-2,5
and after it:
  --no-new-privs     no program can gain privileges from now on
  --landlock-ro DIR  hide all files but those beneath DIR, which can be read and
  --landlock-rw DIR  run, or also written; both may be given more than once

If PROG is an applet of denit, it runs in the same process, so a chain of them
costs one start. An applet that stays, such as svlogd, cannot live under a limit
of address space or data. chpst then limits its memory by a control group; if it
cannot, it prints a warning and there is no limit.

Exit codes: 100 usage, 111 something could not be done, else that of PROG.

Differs from runit on purpose:
  - If a number in :UID:GID is missing or too large, it is refused and not 0.
  - A link in -e DIR that leads nowhere is ignored.
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

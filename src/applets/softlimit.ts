/** softlimit(8) of daemontools: runs a program with soft limits. */
import { readSoftlimit } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** softlimit(8) of daemontools. */
export const softlimit = launcher({
  synopsis: "[-a|-c|-d|-f|-l|-m|-o|-p|-r|-s|-t n]... child",
  help: `\
Sets soft limits and becomes CHILD. N is a number, or = for the hard limit. A
number above the hard limit becomes the hard limit.

  -a  address space       -l  locked memory      -r  resident memory
  -c  core file           -m  -a -d -l -s        -s  stack
  -d  data                -o  open files         -t  CPU seconds
  -f  file size           -p  processes

If CHILD is an applet of denit, see chpst --help.

Exit codes: 100 usage, 111 something could not be done, else that of CHILD.`,
  steps: ["limits"],
  read: readSoftlimit,
});

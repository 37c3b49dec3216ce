import { readSoftlimit } from "../launch/daemontools.ts";
import { launcher } from "./launcher.ts";

/** softlimit(8) of daemontools. */
export const softlimit = launcher({
  synopsis: "[-a|-c|-d|-f|-l|-m|-o|-p|-r|-s|-t n]... child",
  help: `\
Soft limits, each a number or = for the hard limit; more than the hard limit is
the hard limit.

  -a  address space       -l  locked memory      -r  resident memory
  -c  core file           -m  -a -d -l -s        -s  stack
  -d  data                -o  open files         -t  CPU seconds
  -f  file size           -p  processes

They hold for CHILD; see chpst for applets of denit as CHILD.

Exit codes: 100 usage, 111 anything that could not be done, else that of CHILD.`,
  steps: ["limits"],
  read: readSoftlimit,
});

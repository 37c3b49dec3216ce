/** A disk that is full or read-only, in a mount namespace of the scenario's own. */
import { file, type Scenario, type Tree } from "../../scenario.ts";
import { played } from "./play.ts";

/** A disk of 64 KiB, which are 16 pages. The ballast and each file that is not empty take at least a page. */
const SMALL_DISK = 'mount -t tmpfs -o size=64k tmpfs disk; mkdir disk/log; cp() { cat "$1" >"$2"; }';

function onDisk(
  name: string,
  says: string,
  config: string,
  before: readonly string[],
  feeder: readonly string[],
  tree: Tree = {},
): Scenario {
  return played(`disk/${name}`, says, {
    mounts: true,
    logs: ["copy"],
    tree: { "disk/below": file("", 0o644), "copy/config": file("", 0o644), ...tree },
    start: 'shift; exec svlogd disk/log "$@"',
    before: [SMALL_DISK, `printf '${config.replaceAll("\n", "\\n")}' >disk/log/config`, ...before],
    feeder,
    saying: "uniq said",
    // The mount ends with the script, so its files are copied, with modes and names.
    after: [
      "for f in disk/log/*; do t=copy/${f##*/}; cat $f >$t; chmod $(stat -c %a $f) $t; done",
    ],
  });
}

/** Makes old logs of a page each. */
function olds(count: number): readonly string[] {
  return [
    `for i in 1 2 3 4 5 6; do [ $i -gt ${count} ] || letters 4000 >disk/log/@40000000000000000000000$i.s; done`,
    "chmod 744 disk/log/@*",
  ];
}

const FILL = "head -c 65536 /dev/zero >disk/ballast 2>/dev/null";

/** Scenarios of full disks. */
export const DISK_SCENARIOS: readonly Scenario[] = [
  onDisk(
    "full-for-a-while",
    "a disk that is full for a while",
    "s0\n",
    [FILL],
    ["lines 400", "until_ok said_times pausing 1", "rm disk/ballast"],
  ),
  onDisk(
    "full-in-a-line",
    "a disk that becomes full in the middle of a line",
    "s0\n",
    ["head -c 57344 /dev/zero >disk/ballast"],
    ["lines 800", "until_ok said_times pausing 1", "rm disk/ballast"],
  ),
  onDisk(
    "N",
    "svlogd removes old logs while more than N are left",
    "s0\nn10\nN2\n",
    [...olds(5), FILL],
    ["lines 400", "until_ok holds disk/log/current 'line 0400'"],
  ),
  onDisk(
    "N-and-then-waits",
    "svlogd waits when N old logs are left",
    "s0\nn10\nN4\n",
    [...olds(5), FILL],
    ["lines 900", "until_ok said_times pausing 1", "rm disk/ballast"],
  ),
  onDisk(
    "N0",
    "with N0 svlogd removes all old logs",
    "s0\nn10\nN0\n",
    [...olds(3), FILL],
    ["lines 1000", "until_ok holds disk/log/current 'line 1000'"],
  ),
  onDisk(
    "N-is-n",
    "N counts only if it is below n",
    "s0\nn3\nN3\n",
    [...olds(5), FILL],
    ["lines 100", "until_ok said_times pausing 1", "rm disk/ballast"],
  ),
  onDisk(
    "N-above-n",
    "with N above n svlogd removes no old log",
    "s0\nn3\nN4\n",
    [...olds(6), FILL],
    ["lines 100", "until_ok said_times pausing 1", "rm disk/ballast"],
  ),
  onDisk(
    "N-alone",
    "N without n",
    "s0\nN2\n",
    [...olds(4), FILL],
    ["lines 400", "until_ok holds disk/log/current 'line 0400'"],
  ),
  onDisk(
    "N-counts-u",
    "when svlogd makes room, all names count, also .u and .t",
    "s0\nn10\nN2\n",
    [...olds(4), "mv disk/log/@400000000000000000000001.s disk/log/@400000000000000000000001.u", FILL],
    ["lines 400", "until_ok holds disk/log/current 'line 0400'"],
  ),
  onDisk(
    "rotating",
    "rotation on a full disk",
    "s2000\nn3\nN1\n",
    [...olds(3), FILL],
    ["lines 1500", "until_ok holds disk/log/current 'line 1500'"],
  ),
  played("disk/read-only", "a directory on a read-only disk", {
    mounts: true,
    tree: { "other/config": "" },
    logs: ["other"],
    before: ["mkdir -p disk/log; mount -t tmpfs -o ro tmpfs disk"],
    start: "exec svlogd disk",
    feeder: ["echo one"],
  }),
];

/** Several log directories, and directories that are missing, locked, replaced or odd. */
import { DIRECTORY, file, link, type Scenario } from "../../scenario.ts";
import { played, says, written } from "./play.ts";

const THREE = says("one", "two no", "three");

/** Scenarios of log directories. */
export const DIRECTORY_SCENARIOS: readonly Scenario[] = [
  played("directory/three", "three directories, each with its config", {
    tree: { "a/config": "pA: \n", "b/config": "-*no*\ne*\n", "c/config": "-*\n+*no*\nptwo \n" },
    logs: ["a", "b", "c"],
    feeder: [THREE],
  }),
  played("directory/stderr-in-order", "lines for stderr, line by line and directory by directory", {
    tree: { "a/config": "pA: \ne*\n", "b/config": "pB: \ne*\nE*no*\n" },
    logs: ["a", "b"],
    feeder: [THREE],
  }),
  played("directory/missing", "one directory is missing", {
    tree: { "a/config": "" },
    logs: ["a"],
    options: "nosuch",
    feeder: [THREE],
  }),
  played("directory/missing-comes", "a missing directory appears before a HUP", {
    options: "-v",
    tree: { "a/config": "" },
    logs: ["a", "b"],
    feeder: [
      "echo one",
      written("one", "a"),
      "mkdir b",
      "tell HUP",
      "until_ok said_times 'new: b/current' 1",
      "echo two",
    ],
  }),
  played("directory/goes", "a directory disappears before a HUP", {
    options: "-v",
    tree: { "a/config": "", "b/config": "" },
    logs: ["a", "gone"],
    start: "exec svlogd b",
    before: ['mv() { /bin/mv "$@"; }'],
    feeder: [
      "echo one",
      written("one", "b"),
      written("one", "a"),
      "mkdir gone",
      "tell HUP",
      "until_ok said_times 'close: ' 2",
      "until_ok said_times 'append: ' 2",
      "echo two",
    ],
    after: ["cat b/current"],
  }),
  played("directory/moved-away", "the only directory is moved away before a HUP", {
    options: "",
    feeder: ["echo one", written("one"), "mv log moved", "tell HUP", "until_ok ended"],
    logs: ["log"],
    after: ["mkdir log; cat moved/current; stat -c %a moved/current"],
  }),
  played("directory/moved-and-written", "svlogd goes on writing to a directory that is moved away", {
    logs: ["log"],
    feeder: ["echo one", written("one"), "mv log moved; mkdir log", "echo two"],
    after: ["cat moved/current"],
  }),
  played("directory/replaced", "another directory takes the name before a HUP", {
    options: "-v",
    feeder: [
      "echo one",
      written("one"),
      "mv log moved; mkdir log; echo pP: >log/config",
      "tell HUP",
      "until_ok said_times 'new: log/current' 2",
      "echo two",
    ],
    after: ["cat moved/current; stat -c %a moved/current"],
  }),
  played("directory/link-switched", "a link leads elsewhere before a HUP", {
    options: "-v",
    tree: { "a/config": "", "b/config": "pB: \n", name: link("a") },
    logs: ["name"],
    feeder: [
      "echo one",
      written("one", "a"),
      "rm name; ln -s b name",
      "tell HUP",
      "until_ok said_times 'new: name/current' 2",
      "echo two",
    ],
    after: ["cat a/current; stat -c %a a/current"],
  }),
  played("directory/locked", "another svlogd has locked a directory", {
    tree: { "a/config": "", "b/config": "" },
    logs: ["a", "b"],
    before: [
      "mkfifo held; { exec svlogd b <held; } & exec 3>held; echo first >&3; until_ok holds b/current first",
    ],
    feeder: [THREE],
    after: ["echo last >&3; exec 3>&-; wait"],
  }),
  played("directory/locked-then-free", "a locked directory becomes free before a HUP", {
    options: "-v",
    tree: { "a/config": "", "b/config": "" },
    logs: ["a", "b"],
    before: [
      "mkfifo held; { exec svlogd b <held; } & exec 3>held; echo first >&3; until_ok holds b/current first",
    ],
    feeder: [
      "echo one",
      written("one", "a"),
      "exec 3>&-; until_ok [ -x b/current ]; until_ok flock -n b/lock true",
      "tell HUP",
      "until_ok said_times 'append: b/current' 1",
      "echo two",
    ],
    after: ["exec 3>&-; wait"],
  }),
  played("directory/lock-left", "a lock that a dead svlogd left", {
    tree: { "log/lock": file("", 0o600) },
    feeder: [THREE],
  }),
  played("directory/lock-mode", "the mode of an existing lock stays", {
    tree: { "log/lock": file("", 0o644) },
    feeder: [THREE],
  }),
  played("directory/lock-is-a-directory", "a lock that is a directory", {
    tree: { "log/lock": DIRECTORY },
    feeder: [THREE],
    after: ["rmdir log/lock"],
  }),
  played("directory/is-a-file", "a file instead of a directory", {
    tree: { file: "" },
    options: "file",
    feeder: [THREE],
  }),
  played("directory/is-a-dangling-link", "a link to nothing", {
    tree: { nothing: link("nowhere") },
    options: "nothing",
    feeder: [THREE],
  }),
  played("directory/none-usable", "none of three directories is usable", {
    tree: { file: "", nothing: link("nowhere") },
    options: "nosuch file nothing",
    logs: [],
    feeder: [],
  }),
  played("directory/same-by-two-names", "one directory under two names", {
    tree: { other: link("log") },
    options: "other",
    feeder: [THREE],
  }),
  played("directory/here", "the directory in which svlogd is started", {
    tree: { "in/config": "pP: \n" },
    logs: [],
    start: "cd in; exec svlogd .",
    feeder: [THREE],
    after: ["cat in/current"],
  }),
  played("directory/absolute", "an absolute name", { logs: [], options: "-v $W/log", feeder: [THREE] }),
  played("modes/umask", "modes do not depend on the umask", {
    tree: { "log/config": "s1500\nn0\n!cat\n" },
    start: "umask 077; exec svlogd",
    feeder: ["lines 80"],
  }),
  played("modes/meanwhile", "modes while svlogd writes", {
    tree: { "log/config": "s2000\nn0\n" },
    feeder: ["lines 150", "until_ok holds log/current 'line 0150'", "stat -c '%a %n' log/* >modes"],
    after: ["sed 's/@[0-9a-f]*/@LABEL/' modes"],
  }),
  played("modes/current-was-0600", "an empty current with another mode", {
    tree: { "log/current": file("", 0o600) },
    feeder: [THREE],
  }),
];

/** `!`: the processor's descriptors, surroundings and exit codes, and the files that it leaves. */
import { file, pace, record, type Scenario, type Tree } from "../../scenario.ts";
import { played, written } from "./play.ts";

/** A feeder that causes one rotation by size, at the end of line 100. */
const ONCE = "lines 100";

function processing(command: string, more: Tree = {}): Tree {
  return { "log/config": `s2000\nn0\n!${command}\n`, ...more };
}

function once(name: string, says: string, command: string, more: Tree = {}): Scenario {
  return played(`processor/${name}`, says, { tree: processing(command, more), feeder: [ONCE] });
}

/** Waits until this many processors have finished. */
const DONE = (count: number) => `until_ok olds log s ${count}`;

/** Scenarios of processors. */
export const PROCESSOR_SCENARIOS: readonly Scenario[] = [
  once("copies", "the processor's output becomes the finished file", "cat"),
  once("silent", "a processor without output leaves an empty file", "cat >/dev/null"),
  once("does-not-read", "a processor that does not read", "echo instead"),
  once("large", "a processor that writes more than it reads", "cat; seq 1 20000"),
  once("argument-0", "a processor is sh -c COMMAND", 'cat >/dev/null; tr "\\000" "|" </proc/$$/cmdline'),
  once(
    "directory",
    "the processor's directory is the log directory",
    "cat >/dev/null; pwd | sed s,$W,W,; ls | sed s/@.*[.]/@./",
  ),
  once(
    "environment",
    "the processor has svlogd's environment",
    "cat >/dev/null; env | sort | grep -v ^_ | grep -v PATH= | grep -v APPLETS= | sed s,$W,W,g",
  ),
  once(
    "descriptors",
    "the processor's descriptors",
    "cat >/dev/null; for f in 0 1 2 3 4 5 6 7 8 9; do test -e /proc/$$/fd/$f || continue; " +
      "echo $f $(readlink /proc/$$/fd/$f | sed 's/@.*[.]/@./' | sed s,$W,W,g); done",
  ),
  once(
    "flags",
    "the flags of the processor's descriptors",
    "cat >/dev/null; for f in 0 1 4 5; do sed -n s/^flags:.//p /proc/$$/fdinfo/$f; done",
  ),
  once(
    "signals",
    "the processor starts without the signals that svlogd blocks",
    "cat >/dev/null; while read n v; do case $n in SigBlk:) v=$((0x$v)); echo $((v >> 13 & 3)) $((v & 1));; esac; done </proc/$$/status",
  ),
  played("processor/ignored-signals", "a signal that svlogd inherited as ignored", {
    tree: processing(
      "cat >/dev/null; while read n v; do case $n in SigIgn:) echo $((0x$v >> 9 & 1));; esac; done </proc/$$/status",
    ),
    start: 'trap "" USR1; exec svlogd',
    feeder: [ONCE],
  }),
  once(
    "state-none",
    "without a state the processor reads an empty one",
    "cat >/dev/null; cat <&4; echo kept >&5",
  ),
  once(
    "state",
    "the processor reads its state and writes a new one",
    "cat >/dev/null; cat <&4; echo more >&5; echo done",
    {
      "log/state": "before\n",
    },
  ),
  once("state-unchanged", "the state is empty after a processor that wrote none", "cat; cat <&4", {
    "log/state": "before\n",
  }),
  once("state-modes", "modes of state and newstate", "cat; cat <&4 >&5", {
    "log/state": file("before\n", 0o600),
  }),
  once("newstate-left", "a processor overwrites the newstate of a dead one", "cat; echo new >&5", {
    "log/newstate": "a long text that a dead one left\n",
  }),
  played("processor/state-twice", "the next processor reads the state that one wrote", {
    tree: processing(
      "cat >/dev/null; cat <&4; cat <&4 >&5; wc -c <&4; { cat <&4; echo again; } >&5; echo done",
    ),
    feeder: ["lines 100", DONE(1), "lines 100", DONE(2)],
  }),
  once(
    "fails-once",
    "a processor that fails starts again with the same input",
    "test -e ../tried || { touch ../tried; echo half; exit 1; }; wc -l",
  ),
  once(
    "fails-with-100",
    "a processor that fails starts again whatever its exit code",
    "test -e ../tried || { touch ../tried; exit 100; }; wc -c",
  ),
  once(
    "fails-with-state",
    "the newstate of a processor that fails is lost",
    "cat >/dev/null; test -e ../tried || { touch ../tried; echo lost >&5; exit 1; }; cat <&4; echo kept >&5",
    {
      "log/state": "before\n",
    },
  ),
  played("processor/fails-often", "the pace at which svlogd starts a processor that fails again and again", {
    tree: { "log/config": "!cut -d' ' -f1 /proc/uptime >>../tries; test $(wc -l <../tries) -ge 4\n" },
    options: "-v",
    feeder: ["echo one", written("one"), "tell ALRM", DONE(1)],
    records: [record(pace("tries", 0, 3))],
  }),
  once(
    "no-such-command",
    "a command that is missing once",
    "test -e ../tried || { touch ../tried; exec nosuch 2>/dev/null; }; cat",
  ),
  once(
    "killed",
    "a processor that a signal kills in the middle of its work",
    "test -e ../tried || { touch ../tried; echo half; kill -9 $$; }; cat",
  ),
  once(
    "quoted",
    "the rest of the config line is the command",
    "sed 's/line/row/; s/ #//' # no comment of config",
  ),
  once("last-of-two", "the last processor in config counts", "echo one\n!echo two"),
  once("and-nothing", "an empty processor does not remove the one before", "echo one\n!"),
  played("processor/verbose", "the messages of -v about a processor", {
    options: "-v",
    tree: processing("cat"),
    feeder: [ONCE, DONE(1)],
  }),
  played("processor/slow", "a rotation waits for the processor of the one before", {
    options: "-v",
    tree: processing("until test -e ../go; do sleep 0.02; done; wc -l"),
    feeder: [
      "lines 350",
      "until_ok holds log/current 'line 0200'",
      "touch go",
      "until_ok olds log s 2",
    ],
  }),
  played("processor/at-the-end", "on TERM svlogd waits for its processor", {
    tree: { "log/config": "!until test -e ../go; do sleep 0.02; done; tr a-z A-Z\n" },
    feeder: [
      "echo one",
      written("one"),
      "tell ALRM",
      "until_ok olds log t 1",
      "tell TERM",
      "sh -c 'sleep 0.2; touch go' &",
      "until_ok ended",
    ],
  }),
  played("processor/at-end-of-input", "at the end of input svlogd waits for its processor", {
    tree: { "log/config": "!sleep 0.2; tr a-z A-Z\n" },
    feeder: ["echo one", written("one"), "tell ALRM", "until_ok olds log t 1"],
  }),
  played("processor/files-meanwhile", "files and modes while a processor runs", {
    tree: { "log/config": "!cat; until test -e ../go; do sleep 0.02; done\n" },
    feeder: [
      "echo one",
      written("one"),
      "tell ALRM",
      "until_ok copied",
      "stat -c '%a %s %n' log/* >modes",
      "touch go",
    ],
    before: ["copied() { cat log/@*.t 2>/dev/null | grep -q one; }"],
    after: ["sed 's/@[0-9a-f]*/@LABEL/' modes"],
  }),
  played("processor/hup-while-at-work", "HUP while a processor runs", {
    options: "-v",
    tree: { "log/config": "!until test -e ../go; do sleep 0.02; done; tr a-z A-Z\n" },
    feeder: [
      "echo one",
      written("one"),
      "tell ALRM",
      "until_ok olds log t 1",
      "tell HUP",
      "until_ok said_times 'append: log/current' 1",
      "touch go",
      "until_ok gone",
    ],
    before: ['gone() { [ -z "$(cat /proc/$(cat pid)/task/*/children)" ]; }'],
  }),
  played("processor/changed", "after a HUP svlogd runs the new processor", {
    options: "-v",
    tree: { "log/config": "!tr a-z A-Z\n" },
    feeder: [
      "echo one",
      written("one"),
      "tell ALRM",
      DONE(1),
      "echo '!tr a-z B' >log/config",
      "tell HUP",
      "until_ok said_times 'append: log/current' 1",
      "echo two",
      written("two"),
      "tell ALRM",
      DONE(2),
    ],
  }),
  played("processor/several-directories", "each directory has its own processor", {
    tree: { "a/config": "s2000\nn0\n!wc -l\n", "b/config": "s1500\nn0\n!wc -c\n", "c/config": "s2000\nn0\n" },
    logs: ["a", "b", "c"],
    feeder: [ONCE],
  }),
  played("processor/kept", "n counts the files that processors have made", {
    tree: { "log/config": "s2000\nn1\n!cat\n" },
    feeder: ["lines 100", DONE(1), "lines 100"],
  }),
  played("processor/leftover-t", "svlogd removes the .t of a dead processor", {
    tree: processing("cat", { "log/@400000000000000000000001.t": "half" }),
    feeder: [ONCE],
  }),
];

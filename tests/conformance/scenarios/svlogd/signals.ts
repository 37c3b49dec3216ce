/** TERM, HUP and ALRM: what svlogd closes, reads again and rotates, and what happens to input meanwhile. */
import { file, type Scenario } from "../../scenario.ts";
import { played, written } from "./play.ts";

const REOPENED = "until_ok said_times 'append: log/current\\|new: log/current' 2";

/** Scenarios of signals to svlogd. */
export const SIGNAL_SCENARIOS: readonly Scenario[] = [
  played("signal/term", "TERM closes the log", {
    feeder: ["echo one", written("one"), "tell TERM", "until_ok ended"],
  }),
  played("signal/term-idle", "TERM before any input", {
    options: "-v",
    feeder: ["until_ok said_times 'new: log/current' 1", "until_ok waits", "tell TERM", "until_ok ended"],
  }),
  ...["INT", "QUIT", "USR1", "USR2"].map((name) =>
    played(`signal/${name.toLowerCase()}`, `the effect of ${name}`, {
      feeder: ["echo one", written("one"), `tell ${name}`, "until_ok ended"],
    })
  ),
  played("signal/term-in-a-line", "TERM in the middle of a line", {
    before: [
      'taken() { ! grep -q "^ShdPnd:.*[1-9a-f]" "/proc/$(cat pid)/status" 2>/dev/null; }',
      "over() { ended || { taken && waits; }; }",
    ],
    feeder: ["printf 'one\\ntw'", written("one"), "tell TERM", "until_ok over", "printf 'o\\nthree\\n'"],
  }),
  played("signal/stdin", "whether standard input is non-blocking", {
    feeder: ["echo one", written("one"), "sed -n 's/^flags:.//p' \"/proc/$(cat pid)/fdinfo/0\" >flags"],
    after: ["cat flags"],
  }),
  played(
    "stderr/hup-without-patterns",
    "after a HUP without patterns svlogd selects nothing for standard error",
    {
      options: "-v",
      tree: { "log/config": "e*\n" },
      feeder: ["echo one", written("one"), "rm log/config", "tell HUP", REOPENED, "echo two"],
    },
  ),
  played("signal/term-deselected-line", "TERM while half of a deselected line has been read", {
    tree: { "log/config": "-abc*\n" },
    options: "-l 3",
    feeder: ["printf 'one\\nabcdef'", written("one"), "tell TERM", "printf 'ghi\\n'", "until_ok ended"],
  }),
  played("signal/hup-config-new", "HUP reads a new config", {
    options: "-v",
    feeder: [
      "echo one",
      written("one"),
      "printf 'pP: \\n-no*\\n' >log/config",
      "tell HUP",
      REOPENED,
      "echo two; echo no",
    ],
  }),
  played("signal/hup-config-gone", "HUP after config was removed", {
    options: "-v",
    tree: { "log/config": "pP: \n-no*\ns1500\n" },
    feeder: ["echo one", written("P: one"), "rm log/config", "tell HUP", REOPENED, "echo no; lines 300"],
    after: ["rm -f log/config"],
  }),
  played("signal/hup-smaller-size", "HUP with a size that current has passed", {
    options: "-v",
    tree: { "log/config": "s9000\nn0\n" },
    feeder: [
      "lines 300",
      "until_ok holds log/current 'line 0300'",
      "echo s2000 >log/config",
      "tell HUP",
      REOPENED,
      "echo next",
    ],
  }),
  played("signal/hup-in-a-line", "HUP in the middle of a line", {
    options: "-v",
    feeder: ["printf 'one\\ntw'", written("one"), "tell HUP", REOPENED, "printf 'o\\nthree\\n'"],
  }),
  played("signal/hup-in-a-long-line", "HUP in the middle of an over-long line", {
    options: "-v -l 4",
    feeder: [
      "printf 'one\\nabcdefgh'",
      "until_ok is log/current \"$(printf 'one\\nabcdefgh')\"",
      "tell HUP",
      REOPENED,
      "printf 'ijk\\nlast\\n'",
    ],
  }),
  played("signal/hup-empty-current", "HUP with an empty current", {
    options: "-v",
    feeder: ["until_ok said_times 'new: log/current' 1", "until_ok waits", "tell HUP", REOPENED, "echo one"],
  }),
  played("signal/hup-current-replaced", "HUP after another process has put an unclosed current there", {
    options: "-v",
    feeder: [
      "echo one",
      written("one"),
      "mv log/current aside; echo other >log/current",
      "tell HUP",
      REOPENED,
      "echo two",
    ],
    after: ["cat aside; stat -c %a aside"],
  }),
  played("signal/hup-current-removed", "HUP after current was removed", {
    options: "-v",
    feeder: ["echo one", written("one"), "rm log/current", "tell HUP", REOPENED, "echo two"],
  }),
  played("signal/hup-twice", "two HUPs", {
    options: "-v",
    feeder: [
      "echo one",
      written("one"),
      "tell HUP",
      REOPENED,
      "tell HUP",
      "until_ok said_times 'append: log/current' 2",
      "echo two",
    ],
  }),
  played("signal/alrm", "ALRM rotates", {
    options: "-v",
    feeder: ["echo one", written("one"), "tell ALRM", "until_ok olds log s 1", "echo two"],
  }),
  played("signal/alrm-twice", "two ALRMs, and a label for each", {
    options: "-v",
    tree: { "log/config": "n0\n" },
    feeder: [
      "echo one",
      written("one"),
      "tell ALRM",
      "until_ok olds log s 1",
      "echo two",
      written("two"),
      "tell ALRM",
      "until_ok olds log s 2",
      "echo three",
    ],
  }),
  played("signal/alrm-empty", "ALRM with an empty current", {
    options: "-v",
    tree: { "b/config": "-*\n" },
    logs: ["log", "b"],
    feeder: ["echo one", written("one"), "tell ALRM", "until_ok olds log s 1", "echo two"],
  }),
  played("signal/alrm-in-a-line", "ALRM in the middle of a line", {
    options: "-v",
    feeder: ["printf 'one\\ntw'", written("one"), "tell ALRM", "until_ok olds log s 1", "printf 'o\\n'"],
  }),
  played("signal/alrm-in-a-long-line", "ALRM in the middle of an over-long line", {
    options: "-v -l 4",
    feeder: [
      "printf 'one\\nabcdefgh'",
      "until_ok is log/current \"$(printf 'one\\nabcdefgh')\"",
      "tell ALRM",
      "until_ok olds log s 1",
      "printf 'ijk\\nlast\\n'",
    ],
  }),
  played("signal/alrm-prunes", "on ALRM svlogd keeps n old logs", {
    options: "-v",
    tree: {
      "log/config": "n1\n",
      "log/@400000000000000000000001.s": file("old\n", 0o744),
      "log/@400000000000000000000002.t": file("leftover\n", 0o644),
    },
    feeder: [
      "echo one",
      written("one"),
      "tell ALRM",
      "until_ok said_times 'delete: ' 1",
      "until_ok olds log s 1",
      "echo two",
    ],
  }),
  played("age/rotates", "t rotates a current that is not empty", {
    tree: { "log/config": "t1\nn0\n" },
    feeder: ["echo one", "until_ok olds log s 1", "echo two", "until_ok olds log s 2"],
  }),
  played("age/empty", "t leaves an empty current alone", {
    tree: { "log/config": "t1\nn0\n", "b/config": "t1\n-*\n" },
    logs: ["log", "b"],
    feeder: ["echo one", "until_ok olds log s 1"],
  }),
  played("age/and-size", "t together with s", {
    tree: { "log/config": "t1\ns2000\nn0\n" },
    feeder: ["lines 150", "until_ok olds log s 2"],
  }),
  played("age/in-a-line", "t in the middle of a line", {
    tree: { "log/config": "t1\nn0\n" },
    feeder: ["printf 'one\\ntw'", "until_ok olds log s 1", "printf 'o\\n'"],
  }),
  played("age/hup", "a HUP restarts the time of t", {
    options: "-v",
    tree: { "log/config": "t1h\n" },
    feeder: [
      "echo one",
      written("one"),
      "echo t1 >log/config",
      "tell HUP",
      REOPENED,
      "until_ok olds log s 1",
    ],
  }),
];

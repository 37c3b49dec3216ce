/**
 * Directories that a svlogd takes over from another one: left in order, left by a kill, or odd. `$REFERENCE/svlogd` is
 * runit's on both sides, so a directory goes from one svlogd to the other, and back.
 */
import { DIRECTORY, file, link, type Scenario, type Tree } from "../../scenario.ts";
import { played, written } from "./play.ts";

const NEXT = "echo new";

function found(name: string, says: string, tree: Tree, ...after: readonly string[]): Scenario {
  return played(`found/${name}`, says, { tree, options: "-v", feeder: [NEXT], after });
}

/** runit's svlogd gets `input`, rotates, and is killed by `strace` when it makes a call for the nth time. */
function killedAt(name: string, calls: string, nth: number, config = "s2000\nn0\n"): Scenario {
  return played(`killed/${name}`, `runit's svlogd was killed at ${calls} ${nth}`, {
    needs: ["strace"],
    tree: { "log/config": config },
    before: [
      `lines 150 >input; strace -qq -o /dev/null -e inject=${calls}:signal=KILL:when=${nth} ` +
      "$REFERENCE/svlogd log <input 2>/dev/null; [ $? = 137 ] || echo lives",
    ],
    options: "-v",
    feeder: [NEXT],
  });
}

/** Two svlogds take turns. `first` and `second` are paths. */
function turns(name: string, first: string, second: string, config: string): Scenario {
  return played(`turns/${name}`, `${first}, then ${second}, and again`, {
    tree: { "log/config": config },
    feeder: ["lines 120"],
    start: `exec ${first}`,
    after: [
      `for i in 1 2 3; do lines 70 | ${second} log; lines 90 | ${first} log; done`,
      "cat log/@* log/current | wc -l",
    ],
  });
}

/** The second svlogd takes over what the first left when it was killed while input went on. */
function takenOver(name: string, first: string, second: string, config: string): Scenario {
  return played(`taken-over/${name}`, `${first} is killed, ${second} goes on`, {
    tree: { "log/config": config },
    start: `exec ${first}`,
    feeder: [
      "lines 130",
      "until_ok holds log/current 'line 0130'",
      "until_ok olds log s 1",
      "tell KILL",
      "until_ok ended",
    ],
    after: [
      `lines 130 | ${second} log`,
      "cat log/@* log/current | wc -l",
      "code=0",
    ],
  });
}

/** Scenarios of recovery. */
export const RECOVERY_SCENARIOS: readonly Scenario[] = [
  found("closed", "a current that was closed", { "log/current": file("old\n", 0o744) }),
  found("not-closed", "a current that was not closed", { "log/current": file("old\n", 0o644) }),
  found("not-closed-empty", "an empty current that was not closed", { "log/current": file("", 0o644) }),
  found("not-closed-part-of-a-line", "a current with part of a line, not closed", { "log/current": "ol" }),
  found("closed-part-of-a-line", "a current with part of a line, closed", {
    "log/current": file("ol", 0o744),
  }),
  found("closed-by-owner-alone", "only the owner's execute bit counts", {
    "log/current": file("old\n", 0o700),
  }),
  found("others-x", "execute bits of group and others do not count", { "log/current": file("old\n", 0o655) }),
  found("not-readable", "a current without read permission", { "log/current": file("old\n", 0o100) }),
  found("not-closed-prunes", "a current that is put aside counts for n", {
    "log/config": "n1\n",
    "log/current": "old\n",
    "log/@400000000000000000000001.s": "1",
    "log/@400000000000000000000002.s": "2",
    "log/@400000000000000000000003.t": "3",
  }),
  found("not-closed-large", "a large current that was not closed", {
    "log/config": "s1500\n",
    "log/current": `${"old old old\n".repeat(300)}`,
  }),
  found("only-old", "no current, but old logs", { "log/@400000000000000000000001.s": file("1\n", 0o744) }),
  found("u-not-closed", ".u files of unclean ends stay", {
    "log/config": "s1500\n",
    "log/@400000000000000000000001.u": file("1\n", 0o644),
  }),
  found("u-closed-no-processor", "a .u file of a processor that config no longer names", {
    "log/@400000000000000000000001.u": file("1\n", 0o744),
  }),
  found("u-closed", "a .u file that a processor has not finished", {
    "log/config": "!tr a-z A-Z\n",
    "log/@400000000000000000000001.u": file("one\n", 0o744),
    "log/@400000000000000000000001.t": file("ON", 0o644),
    "log/newstate": "",
  }),
  found("u-closed-and-s", "a .u file with its .s: only the last step is missing", {
    "log/config": "!tr a-z A-Z\n",
    "log/@400000000000000000000001.u": file("one\n", 0o744),
    "log/@400000000000000000000001.s": file("ONE\n", 0o744),
    "log/newstate": "kept\n",
    "log/state": "before\n",
  }),
  found("state-files", "state and newstate are left alone", { "log/state": "a", "log/newstate": "b" }),
  found("current-is-a-link", "a current that is a link to a file that was closed", {
    "log/current": link("../elsewhere"),
    elsewhere: file("old\n", 0o744),
  }, "cat elsewhere; stat -c %a elsewhere; rm log/current"),
  found("current-is-a-link-not-closed", "a current that is a link to a file that was not closed", {
    "log/current": link("../elsewhere"),
    elsewhere: file("old\n", 0o644),
  }, "cat elsewhere; stat -c '%a %F' elsewhere log/@*.u | sed s/@.*//; rm log/@*.u"),
  found("current-is-a-dangling-link", "a current that is a link to nothing", {
    "log/current": link("../elsewhere"),
  }, "cat elsewhere; stat -c %a elsewhere; rm log/current"),
  played("found/current-is-a-directory", "svlogd waits if current is a directory", {
    tree: { "log/current": DIRECTORY },
    feeder: ["until_ok said_times pausing 1", "rmdir log/current", NEXT],
    saying: "sort -u said",
  }),
  played("found/current-removed", "svlogd goes on writing to a removed current, which has no name any more", {
    feeder: ["echo one", written("one"), "rm log/current", NEXT],
  }),
  played("found/current-emptied", "a current that another emptied", {
    feeder: ["echo one", written("one"), ": >log/current", NEXT],
  }),
  played("found/old-log-removed-meanwhile", "old logs that another removes", {
    tree: { "log/config": "s1500\nn2\n" },
    feeder: ["lines 120", "until_ok holds log/current 'line 0120'", "rm log/@*", "lines 120"],
  }),
  killedAt("write-first", "write", 1),
  killedAt("write-within", "write", 40),
  killedAt("fsync", "fsync", 1),
  killedAt("mode-of-finished", "fchmod", 2),
  killedAt("rename", "rename", 1),
  killedAt("mode-of-new", "fchmod", 3),
  killedAt("write-after-rotation", "write", 105),
  killedAt("mode-at-the-end", "fchmod", 4),
  ...["s2000\nn0\n", "s2000\nn0\n!cat\n"].flatMap((config) => {
    const how = config.includes("!") ? "-processed" : "";
    return [
      turns(`from-runit${how}`, "$REFERENCE/svlogd", "svlogd", config),
      turns(`to-runit${how}`, "svlogd", "$REFERENCE/svlogd", config),
      takenOver(`from-runit${how}`, "$REFERENCE/svlogd", "svlogd", config),
      takenOver(`to-runit${how}`, "svlogd", "$REFERENCE/svlogd", config),
    ];
  }),
];

/** svlogd: stamps, rotation by size, kept files, modes, and its end. */
import {
  afterSignal,
  alter,
  count,
  DIRECTORY,
  ended,
  FIFO,
  job,
  listing,
  log,
  record,
  run,
  type Scenario,
  shell,
  signal,
  start,
  text,
  type Tree,
  until,
} from "../../scenario.ts";

/** Digits become 9, so that only the shape of a stamp is compared. */
const SHAPE = shell("sed 's/[0-9]/9/g; s/@[0-9a-f]* /@HEX /' log/current");

/** Prints lines of ten bytes. */
const LINES = (n: number) => `awk 'BEGIN { for (i = 1; i <= ${n}; i++) printf "line %04d\\n", i }'`;

function fed(
  id: string,
  says: string,
  input: string,
  options: string,
  tree: Tree,
  ...after: Scenario["steps"]
): Scenario {
  return {
    id: `svlogd/${id}`,
    says,
    tree: { log: DIRECTORY, ...tree },
    steps: [run(`${input} | svlogd ${options} log`), ...after],
  };
}

/** The names in the log directory, with labels masked. Files that denit adds are left out. */
const FILES = shell("ls log | grep -v '^status$' | sed 's/@[0-9a-f]\\{24\\}/@LABEL/'");
const KEPT = shell("for f in log/@* log/current; do wc -c <$f; done");

/** Scenarios of svlogd in general. */
export const BASIC_SCENARIOS: readonly Scenario[] = [
  fed(
    "plain",
    "svlogd writes lines unchanged",
    "printf 'one\\ntwo\\n\\nthree\\n'",
    "",
    {},
    record(text("log/current")),
    record(log()),
  ),
  ...["-t", "-tt", "-ttt", "-tttt"].map((option) =>
    fed(
      `stamp${option}`,
      `the shape of the stamps of ${option}`,
      "printf 'one\\ntwo\\n'",
      option,
      {},
      record(SHAPE, "shape"),
    )
  ),
  fed(
    "stamp-label",
    "-t is @, 24 digits and a space",
    "echo one",
    "-t",
    {},
    record(shell("cut -c 1-10 log/current; head -1 log/current | wc -c"), "stamp"),
  ),
  fed(
    "rotate",
    "a file ends at a line, before the size is reached",
    LINES(500),
    "",
    { "log/config": "s2000\nn5\n" },
    record(FILES, "files"),
    record(KEPT, "sizes"),
    record(shell("cat log/@* log/current | uniq | wc -l"), "lines"),
    record(shell("stat -c '%a' log/@*.s | sort -u"), "modes of old files"),
  ),
  fed(
    "keep",
    "svlogd keeps the n newest old files",
    LINES(2000),
    "",
    { "log/config": "s2000\nn2\n" },
    record(FILES, "files"),
    record(KEPT, "sizes"),
    record(shell("cat log/@* log/current | head -1"), "oldest line"),
  ),
  fed(
    "keep-all",
    "n0 keeps all old files",
    LINES(1000),
    "",
    { "log/config": "s2000\nn0\n" },
    record(FILES, "files"),
  ),
  fed("modes", "modes when svlogd has ended", "echo one", "", {}, record(log())),
  {
    id: "svlogd/modes-meanwhile",
    says: "modes while svlogd writes; on TERM it marks current as whole",
    tree: { log: DIRECTORY, input: FIFO },
    steps: [
      start("svlogd", "sh -c 'exec 3<>input; exec svlogd log <&3'"),
      alter("echo one >input"),
      until(count("log/current"), "1"),
      record(log(), "files meanwhile"),
      until(afterSignal("svlogd"), "running"),
      signal("svlogd", "SIGTERM"),
      ...ended("svlogd"),
      record(log(), "files at the end"),
      record(text("log/current")),
    ],
  },
  {
    id: "svlogd/signals",
    says: "ALRM rotates, HUP reads the config again",
    tree: { log: DIRECTORY, input: FIFO },
    steps: [
      start("svlogd", "sh -c 'exec 3<>input; exec svlogd log <&3'"),
      alter("echo one >input"),
      until(count("log/current"), "1"),
      until(afterSignal("svlogd"), "running"),
      signal("svlogd", "SIGALRM"),
      until(FILES, "@LABEL.s\ncurrent\nlock"),
      alter("echo ppre: >log/config"),
      until(afterSignal("svlogd"), "running"),
      signal("svlogd", "SIGHUP"),
      until(shell("echo two >input; grep -c pre: log/current"), /^[1-9]/),
      record(shell("grep pre: log/current | sort -u"), "current"),
      record(shell("cat log/@*"), "old"),
      record(job("svlogd")),
    ],
  },
  {
    id: "svlogd/unclean",
    says: "svlogd puts an unclosed current aside as .u",
    tree: { "log/current": "left\n" },
    steps: [
      run("echo new | svlogd log"),
      record(FILES, "files"),
      record(text("log/current")),
      record(shell("cat log/@*.u"), "put aside"),
    ],
  },
  {
    id: "svlogd/clean",
    says: "svlogd continues a closed current",
    tree: { log: DIRECTORY },
    steps: [
      run("echo one | svlogd log"),
      run("echo two | svlogd log"),
      record(FILES, "files"),
      record(text("log/current")),
    ],
  },
  fed("patterns", "a pattern leaves lines out", "printf 'info: one\\ndebug: two\\ninfo: three\\n'", "", {
    "log/config": "-debug: *\n",
  }, record(text("log/current"))),
  fed(
    "prefix",
    "p puts text before each line",
    "printf 'one\\ntwo\\n'",
    "",
    { "log/config": "phost: \n" },
    record(text("log/current")),
  ),
  fed(
    "replace",
    "-r and -R replace bytes",
    "printf 'a\\001b:c\\n'",
    "-r _ -R :",
    {},
    record(text("log/current")),
  ),
  fed(
    "last-line",
    "a last line without a newline",
    "printf 'one\\ntwo'",
    "",
    {},
    record(text("log/current")),
  ),
  {
    id: "svlogd/locked",
    says: "a directory that another svlogd has locked",
    tree: { log: DIRECTORY, input: FIFO },
    steps: [
      start("svlogd", "sh -c 'exec 3<>input; exec svlogd log <&3'"),
      until(shell("ls log"), /current/),
      run("echo one | svlogd log"),
    ],
  },
  fed("status", "files of an ended svlogd", "echo one", "", {}, record(listing("log"))),
  {
    id: "svlogd/usage",
    says: "wrong usage: the exit code",
    steps: [run("svlogd 2>/dev/null"), run("svlogd -z log 2>/dev/null")],
  },
  {
    id: "svlogd/no-directory",
    says: "svlogd without a usable directory",
    steps: [run("svlogd nosuch </dev/null")],
  },
];

/** The supervise directory: names, kinds, modes and bytes, in every state. */
import {
  count,
  DIRECTORY,
  ended,
  FIFO,
  FINISH,
  job,
  link,
  listing,
  type Need,
  put,
  record,
  run,
  runner,
  runsv,
  type Scenario,
  script,
  send,
  settle,
  shell,
  signal,
  SLEEPER,
  start,
  stat,
  status,
  type Step,
  STUBBORN,
  tell,
  text,
  textOnce,
  TOLD,
  TOLD_FINISH,
  type Tree,
  until,
} from "../scenario.ts";

/** Records all files in supervise, with the texts of stat and status. */
const FILES: readonly Step[] = [
  settle("web"),
  record(listing("web/supervise")),
  record(stat("web")),
  record(status("web")),
  record(shell("tr -d 0-9 <web/supervise/pid | od -c | head -1"), "what is in pid besides digits"),
];

/** A state of the service, which `steps` reach. */
function state(id: string, says: string, tree: Tree, ...steps: readonly Step[]): Scenario {
  return { id: `files/${id}`, says, tree: { trace: "", ...tree }, steps: [runsv("web"), ...steps, ...FILES] };
}

const STARTED = until(count("trace", "run"), "1");

const STATES: readonly Scenario[] = [
  state("down", "a service that is down", { "web/run": SLEEPER, "web/down": "" }, until(stat("web"), "down")),
  state("run", "a service that runs", { "web/run": SLEEPER }, STARTED),
  state(
    "paused",
    "paused",
    { "web/run": SLEEPER },
    STARTED,
    send("web", "p"),
    until(stat("web"), "run, paused"),
  ),
  state(
    "down-paused",
    "a service that is down and paused",
    { "web/run": SLEEPER, "web/down": "" },
    until(stat("web"), "down"),
    send("web", "p"),
  ),
  state(
    "want-down",
    "a service that runs, but is wanted down",
    { "web/run": SLEEPER },
    STARTED,
    send("web", "o"),
  ),
  state("got-term", "a service that ignores TERM", { "web/run": STUBBORN }, STARTED, send("web", "t")),
  state(
    "got-term-want-down",
    "a service that got TERM by 'd' and still runs",
    { "web/run": STUBBORN },
    STARTED,
    send("web", "d"),
  ),
  state(
    "got-term-want-exit",
    "a service that got TERM by 'x' and still runs",
    { "web/run": STUBBORN },
    STARTED,
    send("web", "x"),
  ),
  state(
    "paused-got-term",
    "a paused service with a pending TERM",
    { "web/run": SLEEPER },
    STARTED,
    // If they came together, they could arrive in the other order.
    send("web", "p"),
    until(runner("web"), "T"),
    send("web", "t"),
    until(stat("web"), "run, paused, got TERM"),
  ),
  state(
    "paused-want-down",
    "a service that is paused and wanted down",
    { "web/run": SLEEPER },
    STARTED,
    send("web", "op"),
    until(stat("web"), "run, paused, want down"),
  ),
  ...["u", "d", "x"].map((byte) =>
    state(
      `finish-${byte}`,
      `'${byte}' while finish runs`,
      { "web/run": TOLD, "web/finish": TOLD_FINISH, go: FIFO, done: FIFO },
      tell("go", "0\n"),
      until(count("trace", "finish 0 0"), "1"),
      send("web", byte),
    )
  ),
];

/** The messages and the end of runsv if something about supervise is wrong. */
function refused(id: string, says: string, tree: Tree): Scenario {
  return {
    id: `files/${id}`,
    says,
    tree: { "web/run": SLEEPER, trace: "", ...tree },
    steps: [
      run("runsv web"),
      record(text("trace")),
      record(shell("ls -d web/supervise/* 2>&1"), "what is in supervise"),
    ],
  };
}

const PUBLICATIONS = shell(
  // Prints "name content" for every file that is written under another name and renamed over its own.
  `awk '/write\\(/ { match($0, /(pid|stat|status)\\.new/); name = substr($0, RSTART, RLENGTH - 4);
      split($0, part, "\\""); content[name] = part[2] }
    /rename/ && match($0, /(pid|stat|status)\\.new/) { name = substr($0, RSTART, RLENGTH - 4);
      text = content[name]; gsub(/[0-9]+/, "N", text); print name, name == "status" ? "" : text; content[name] = "" }' strace.out`,
);

/** Scenarios of the supervise directory. */
export const FILE_SCENARIOS: readonly Scenario[] = [
  ...STATES,
  {
    id: "files/log",
    says: "the logger has a supervise of its own",
    tree: { "web/run": SLEEPER, "web/log/run": script("exec cat >/dev/null"), trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      until(stat("web/log"), "run"),
      ...FILES,
      record(listing("web/log/supervise")),
      record(status("web/log")),
    ],
  },
  {
    id: "files/added",
    says: "a supervised service has six files, and when runsv has left on a command, these and no others",
    tree: { "web/run": SLEEPER, "web/log/run": script("exec cat >/dev/null"), trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      until(stat("web/log"), "run"),
      settle("web"),
      record(shell("ls web/supervise web/log/supervise | tr '\\n' ' '"), "files"),
      send("web", "x"),
      ...ended("runsv"),
      record(shell("ls web/supervise web/log/supervise | tr '\\n' ' '"), "files left"),
    ],
  },
  {
    id: "files/log-never-started",
    says: "the files of a logger that has not started yet",
    tree: { "web/run": SLEEPER, "web/log/run": script("exec cat"), "web/log/down": "", trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      settle("web"),
      record(listing("web/log/supervise")),
      record(status("web/log")),
    ],
  },
  {
    id: "files/after-exit",
    says: "all files stay when runsv leaves",
    tree: { "web/run": SLEEPER, trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      send("web", "x"),
      ...ended("runsv"),
      record(listing("web")),
      record(stat("web")),
      record(status("web")),
    ],
  },
  {
    id: "files/after-kill",
    says: "if runsv is killed, its service lives on and its files become stale",
    tree: { "web/run": SLEEPER, trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      settle("web"),
      signal("runsv", "SIGKILL"),
      ...ended("runsv"),
      record(stat("web")),
      record(status("web")),
      record(runner("web")),
      run("sv status web"),
    ],
  },
  ...["000", "077"].map((mask): Scenario => ({
    id: `files/umask-${mask}`,
    says: `the modes of the files, and what run inherits, under umask ${mask}`,
    tree: {
      "web/run": script("umask >>$W/trace", "exec sleep 1000"),
      "web/log/run": script("exec cat"),
      trace: "",
    },
    steps: [
      start("runsv", `sh -c 'umask ${mask}; exec runsv web'`),
      until(count("trace"), "1"),
      until(stat("web/log"), "run"),
      settle("web"),
      record(listing("web/supervise")),
      record(listing("web/log/supervise")),
      record(text("trace")),
    ],
  })),
  {
    id: "files/publications",
    says: "the order of writing in a life: pid, stat, status; finish has no pid at first",
    needs: ["strace"],
    tree: { "web/run": TOLD, "web/finish": FINISH, go: FIFO, trace: "" },
    steps: [
      start("runsv", "strace -y -s 64 -o strace.out -e trace=write,rename,renameat,renameat2 runsv web"),
      until(count("trace", "run"), "1"),
      settle("web"),
      send("web", "po"),
      until(runner("web"), "T"),
      send("web", "c"),
      tell("go", "0\n"),
      until(stat("web"), "down"),
      settle("web"),
      record(PUBLICATIONS, "publications"),
    ],
  },
  {
    id: "files/stamp-moves",
    says: "the time stamp moves when run starts, not when a command comes",
    tree: { "web/run": SLEEPER, "web/down": "", trace: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      settle("web"),
      { step: "alter", command: "head -c 12 web/supervise/status >down" },
      send("web", "u"),
      STARTED,
      settle("web"),
      { step: "alter", command: "head -c 12 web/supervise/status >run" },
      send("web", "o"),
      send("web", "p"),
      until(stat("web"), "run, paused, want down"),
      { step: "alter", command: "head -c 12 web/supervise/status >paused" },
      record(shell("cmp -s down run && echo same || echo other"), "down and run"),
      record(shell("cmp -s run paused && echo same || echo other"), "run and paused"),
    ],
  },
  {
    id: "files/pid-is-run",
    says: "pid and status name the process of run, or of finish while finish runs",
    tree: {
      "web/run": script("echo $$ >$W/run.pid", "read code <$W/go"),
      "web/finish": script("echo $$ >$W/finish.pid", "read code <$W/done"),
      go: FIFO,
      done: FIFO,
    },
    steps: [
      runsv("web"),
      until(count("run.pid"), "1"),
      settle("web"),
      record(shell("cmp run.pid web/supervise/pid && echo same"), "pid of run"),
      record(
        shell("[ $(od -An -tu4 -j12 -N4 web/supervise/status) = $(cat run.pid) ] && echo same"),
        "status of run",
      ),
      send("web", "o"),
      tell("go", "\n"),
      until(count("finish.pid"), "1"),
      settle("web"),
      record(shell("cmp finish.pid web/supervise/pid && echo same"), "pid of finish"),
      record(
        shell("[ $(od -An -tu4 -j12 -N4 web/supervise/status) = $(cat finish.pid) ] && echo same"),
        "status of finish",
      ),
    ],
  },
  {
    id: "files/stale-start",
    says: "runsv takes over the files that an earlier runsv left",
    tree: {
      "web/run": SLEEPER,
      "web/supervise/pid": "4194305\n",
      "web/supervise/stat": "finish, want exit\n",
      "web/supervise/status": "short",
      "web/supervise/stat.new": "left over",
      "web/supervise/control": FIFO,
      "web/supervise/ok": FIFO,
      trace: "",
    },
    steps: [runsv("web"), STARTED, ...FILES],
  },

  {
    id: "files/supervise-link-relative",
    says: "supervise may be a link, whose target runsv makes",
    tree: { "web/run": SLEEPER, "web/supervise": link("../state"), trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      settle("web"),
      record(listing("state")),
      record(listing("web")),
      run("sv status web"),
    ],
  },
  {
    id: "files/supervise-link-absolute",
    says: "an absolute link to an existing directory",
    tree: { "web/run": SLEEPER, "state": DIRECTORY, trace: "" },
    steps: [
      { step: "alter", command: 'ln -s "$W/state" web/supervise' },
      runsv("web"),
      STARTED,
      settle("web"),
      record(listing("state")),
      record(shell("stat -c %a state"), "mode of the target"),
    ],
  },
  {
    id: "files/log-supervise-link",
    says: "log/supervise may be a link, relative to log",
    tree: {
      "web/run": SLEEPER,
      "web/log/run": script("exec cat >/dev/null"),
      "web/log/supervise": link("../../state"),
      trace: "",
    },
    steps: [
      runsv("web"),
      STARTED,
      until(stat("web/log"), "run"),
      settle("web"),
      record(listing("state")),
      run("sv status web"),
    ],
  },
  refused("supervise-link-no-parent", "runsv makes one level of directories, not two", {
    "web/supervise": link("../no/state"),
  }),
  refused("supervise-link-long", "a link of 256 bytes is too long", {
    "web/supervise": link(`../${"x".repeat(253)}`),
  }),
  {
    id: "files/supervise-link-255",
    says: "a link of 255 bytes is not too long",
    tree: { "web/run": SLEEPER, "web/supervise": link(`../${"x".repeat(252)}`), trace: "" },
    steps: [runsv("web"), STARTED, settle("web"), record(stat("web"))],
  },
  refused("supervise-file", "supervise is a file", { "web/supervise": "" }),
  refused("control-file", "control is no FIFO", { "web/supervise/control": "" }),
  refused("control-directory", "control is a directory", { "web/supervise/control": DIRECTORY }),
  refused("lock-directory", "lock is a directory", { "web/supervise/lock": DIRECTORY }),
  {
    id: "files/ok-file",
    says: "runsv accepts a plain file called ok",
    tree: { "web/run": SLEEPER, "web/supervise/ok": "", trace: "" },
    steps: [runsv("web"), STARTED, settle("web"), record(listing("web/supervise")), record(job("runsv"))],
  },
  {
    id: "files/directory-renamed",
    says: "runsv stays with a service that is renamed",
    tree: { "web/run": TOLD, "web/finish": FINISH, go: FIFO, trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      settle("web"),
      { step: "alter", command: "mv web moved" },
      send("moved", "o"),
      settle("moved"),
      tell("go", "4\n"),
      until(stat("moved"), "down"),
      record(text("trace")),
      record(textOnce("runsv.err"), "messages"),
    ],
  },
  {
    id: "files/directory-deleted",
    says: "if the service is deleted, runsv says what it cannot write, and still leaves on a command",
    tree: { "web/run": SLEEPER, trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      settle("web"),
      { step: "alter", command: "rm -r web" },
      signal("runsv", "SIGTERM"),
      ...ended("runsv"),
      record(textOnce("runsv.err"), "messages"),
    ],
  },
  {
    id: "files/run-replaced",
    says: "runsv reads run only when it starts",
    tree: { "web/run": TOLD, go: FIFO, trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      put({ "web/run": script("echo replaced >>$W/trace", "exec sleep 1000") }),
      tell("go", "0\n"),
      until(count("trace", "replaced"), "1"),
      record(text("trace")),
    ],
  },
] satisfies readonly (Scenario & { needs?: readonly Need[] })[];

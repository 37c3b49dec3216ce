/** The beginning of runsv: its arguments, its locks, and the state in which run starts. */
import {
  count,
  DIRECTORY,
  ended,
  file,
  job,
  programs,
  put,
  record,
  run,
  runsv,
  type Scenario,
  script,
  send,
  settle,
  shell,
  signal,
  signalSets,
  SLEEPER,
  start,
  stat,
  status,
  text,
  textOnce,
  until,
} from "../scenario.ts";

const STARTED = until(count("trace", "run"), "1");

/** A run that tells about itself before it stays. */
function telling(id: string, says: string, command: string, ...lines: readonly string[]): Scenario {
  return {
    id: `starting/${id}`,
    says,
    tree: { "web/run": script("exec 9>>$W/told", ...lines, "echo done >&9", "exec sleep 1000 9>&-") },
    steps: [start("runsv", command), until(count("told", "done"), "1"), record(text("told"))],
  };
}

/** A command that runsv refuses at once. */
function refused(id: string, says: string, command: string): Scenario {
  return {
    id: `starting/${id}`,
    says,
    tree: { "a-file": "", "web/run": SLEEPER, trace: "" },
    steps: [run(command)],
  };
}

/** One supervisor holds the service, and another wants it. */
function locked(
  id: string,
  says: string,
  holder: string,
  other: string,
  needs: Scenario["needs"] = [],
): Scenario {
  return {
    id: `locks/${id}`,
    says,
    needs,
    tree: { "web/run": SLEEPER, trace: "" },
    steps: [
      start("holder", holder),
      STARTED,
      run(other),
      record(job("holder")),
      record(text("trace")),
    ],
  };
}

/** Scenarios of the start of runsv. */
export const STARTING_SCENARIOS: readonly Scenario[] = [
  refused("no-argument", "no argument is wrong usage", "runsv"),
  refused("two-arguments", "two arguments are wrong usage", "runsv web web"),
  refused("option", "a dash is a directory's name", "runsv -x"),
  refused("no-directory", "a directory that does not exist", "runsv nowhere"),
  refused("no-directory-path", "messages show the name as it was given", "runsv $W/no/where/"),
  refused("is-a-file", "a file is no directory", "runsv a-file"),
  {
    id: "starting/not-allowed",
    says: "a directory that may not be entered",
    needs: ["root", "setpriv"],
    tree: { "web/run": SLEEPER },
    steps: [
      { step: "alter", command: "chmod 700 web" },
      run("setpriv --reuid 65534 --regid 65534 --clear-groups runsv web"),
    ],
  },
  {
    id: "starting/not-writable",
    says: "a directory that may not be written to",
    needs: ["root", "setpriv"],
    tree: { "web/run": SLEEPER },
    steps: [run("setpriv --reuid 65534 --regid 65534 --clear-groups runsv web")],
  },
  telling(
    "surroundings",
    "run has its name, no arguments, the service's directory, runsv's environment and descriptors",
    'env -i W="$W" PATH="$PATH" COLOUR=red "WITH SPACE=a  b" EMPTY= runsv web',
    "echo $0 $# >&9",
    'echo "directory ${PWD#$W}" >&9',
    "readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 >&9",
    "env -u _ -u OLDPWD | grep -v ^PATH= | sort >&9",
  ),
  telling(
    "path",
    "PATH is runsv's",
    "env PATH=/a:/b:$PATH runsv web",
    "echo ${PATH%%:/tmp*} >&9",
  ),
  telling(
    "environment-bytes",
    "a variable that is no text reaches run unchanged",
    `env -i W="$W" PATH="$PATH" B="$(printf 'a\\377\\nb')" runsv web`,
    "tr '\\0' '\\n' </proc/$$/environ | grep -a -A1 ^B= | od -An -c >&9",
  ),
  telling(
    "session",
    "run is in runsv's session and group",
    "runsv web",
    'set -- $(cut -d " " -f 5,6 /proc/$$/stat) $(cut -d " " -f 5,6 /proc/$PPID/stat)',
    '[ "$1 $2" = "$3 $4" ] && echo the same >&9 || echo others >&9',
  ),
  {
    id: "starting/descriptors",
    says: "run has descriptors 0 to 2 and those that runsv was given (7 here), and none of runsv's own",
    // ls opens the directory that it lists, which is one descriptor more.
    tree: { "web/run": "#!/bin/ls /proc/self/fd\n" },
    steps: [
      start("runsv", "sh -c 'exec runsv web 7>seven'"),
      until(count("runsv.out", "./run"), /[1-9]/),
      record(shell("grep -x '[0-9]' runsv.out | sort -u | tr '\\n' ' '"), "descriptors"),
    ],
  },
  telling(
    "limits",
    "run has runsv's limits",
    "sh -c 'ulimit -S -n 200; ulimit -S -c 0; exec runsv web'",
    "ulimit -n >&9",
    "ulimit -c >&9",
  ),
  telling(
    "nice",
    "run has runsv's priority",
    "sh -c 'exec nice -n 3 runsv web'",
    "cut -d ' ' -f 19 /proc/$$/stat >&9",
  ),
  {
    id: "starting/signals",
    says: "run starts with no signal blocked or ignored",
    tree: { "web/run": "#!/bin/cat /proc/self/status\n" },
    steps: [runsv("web"), until(text("runsv.out"), /SigCgt/), record(signalSets("runsv.out"), "signal sets")],
  },
  {
    id: "starting/ignored-signals",
    says: "whether run ignores the signals that runsv was started with ignored (HUP and USR1)",
    tree: { "web/run": "#!/bin/cat /proc/self/status\n" },
    steps: [
      start("runsv", `sh -c 'trap "" HUP USR1; exec runsv web'`),
      until(text("runsv.out"), /SigCgt/),
      record(signalSets("runsv.out"), "signal sets"),
    ],
  },
  {
    id: "starting/name-in-messages",
    says: "messages show the service's name as it was given",
    tree: { "web/other": "" },
    steps: [
      start("runsv", "runsv ./web/"),
      until(count("runsv.err"), /[1-9]/),
      record(textOnce("runsv.err"), "messages"),
    ],
  },
  {
    id: "starting/down-is-looked-at-once",
    says: "down counts only when runsv starts",
    tree: { "web/run": SLEEPER, "web/down": "", trace: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      settle("web"),
      { step: "alter", command: "rm web/down" },
      send("web", "c"),
      settle("web"),
      record(stat("web")),
      record(status("web")),
      record(text("trace")),
    ],
  },
  {
    id: "starting/down-directory",
    says: "down may be a file of any kind",
    tree: { "web/run": SLEEPER, "web/down": DIRECTORY, trace: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      settle("web"),
      record(status("web")),
      record(text("trace")),
    ],
  },
  {
    id: "starting/run-appears",
    says: "a service whose run comes later starts then, without a command",
    tree: { "web/other": "", trace: "" },
    steps: [
      runsv("web"),
      until(count("runsv.err"), /[1-9]/),
      put({ "web/run": SLEEPER }),
      STARTED,
      settle("web"),
      record(stat("web")),
      record(textOnce("runsv.err"), "messages"),
    ],
  },
  {
    id: "starting/run-not-executable",
    says: "runsv tries a run without execute bit again and again, with a message each time",
    tree: { "web/run": file("#!/bin/sh\n", 0o644) },
    steps: [
      runsv("web"),
      until(count("runsv.err"), "2"),
      record(textOnce("runsv.err"), "messages"),
    ],
  },
  {
    id: "starting/again",
    says: "another runsv can take a service once the first has left",
    tree: { "web/run": SLEEPER, trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      send("web", "x"),
      ...ended("runsv"),
      start("again", "runsv web"),
      until(count("trace", "run"), "2"),
      settle("web"),
      record(stat("web")),
      record(text("again.err"), "messages"),
    ],
  },

  locked("same-family", "two runsv on one service", "runsv web", "runsv web"),
  locked("reference-has-it", "runit's runsv has the service", "$REFERENCE/runsv web", "runsv web"),
  locked("reference-wants-it", "runit's runsv wants the service", "runsv web", "$REFERENCE/runsv web"),
  locked("busybox-has-it", "BusyBox's runsv has the service", "$BUSYBOX/runsv web", "runsv web", ["busybox"]),
  locked("busybox-wants-it", "BusyBox's runsv wants the service", "runsv web", "$BUSYBOX/runsv web", [
    "busybox",
  ]),
  locked(
    "daemontools-has-it",
    "daemontools' supervise has the service",
    "$DAEMONTOOLS/supervise web",
    "runsv web",
    [
      "daemontools",
    ],
  ),
  locked(
    "daemontools-wants-it",
    "daemontools' supervise wants the service",
    "runsv web",
    "$DAEMONTOOLS/supervise web",
    [
      "daemontools",
    ],
  ),
  {
    id: "locks/released",
    says: "if runsv is killed, its lock is free, and the next runsv starts a second copy",
    tree: { "web/run": SLEEPER, trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      settle("web"),
      signal("runsv", "SIGKILL"),
      ...ended("runsv"),
      start("next", "runsv web"),
      // A second copy would appear long before.
      record(
        shell(
          "i=0; until [ $(grep -c run trace) = 2 ] || [ $i = 20 ]; do sleep 0.1; i=$((i + 1)); done; sv check ./web",
        ),
        "the next one",
      ),
      settle("web"),
      record(stat("web")),
      record(programs("sleep")),
    ],
  },
  {
    id: "locks/not-inherited",
    says: "run does not inherit the lock",
    tree: { "web/run": SLEEPER, trace: "" },
    steps: [
      runsv("web"),
      STARTED,
      settle("web"),
      record(shell("flock -n web/supervise/lock true"), "while runsv lives"),
      signal("runsv", "SIGKILL"),
      ...ended("runsv"),
      record(shell("flock -n web/supervise/lock true && echo free"), "while run alone lives"),
    ],
  },
  {
    id: "locks/log-waits",
    says: "runsv waits for the lock of log/supervise",
    tree: {
      "web/run": SLEEPER,
      "web/log/run": script("exec cat >/dev/null"),
      "web/log/supervise/lock": "",
      trace: "",
    },
    steps: [
      start(
        "holder",
        "sh -c 'exec 8>>web/log/supervise/lock; flock 8; echo locked >>$W/held; exec sleep 1000'",
      ),
      until(count("held"), "1"),
      runsv("web"),
      until(shell("flock -n web/supervise/lock true || echo taken"), /taken/),
      record(text("trace"), "trace while the lock is held"),
      record(stat("web"), "stat while the lock is held"),
      signal("holder", "SIGKILL"),
      STARTED,
      until(stat("web/log"), "run"),
      until(stat("web"), "run"),
      record(stat("web")),
      record(textOnce("runsv.err"), "messages"),
    ],
  },
];

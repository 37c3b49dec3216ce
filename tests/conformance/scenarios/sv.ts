/** sv: its output, its exit code, the bytes that it sends, and how long it waits. */
import {
  alter,
  count,
  DIRECTORY,
  ended,
  FIFO,
  file,
  FINISH,
  link,
  type Need,
  put,
  record,
  run,
  runsv,
  type Scenario,
  script,
  send,
  settle,
  shell,
  SLEEPER,
  start,
  stat,
  status,
  type Step,
  STUBBORN,
  tell,
  text,
  TOLD_FINISH,
  type Tree,
  until,
} from "../scenario.ts";

const STARTED = until(count("trace", "run"), "1");

/** A service that runs, and commands to it. */
function running(id: string, says: string, tree: Tree, ...steps: readonly Step[]): Scenario {
  return {
    id: `sv/${id}`,
    says,
    tree: { "web/run": SLEEPER, trace: "", ...tree },
    steps: [runsv("web"), STARTED, settle("web"), ...steps],
  };
}

/**
 * Waits until the service is older than a second. runit's sv counts whole seconds, and takes a younger service for
 * restarted.
 */
const AGED = until(shell("sv status web | grep -c ') [1-9]'"), "1");

/** The same for a service that is down. */
const LONG_DOWN = until(shell("sv status web | grep -c ': [1-9]'"), "1");

const LOGGED: Tree = { "web/log/run": script("exec cat >/dev/null") };
const LOGS = until(stat("web/log"), "run");

const DOWN: Tree = { "web/down": "" };
function down(id: string, says: string, tree: Tree, ...steps: readonly Step[]): Scenario {
  return {
    id: `sv/${id}`,
    says,
    tree: { "web/run": SLEEPER, trace: "", ...DOWN, ...tree },
    steps: [runsv("web"), until(stat("web"), "down"), settle("web"), ...steps],
  };
}

const STATUS: readonly Scenario[] = [
  running("status/run", "a service that runs", {}, run("sv status web")),
  running(
    "status/run-log",
    "a service that runs, with its logger",
    LOGGED,
    LOGS,
    run("sv status web"),
    run("sv status web/log"),
  ),
  running(
    "status/names",
    "sv shows names as they were given",
    LOGGED,
    LOGS,
    run("sv status ./web"),
    run("sv status $W/web"),
    run("cd web && sv status ."),
    run("cd web && sv status ./log ../web"),
    run("sv status ./web/log"),
  ),
  running(
    "status/normally-down",
    "a service that is up in spite of its down file",
    {},
    put({ "web/down": "" }),
    run("sv status web"),
  ),
  running(
    "status/paused",
    "a paused service",
    {},
    send("web", "p"),
    until(stat("web"), "run, paused"),
    run("sv status web"),
  ),
  running(
    "status/want-down",
    "a service that got 'o' while it runs",
    {},
    send("web", "o"),
    settle("web"),
    run("sv status web"),
  ),
  running(
    "status/got-term",
    "a service that ignores TERM",
    { "web/run": STUBBORN },
    send("web", "t"),
    settle("web"),
    run("sv status web"),
  ),
  running(
    "status/got-term-want-down",
    "a service that got TERM by 'd' and still runs",
    { "web/run": STUBBORN },
    send("web", "d"),
    settle("web"),
    run("sv status web"),
  ),
  running(
    "status/want-exit",
    "a service that got TERM by 'x' and still runs",
    { "web/run": STUBBORN },
    send("web", "x"),
    settle("web"),
    run("sv status web"),
  ),
  running(
    "status/all-flags",
    "a service with all flags at once",
    { "web/run": STUBBORN },
    put({ "web/down": "" }),
    send("web", "opt"),
    until(stat("web"), "run, paused, got TERM, want down"),
    run("sv status web"),
  ),
  down("status/down", "a service that is down, as its down file says", {}, run("sv status web")),
  down(
    "status/normally-up",
    "a service that is down without a down file",
    {},
    alter("rm web/down"),
    run("sv status web"),
  ),
  down("status/down-log", "a logger without its service", LOGGED, LOGS, run("sv status web")),
  down(
    "status/down-paused",
    "the pause flag of a service that is down is not shown",
    {},
    send("web", "p"),
    settle("web"),
    run("sv status web"),
  ),
  {
    id: "sv/status/want-up",
    says: "a service between two lives",
    tree: { "web/run": script("echo run >>$W/trace"), trace: "" },
    steps: [runsv("web"), STARTED, until(stat("web"), "down"), run("sv status web")],
  },
  running(
    "status/finish",
    "a service whose finish runs",
    { "web/finish": TOLD_FINISH, done: FIFO },
    send("web", "d"),
    until(count("trace", "finish -1 15"), "1"),
    until(stat("web"), "finish, want down"),
    settle("web"),
    run("sv status web"),
    tell("done", "0\n"),
  ),
  running(
    "status/log-states",
    "sv tells the state of the logger in the same words",
    LOGGED,
    LOGS,
    send("web/log", "p"),
    until(stat("web/log"), "run, paused"),
    run("sv status web"),
    send("web/log", "d"),
    until(stat("web/log"), /^down/),
    settle("web"),
    run("sv status web"),
    put({ "web/log/down": "" }),
    run("sv status web"),
  ),
  {
    id: "sv/status/several",
    says: "several services, one line each, in the order asked",
    tree: { "a/run": script("exec sleep 1000"), "b/run": SLEEPER, "b/down": "", trace: "" },
    steps: [
      start("a", "runsv a"),
      start("b", "runsv b"),
      until(stat("a"), "run"),
      until(stat("b"), "down"),
      settle("a"),
      settle("b"),
      run("sv status b a nosuch b"),
      run("sv s a b"),
    ],
  },
  running(
    "status/age",
    "the age is in seconds",
    {},
    until(shell("sv status web | sed 's/.*) //'"), /^(Ns)$/),
    until(shell("sv status web | grep -c ') 2s$'"), /^1/),
    record(stat("web")),
  ),
];

const TROUBLES: readonly Scenario[] = [
  {
    id: "sv/trouble/no-directory",
    says: "a service that does not exist",
    steps: [
      run("sv status nosuch"),
      run("sv up nosuch"),
      run("sv -w 2 start nosuch ./nosuch $W/nosuch"),
      run("sv exit nosuch"),
    ],
  },
  {
    id: "sv/trouble/not-a-directory",
    says: "a file instead of a directory",
    tree: { "a-file": "" },
    steps: [run("sv status a-file"), run("sv up a-file")],
  },
  {
    id: "sv/trouble/never-supervised",
    says: "a directory that was never supervised",
    tree: { "web/run": SLEEPER },
    steps: ["status", "up", "start", "exit", "check"].map((command) => run(`sv ${command} web`)),
  },
  running(
    "trouble/not-running",
    "a service whose runsv has left",
    {},
    send("web", "x"),
    ...ended("runsv"),
    ...[
      "status",
      "up",
      "down",
      "start",
      "stop",
      "restart",
      "check",
      "exit",
      "shutdown",
      "force-shutdown",
      "-v up",
    ]
      .map((command) => run(`sv ${command} web`)),
  ),
  running(
    "trouble/log-not-running",
    "a logger without a supervisor",
    {},
    put({ "web/log/run": SLEEPER }),
    run("sv status web"),
    run("sv status web/log"),
  ),
  running("trouble/log-is-a-file", "a log that is a file", {}, put({ "web/log": "" }), run("sv status web")),
  running(
    "trouble/log-has-left",
    "a logger that was supervised once",
    LOGGED,
    LOGS,
    put({ "web/log/supervise/old": "" }),
    alter("mv web/log web/log.old && mkdir -p web/log/supervise && mkfifo web/log/supervise/ok"),
    run("sv status web"),
  ),
  ...([["short", "123456789012345678"], ["empty", ""]] as const).map(([what, bytes]) =>
    running(
      `trouble/status-${what}`,
      `a status file that is ${what}`,
      {},
      put({ "web/supervise/status": bytes }),
      run("sv status web"),
      run("sv up web"),
    )
  ),
  running(
    "trouble/no-status",
    "no status file",
    {},
    alter("rm web/supervise/status"),
    run("sv status web"),
    run("sv up web"),
  ),
  running(
    "trouble/long-status",
    "a status file with more than 20 bytes",
    {},
    alter("printf more >>web/supervise/status"),
    run("sv status web"),
  ),
  {
    ...running(
      "trouble/not-allowed",
      "a supervise that the user may not enter",
      {},
      run("setpriv --reuid 65534 --regid 65534 --clear-groups sv status web"),
      run("setpriv --reuid 65534 --regid 65534 --clear-groups sv up web"),
      alter("chmod 700 web"),
      run("setpriv --reuid 65534 --regid 65534 --clear-groups sv status web"),
    ),
    needs: ["root", "setpriv"],
  },
  {
    id: "sv/trouble/many",
    says: "the exit code counts the services that failed, up to 99",
    steps: [
      run("sv status a b c >/dev/null"),
      run("sv status $(seq 99) >/dev/null"),
      run("sv status $(seq 120) >/dev/null"),
    ],
  },
  {
    id: "sv/trouble/no-services-directory",
    says: "the services directory does not exist",
    tree: { "web/run": SLEEPER },
    steps: [run("SVDIR=$W/nowhere sv status web"), run("SVDIR=$W/nowhere sv up ./web")],
  },
];

const USAGE: readonly Scenario[] = [
  {
    id: "sv/usage/none",
    says: "the exit code without a command or a service",
    steps: [
      run("sv 2>/dev/null"),
      run("sv status 2>/dev/null"),
      run("sv -v 2>/dev/null"),
      run("sv -w 1 2>/dev/null"),
      run("sv -w 2>/dev/null"),
      run("sv -z status web 2>/dev/null"),
    ],
  },
  {
    id: "sv/usage/words",
    says: "the words that are commands",
    tree: { "web/run": SLEEPER },
    steps: [
      ...[
        "upfoo",
        "startfoo",
        "stat",
        "s",
        "x",
        "exitfoo",
        "downy",
        "1",
        "2",
        "3",
        "rest",
        "rfoo",
        "foo",
        "force-foo",
      ]
        .map((word) => run(`sv ${word} web 2>/dev/null`)),
      ...["b", "l", "m", "n", "v", "z", "U", "S", "R", "''", "restartfoo", "checkfoo", "reloadx"]
        .map((word) => run(`sv ${word} web 2>/dev/null`)),
    ],
  },
  {
    id: "sv/usage/text",
    says: "the usage line",
    steps: [run("sv"), run("sv nonsense web")],
  },
];

/** Commands for a service that is up, each without and with -v. */
const UP_COMMANDS = ["up", "once", "pause", "cont", "hup", "alarm", "interrupt", "quit", "1", "2"];

/** A run that notes its signals and ignores them. */
const CALM = script(
  'for s in HUP INT QUIT ALRM USR1 USR2 TERM; do trap "echo $s >>$W/trace" $s; done',
  "sleep 1000 >/dev/null &",
  "echo run >>$W/trace",
  "while kill -0 $! 2>/dev/null; do wait $!; done",
);

const COMMANDS: readonly Scenario[] = [
  ...UP_COMMANDS.map((command) =>
    running(
      `command/${command}`,
      `'${command}' on a service that is up prints nothing, and with -v the new state`,
      { "web/run": CALM },
      run(`sv ${command} web`),
      settle("web"),
      run(`sv -v ${command} web`),
      settle("web"),
      record(stat("web")),
      record(shell("sort -u trace"), "trace"),
    )
  ),
  running(
    "command/down",
    "'down' prints nothing, and the service ends",
    { "web/finish": FINISH },
    run("sv down web"),
    until(stat("web"), "down"),
    run("sv down web"),
    record(text("trace")),
    record(status("web")),
  ),
  running(
    "command/down-v",
    "'-v down' waits for finish",
    { "web/finish": FINISH },
    run("sv -v down web"),
    record(text("trace")),
  ),
  running(
    "command/exit",
    "'exit' prints nothing, and runsv leaves",
    {},
    run("sv exit web"),
    ...ended("runsv"),
    record(stat("web")),
  ),
  running(
    "command/exit-v",
    "'-v exit' waits until runsv has left",
    {},
    run("sv -v exit web"),
    record(stat("web")),
    ...ended("runsv"),
  ),
  running(
    "command/term",
    "'term' prints nothing",
    {},
    run("sv term web"),
    until(count("trace"), "2"),
    settle("web"),
    record(stat("web")),
  ),
  running(
    "command/kill",
    "'kill' prints nothing",
    { "web/finish": FINISH },
    run("sv kill web"),
    until(count("trace"), "3"),
    record(text("trace")),
  ),
  running(
    "command/stop",
    "'stop' waits for finish",
    { "web/finish": FINISH },
    run("sv stop web"),
    record(text("trace")),
    run("sv stop web"),
  ),
  running(
    "command/start-up",
    "'start' of a service that is up",
    {},
    run("sv start web"),
    record(text("trace")),
  ),
  running(
    "command/reload",
    "'reload' sends HUP",
    { "web/run": CALM },
    run("sv reload web"),
    until(count("trace", "HUP"), "1"),
  ),
  running(
    "command/restart",
    "'restart' ends the service and starts it",
    { "web/finish": FINISH },
    AGED,
    run("sv restart web"),
    until(count("trace"), "3"),
    settle("web"),
    record(text("trace")),
    record(stat("web")),
  ),
  running(
    "command/try-restart",
    "'try-restart' of a service that is up",
    { "web/finish": FINISH },
    AGED,
    run("sv try-restart web"),
    until(count("trace"), "3"),
    settle("web"),
    record(text("trace")),
    record(stat("web")),
  ),
  running(
    "command/shutdown",
    "'shutdown' waits until runsv has left",
    {},
    run("sv shutdown web"),
    record(stat("web")),
    ...ended("runsv"),
  ),
  running("command/check", "'check' of a service that is up", {}, run("sv check web"), record(text("trace"))),
  ...["stop", "reload", "restart", "shutdown"].map((command) =>
    running(
      `command/force-${command}`,
      `'force-${command}' of a service that obeys`,
      { "web/finish": FINISH },
      run(`sv force-${command} web`),
      until(
        { probe: "text", path: "web/supervise/stat", once: false },
        command === "reload" || command === "restart" ? /^run/ : "down",
      ),
    )
  ),
  running(
    "command/log",
    "sv commands a logger by its path",
    LOGGED,
    LOGS,
    run("sv stop web/log"),
    run("sv start web/log"),
    run("sv status web"),
  ),
  running(
    "command/log-exit",
    "a logger does not obey 'exit'",
    LOGGED,
    LOGS,
    run("sv -w 1 exit web/log"),
    record(stat("web/log")),
  ),

  ...["up", "start", "-v up", "once", "-v once"].map((command) =>
    down(
      `command/${command.replace("-v ", "")}-when-down${command.startsWith("-v") ? "-v" : ""}`,
      `'${command}' of a service that is down`,
      {},
      LONG_DOWN,
      run(`sv ${command} web`),
      STARTED,
      settle("web"),
      record(stat("web")),
    )
  ),
  ...[
    "down",
    "stop",
    "-v down",
    "try-restart",
    "check",
    "reload",
    "-v term",
    "-v pause",
    "-v cont",
    "force-stop",
  ].map((command) =>
    down(
      `command/${command.replace("-v ", "")}-when-down${command.startsWith("-v") ? "-v" : ""}`,
      `'${command}' of a service that is down`,
      {},
      run(`sv ${command} web`),
      settle("web"),
      record(stat("web")),
      record(text("trace")),
    )
  ),
  down(
    "command/restart-when-down",
    "'restart' of a service that is down starts it",
    {},
    run("sv restart web"),
    STARTED,
    settle("web"),
    record(stat("web")),
  ),
  {
    id: "sv/command/several",
    says: "sv commands all services first, then waits for them, and prints a line for each",
    tree: {
      "a/run": script("exec sleep 1000"),
      "b/run": script("exec sleep 1000"),
      "c/run": SLEEPER,
      trace: "",
    },
    steps: [
      ...["a", "b"].flatMap((name) => [start(name, `runsv ${name}`), until(stat(name), "run"), settle(name)]),
      run("sv stop a b c | sort"),
      run("sv start a b | sort"),
    ],
  },
];

/** sv on a service that does not obey: about how long sv takes, and its message. */
const WAITING: readonly Scenario[] = [
  running(
    "wait/timeout",
    "-w sets how long sv waits",
    { "web/run": STUBBORN },
    run("sv -w 1 stop web", 0, 1.5, 4, 7),
  ),
  running(
    "wait/variable",
    "SVWAIT sets how long sv waits",
    { "web/run": STUBBORN },
    run("SVWAIT=1 sv stop web", 0, 1.5, 4, 7),
  ),
  running(
    "wait/option-beats-variable",
    "-w overrides SVWAIT",
    { "web/run": STUBBORN },
    run("SVWAIT=10 sv -w 1 stop web", 0, 1.5, 4, 7),
  ),
  running(
    "wait/default",
    "by default sv waits seven seconds",
    { "web/run": STUBBORN },
    run("sv stop web", 0, 1.5, 4, 7.4, 11),
  ),
  running(
    "wait/option-is-v",
    "-w implies -v",
    { "web/run": CALM },
    run("sv -w 3 up web"),
    run("sv -w 3 hup web"),
  ),
  running(
    "wait/no-number",
    "a word that is no number counts as 0",
    { "web/run": STUBBORN },
    run("sv -w x stop web", 0.5, 4, 7),
  ),
  running(
    "wait/number-prefix",
    "a word that begins with a number counts as that number",
    { "web/run": STUBBORN },
    run("SVWAIT=1x sv stop web", 0, 1.5, 4, 7),
  ),
  running(
    "wait/exit",
    "'shutdown' of a service that ignores TERM",
    { "web/run": STUBBORN },
    run("sv -w 1 shutdown web"),
    record(stat("web")),
  ),
  running(
    "wait/finish",
    "'stop' waits for finish",
    { "web/finish": TOLD_FINISH, done: FIFO },
    run("sv -w 1 stop web"),
    tell("done", "0\n"),
    until(stat("web"), "down"),
    run("sv -w 1 stop web"),
  ),
  running(
    "wait/force-stop",
    "'force-stop' kills a service that is late",
    { "web/run": STUBBORN, "web/finish": FINISH },
    run("sv -w 1 force-stop web"),
    until(stat("web"), "down"),
    record(text("trace")),
  ),
  running(
    "wait/force-restart",
    "'force-restart' kills a service that is late, and it starts again",
    { "web/run": STUBBORN, "web/finish": FINISH },
    AGED,
    run("sv -w 1 force-restart web"),
    until(count("trace", "run"), "2"),
    record(text("trace")),
  ),
  running(
    "wait/force-reload",
    "'force-reload' kills a service that is late",
    { "web/run": STUBBORN, "web/finish": FINISH },
    AGED,
    run("sv -w 1 force-reload web"),
    until(count("trace", "run"), "2"),
    record(text("trace")),
  ),
  running(
    "wait/force-shutdown",
    "'force-shutdown' kills a service that is late, and runsv leaves after it",
    { "web/run": STUBBORN, "web/finish": FINISH },
    run("sv -w 1 force-shutdown web"),
    ...ended("runsv"),
    record(text("trace")),
    record(stat("web")),
  ),
  running(
    "wait/start-on-its-way-down",
    "'start' of a service that got TERM and still runs",
    { "web/run": STUBBORN },
    send("web", "d"),
    settle("web"),
    // Whether 'u' has been taken when sv reads the state is chance.
    run("sv -w 1 start web >said; code=$?; sed 's/, want down//' said; exit $code"),
  ),
  running(
    "wait/slash",
    "a name that ends in a slash is in the current directory, for commands and for waiting",
    { "here/web/run": "" },
    alter("mkdir other"),
    run("SVDIR=$W/other sv -w 1 stop web/"),
    until(stat("web"), "down"),
    settle("web"),
    run("SVDIR=$W/other sv -w 1 status web/"),
  ),
  running(
    "wait/dot",
    "a name that begins with a dot or a slash is a path",
    {},
    run("SVDIR=$W/other sv -w 3 stop ./web"),
    run("SVDIR=$W/other sv -w 3 start $W/web"),
    run("cd web && SVDIR=$W/other sv -w 3 stop ."),
  ),
];

function checked(id: string, says: string, check: string | Tree[string], ...more: readonly Step[]): Scenario {
  return down(
    `check/${id}`,
    says,
    { "web/check": check },
    run("sv -w 1 start web"),
    until(stat("web"), "run"),
    ...more,
  );
}

const CHECKS: readonly Scenario[] = [
  checked("succeeds", "a check that succeeds", script("exit 0"), run("sv check web")),
  checked("fails", "a check that fails", script("exit 1"), run("sv -w 1 check web")),
  down(
    "check/prints",
    "a check that prints",
    { "web/check": script("echo printed") },
    // How often sv runs the check within the second is chance.
    run("sv -w 1 start web 2>said; code=$?; uniq said; exit $code"),
  ),
  checked("complains", "a check that complains", script("echo complained >&2")),
  checked(
    "ignores-output",
    "a check that succeeds although it cannot print",
    script("echo printed 2>/dev/null", "exit 0"),
  ),
  checked("not-executable", "a check that cannot be run", file("#!/bin/sh\n", 0o644)),
  checked("no-interpreter", "a check without interpreter", "#!/no/such/interpreter\n"),
  checked("killed", "a check that is killed", script("kill -KILL $$")),
  checked("directory", "a check that is a directory", DIRECTORY),
  checked("dangling", "a check that is a link to nothing", link("nowhere")),
  checked(
    "surroundings",
    "a check has its name, no arguments and the service's directory",
    script('echo "$0 $# ${PWD#$W}" >>$W/told'),
    record(shell("sort -u told"), "told"),
  ),
  down(
    "check/later",
    "sv runs a check until it succeeds",
    { "web/check": script("echo asked >>$W/asked", "[ $(grep -c . $W/asked) -ge 3 ]") },
    run("sv start web"),
    record(shell("[ $(grep -c . asked) -ge 3 ] && echo often enough"), "asked"),
  ),
  down(
    "check/when-down",
    "sv runs no check of a service that is down",
    { "web/check": script("exit 1") },
    run("sv check web"),
    run("sv stop web"),
  ),
  running("check/stop", "'stop' runs no check", { "web/check": script("exit 1") }, run("sv stop web")),
  running(
    "check/restart",
    "'restart' runs the check",
    { "web/check": script("exit 1") },
    AGED,
    run("sv -w 3 restart web"),
    until(count("trace", "run"), "2"),
  ),
  running("check/up-v", "'-v up' runs the check", { "web/check": script("exit 1") }, run("sv -w 1 up web")),
  running("check/status", "'status' runs no check", { "web/check": script("exit 1") }, run("sv status web")),
];

/** Prints the 20 bytes of a status file: of the year 2023 or 2100, with the pid of init, not paused. */
function statusOf(want: "u" | "d", term: 0 | 1, phase: 0 | 1 | 2, year: 2023 | 2100 = 2023): string {
  const seconds = year === 2023 ? "\\145\\000\\000\\000" : "\\364\\206\\127\\000";
  const pid = phase === 0 ? "\\000\\000\\000\\000" : "\\001\\000\\000\\000";
  return `printf '\\100\\000\\000\\000${seconds}\\000\\000\\000\\000${pid}\\000${want}\\00${term}\\00${phase}'`;
}

/** Only the scenario listens here, so the file `sent` has everything that sv writes. */
function listener(id: string, says: string, status: string, sv: string, words: string): Scenario {
  return {
    id: `sv/sends/${id}`,
    says,
    tree: { "web/supervise/control": FIFO, "web/supervise/ok": FIFO, sent: "" },
    steps: [
      alter(`${status} >web/supervise/status`),
      start("listener", "sh -c 'exec 3<>web/supervise/ok; exec cat <>web/supervise/control >sent'"),
      until(shell("sv status web"), /^(run|down|finish): web/),
      run(`for word in ${words}; do ${sv} $word web >/dev/null; echo $word $?; done`),
      run("printf . >web/supervise/control"),
      until(shell("tail -c 1 sent"), "."),
      record(text("sent"), "what was sent"),
    ],
  };
}

/** A status that is younger than the command and never changes: nothing has been done. */
function young(id: string, says: string, status: string, command: string): Scenario {
  return {
    id: `sv/young/${id}`,
    says,
    tree: { "web/supervise/control": FIFO, "web/supervise/ok": FIFO },
    steps: [
      alter(`${status} >web/supervise/status`),
      start("listener", "sh -c 'exec 3<>web/supervise/ok; exec cat <>web/supervise/control'"),
      until(shell("sv status web"), /^(run|down): web/),
      run(command),
    ],
  };
}

const YOUNG: readonly Scenario[] = [
  young(
    "restart",
    "'restart' of a service that has just started",
    statusOf("u", 0, 1, 2100),
    "sv -w 1 restart web",
  ),
  young("term", "'term' to a service that has just started", statusOf("u", 0, 1, 2100), "sv -w 1 term web"),
  young(
    "once",
    "'once' for a service that has just gone down",
    statusOf("d", 0, 0, 2100),
    "sv -w 1 once web",
  ),
];

/** Commands that send their bytes at once and do not wait. */
const SHORT = "up down once pause cont hup alarm interrupt quit 1 2 term kill exit";
const LONG = "start stop restart reload try-restart shutdown check";

const SENDS: readonly Scenario[] = [
  listener("up", "the bytes that sv sends to a service that is up", statusOf("u", 0, 1), "sv", SHORT),
  listener("down", "the bytes that sv sends to a service that is down", statusOf("d", 0, 0), "sv", SHORT),
  listener("going", "the bytes that sv sends to a service that got TERM", statusOf("d", 1, 1), "sv", SHORT),
  listener("finishing", "the bytes that sv sends while finish runs", statusOf("u", 0, 2), "sv", SHORT),
  listener(
    "long-up",
    "the bytes that waiting commands send to a service that is up",
    statusOf("u", 0, 1),
    "sv -w 0",
    LONG,
  ),
  listener(
    "long-down",
    "the bytes that waiting commands send to a service that is down",
    statusOf("d", 0, 0),
    "sv -w 0",
    LONG,
  ),
  listener(
    "force",
    "the bytes of the commands that kill in the end",
    statusOf("u", 0, 1),
    "sv -w 0",
    "force-stop force-shutdown force-restart force-reload",
  ),
];

function lsb(id: string, says: string, tree: Tree, ...steps: readonly Step[]): Scenario {
  return running(
    `init-script/${id}`,
    says,
    tree,
    alter("mkdir init.d; ln -s $APPLETS/sv init.d/web"),
    ...steps,
  );
}

const INIT_SCRIPTS: readonly Scenario[] = [
  lsb("status-up", "status of a service that is up: 0", {}, run("init.d/web status")),
  lsb("status-down", "status of a service that is down: 3", {}, run("sv stop web"), run("init.d/web status")),
  lsb(
    "status-down-log",
    "status of a service that is down while its logger runs",
    LOGGED,
    LOGS,
    run("sv stop web"),
    run("init.d/web status"),
  ),
  lsb(
    "status-unknown",
    "status of a service that does not exist: 4",
    {},
    alter("mv init.d/web init.d/nosuch"),
    run("init.d/nosuch status"),
  ),
  lsb(
    "not-running",
    "a service whose runsv has left",
    {},
    send("web", "x"),
    ...ended("runsv"),
    ...["status", "start", "stop", "restart", "exit"].map((command) => run(`init.d/web ${command}`)),
  ),
  lsb(
    "start-stop",
    "start and stop",
    {},
    run("init.d/web stop"),
    run("init.d/web start"),
    run("init.d/web restart >/dev/null"),
  ),
  lsb(
    "other-words",
    "reload and check",
    { "web/run": CALM },
    run("init.d/web reload"),
    run("init.d/web check"),
  ),
  lsb("timeout", "a service that does not obey: 1", { "web/run": STUBBORN }, run("init.d/web -w 1 stop")),
  lsb(
    "usage",
    "wrong usage: 2",
    {},
    run("init.d/web 2>/dev/null"),
    run("init.d/web nonsense 2>/dev/null"),
    run("init.d/web startfoo 2>/dev/null"),
    run("init.d/web -z status 2>/dev/null"),
  ),
  lsb("further-arguments", "further arguments are ignored", {}, run("init.d/web status other things")),
];

/** Scenarios of sv. */
export const SV_SCENARIOS: readonly Scenario[] = [
  ...WAITING,
  ...CHECKS,
  ...COMMANDS,
  ...SENDS,
  ...YOUNG,
  ...STATUS,
  ...TROUBLES,
  ...USAGE,
  ...INIT_SCRIPTS,
  {
    ...running(
      "svdir/unset",
      "without SVDIR sv looks for a bare name in the system's directory",
      {},
      run("env -u SVDIR sv status no-such-service-here"),
    ),
  },
  running("svdir/empty", "an empty SVDIR", {}, run("SVDIR= sv status no-such-service-here")),
] satisfies readonly (Scenario & { needs?: readonly Need[] })[];

/**
 * Every deliberate difference from runit. Recordings may disagree only in the entries that this table names.
 *
 * A row makes two claims, and names the scenarios that check them: there the reference must show `runit`, word for
 * word, and the target must show `denit`. If a row stops being true on either side, the suite fails.
 */

/** A deliberate difference, for users and for the suite. */
export interface Difference {
  readonly id: string;
  /** Phrases for users: the behaviour of runit's programs, that of denit's, and the reason for the difference. */
  readonly runit: string;
  readonly denit: string;
  readonly why: string;
  readonly shown: readonly Shown[];
}

/** An entry of a recording that differs between the two sides. */
export interface Shown {
  readonly scenario: string;
  readonly entry: string;
  readonly runit: string;
  readonly denit: string;
}

function shown(scenario: string, entry: string, runit: readonly string[], denit: readonly string[]): Shown {
  return { scenario, entry, runit: runit.join("\n"), denit: denit.join("\n") };
}

const TIMEOUT = ["timeout: run: web: (pid N) Ns, normally down", "exit 1"];
const OK = ["ok: run: web: (pid N) Ns, normally down", "exit 0"];
const DENIED = "stderr: warning: unable to run web/check: access denied";
const NO_FILE = "stderr: warning: unable to run web/check: file does not exist";
const RUNSVDIR_USAGE = "usage: runsvdir [-P] dir";
const CHPST_USAGE =
  "stderr: usage: chpst [-vVP012] [-u user[:group]] [-U user[:group]] [-b argv0] [-e dir] [-/ root] [-n nice] " +
  "[-l|-L lock] [-m n] [-d n] [-o n] [-p n] [-f n] [-c n] [-t n] prog";
const SVLOGD_USAGE = "usage: svlogd [-ttv] [-r c] [-R abc] [-l len] [-b buflen] dir ...";
const STAYS = (command: string) =>
  `$ timeout 1 ${command} 2>refusal; [ $? = 124 ] && echo stays || { echo leaves; cat refusal; }`;

/** A log directory with nothing but `current` and the lock. */
function left(text: string, mode = "744"): readonly string[] {
  return [`current ${mode} "${text}"`, 'lock 600 ""'];
}

/**
 * The five lines that scenarios about selection feed to svlogd, and svlogd's warning for each that it cannot send.
 */
const LINES = ["alpha one", "beta two", "gamma three", "", "alpha: four"];
const FIVE = LINES.map((line) => `${line}\\n`).join("");
const UNSENT = (written: boolean) =>
  LINES.map((line) => `warning: failure sending through udp: ${line}\\n${written ? `${line}\\n` : ""}`).join(
    "",
  );

/** The files beside the result when a processor has succeeded. */
const EMPTIED = ['current 744 ""', 'lock 600 ""', 'state 644 ""'];
/** The hundred lines that a processor gets, in the short form that recordings show of a long file. */
const HUNDRED =
  '"line 0001\\nline 0002\\nline 0003\\nline 0004\\nline 0005\\nline 0006\\n" … 1000 bytes, sum dc10677c … ' +
  '"line 0095\\nline 0096\\nline 0097\\nline 0098\\nline 0099\\nline 0100\\n"';
const PROCESSED = ['@0.s 744 "ONE\\n"', ...EMPTIED];

/** The messages of `svlogd -v` from start to end. */
const OPENED = ["read: log/config", "new: log/current", "close: log"].map(info).concat("exit 0");
const BEFORE_HUP = [
  ...["read: log/config", "new: log/current"].map(info),
  "one",
  ...["close: log", "append: log/current"].map(info),
];
const AFTER_HUP = [info("close: log"), "exit 0"];
const HUP_AT_WORK = [
  ...[
    "read: log/config",
    "new: log/current",
    "rename: log/current @LABEL.u 4",
    "processing: log/@LABEL.u",
    "close: log",
    "read: log/config",
    "append: log/current",
    "processed: log/@LABEL.s",
    "close: log",
  ].map(info),
  "exit 0",
];

function info(text: string): string {
  return `svlogd: info: ${text}`;
}

function statusOf(rest: string): string {
  return `since now, nanoseconds, ${rest}`;
}

/** All deliberate differences from runit. */
export const DIFFERENCES: readonly Difference[] = [
  // Supervision

  {
    id: "kill-keeps-the-service",
    runit:
      "after 'k', runsv forgets the process before it has ended: finish runs twice, a second copy starts, or runsv leaves too soon",
    denit: "the service keeps its state until its process has ended; then finish runs once",
    why: "supervision exists to prevent a second copy of a daemon and a skipped clean-up",
    shown: [
      shown("bytes/finish/k", "trace", ["run", "finish 0 0", "finished", "finish 0 0"], [
        "run",
        "finish 0 0",
        "finished",
      ]),
      shown("leaving/kill-and-up-in-one-write", "trace", ["run", "run"], ["run", "finish -1 9", "run"]),
      shown("leaving/exit-then-kill", "trace", ["run"], ["run", "finish -1 9"]),
      shown("leaving/exit-then-kill", "stat web", ["run, got TERM, want exit"], ["down"]),
      shown(
        "leaving/exit-then-kill",
        "status web",
        [statusOf("pid, paused 0, want d, term 1, run")],
        [statusOf("no pid, paused 0, want d, term 0, down")],
      ),
      shown("sv/wait/force-shutdown", "trace", ["run"], ["run", "finish -1 9"]),
      shown("sv/wait/force-shutdown", "stat web", ["run, got TERM, want exit"], ["down"]),
    ],
  },
  {
    id: "kill-hook-handled",
    runit: "if control/k handles 'k', the process lives on, and runsv takes it for gone",
    denit: "the process stays under control: it still gets signals, and 'd' ends it",
    why: "the same fault as above",
    shown: [
      shown("hooks/k/exit-0", "trace", ["ready", "hook k"], ["ready", "hook k", "USR1", "TERM"]),
      shown(
        "hooks/k/exit-0",
        "status web",
        [statusOf("pid, paused 0, want d, term 0, down")],
        [statusOf("no pid, paused 0, want d, term 0, down")],
      ),
      shown("hooks/k/exit-0", "runner web", ["S"], ["gone"]),
    ],
  },
  {
    id: "hook-killed",
    runit: "if a signal kills a hook, the hook counts as successful, and the service gets no signal",
    denit: "the hook has not handled the command: the service gets its signal",
    why: "a hook that crashed has done nothing",
    shown: [
      shown("hooks/h/killed", "trace", ["ready", "hook h", "CONT"], ["ready", "hook h", "HUP", "CONT"]),
      shown("hooks/t/killed", "trace", ["hook t", "USR1", "ready"], ["hook t", "TERM", "USR1", "ready"]),
      shown("hooks/t/killed", "stat web", ["run"], ["run, got TERM"]),
      shown(
        "hooks/t/killed",
        "status web",
        [statusOf("pid, paused 0, want u, term 0, run")],
        [statusOf("pid, paused 0, want u, term 1, run")],
      ),
      shown("hooks/p/killed", "runner web", ["S"], ["T"]),
    ],
  },
  {
    id: "hook-mask",
    runit: "hooks start with CHLD and TERM blocked",
    denit: "hooks start with no signal blocked",
    why: "a hook that runs programs needs both signals",
    shown: [
      shown("hooks/signal-mask", "signal sets", ["SigBlk: 14000", "SigIgn: 0"], ["SigBlk: 0", "SigIgn: 0"]),
    ],
  },
  {
    id: "hook-name-in-message",
    runit: "if a hook cannot be run, the message names control/?",
    denit: "the message names the hook",
    why: "the reader wants to know which hook failed",
    shown: [
      shown(
        "hooks/h/no-interpreter",
        "messages",
        ["runsv web: fatal: unable to run control/?: file does not exist"],
        ["runsv web: fatal: unable to run control/h: file does not exist"],
      ),
      shown(
        "hooks/h/directory",
        "messages",
        ["runsv web: fatal: unable to run control/?: access denied"],
        ["runsv web: fatal: unable to run control/h: access denied"],
      ),
    ],
  },
  {
    id: "default-signals",
    runit: "signals that runsv was told to ignore stay ignored in its services",
    denit: "services start with every signal at its default",
    why: "whether a service hears a signal must not depend on who started its supervisor",
    shown: [
      shown("starting/ignored-signals", "signal sets", ["SigBlk: 0", "SigIgn: 201"], [
        "SigBlk: 0",
        "SigIgn: 0",
      ]),
      shown("svlogd/processor/ignored-signals", "log log", ['@0.s 744 "1\\n"', ...EMPTIED], [
        '@0.s 744 "0\\n"',
        ...EMPTIED,
      ]),
    ],
  },
  {
    id: "heard-during-the-pause",
    runit:
      "during the one-second pause after a short life, runsv reads no command; 'x' waits for the end of the pause",
    denit: "denit reads and obeys commands at once; only a start waits",
    why: "one process has many services, and the pause of one must not hold up another",
    shown: [
      shown("pacing/heard-meanwhile", "d is read after", ["about 1 s"], ["about 0 s"]),
      shown("pacing/exit-meanwhile", "x is read after", ["about 1 s"], ["about 0 s"]),
    ],
  },
  {
    id: "up-after-pipe-closed",
    runit: "'u' while the logger drains starts run again and again, without its output",
    denit: "denit refuses 'u' with a warning",
    why: "the pipe is closed and cannot be opened again",
    shown: [
      shown(
        "log/up-after-pipe-closed",
        "messages",
        ["runsv web: fatal: unable to setup filedescriptor for ./run: file descriptor not open"],
        ["runsv web: warning: unable to start ./run: log service is closing"],
      ),
    ],
  },
  {
    id: "config-without-run",
    runit: "a log that has a config and no run cannot be started; when the pipe is full, its service waits",
    denit: "one logger for all such services writes log/main by the rules of log/config",
    why: "a logger for each service is most of what a logged service costs",
    shown: [
      shown("log/config-without-run", "what is logged", ["no log"], ["printed"]),
      shown(
        "log/config-without-run",
        "messages",
        ["runsv web: fatal: unable to start log/./run: file does not exist"],
        [],
      ),
    ],
  },
  {
    id: "signals-to-runsv",
    runit: "HUP, INT and QUIT end runsv and leave its service behind; so do USR1, USR2 and ALRM",
    denit: "HUP, INT and QUIT act as TERM: runsv leaves after its service; the other signals do not end it",
    why: "no key on a terminal should make orphans",
    shown: [
      ...["HUP", "INT", "QUIT"].flatMap((name) => [
        shown(`leaving/${name.toLowerCase()}`, "job runsv", [`signal ${name}`], ["exit 0"]),
        shown(`leaving/${name.toLowerCase()}`, "runner web", ["S"], ["gone"]),
      ]),
      ...["USR1", "USR2", "ALRM"].map((name) =>
        shown(`leaving/${name.toLowerCase()}`, "job runsv", [`signal ${name}`], ["running"])
      ),
    ],
  },

  {
    id: "one-trouble-one-line",
    runit: "runsv prints a warning for every status file that it cannot write",
    denit: "denit prints the first warning, then none until the trouble is over or changes",
    why: "a full or read-only disk must not fill the log with warnings about itself",
    shown: [
      shown(
        "files/directory-deleted",
        "messages",
        ["stat", "pid"].map((name) =>
          `runsv web: warning: unable to open supervise/${name}.new: file does not exist`
        ),
        ["runsv web: warning: unable to open supervise/stat.new: file does not exist"],
      ),
    ],
  },

  // Death

  {
    id: "adoption",
    runit: "if a runsv is killed, the next one starts a second copy of the service",
    denit: "the next one goes on with the process that runs",
    why: "the death of a supervisor must not disturb its services",
    shown: [shown("locks/released", "programs sleep", ["sleep 2"], ["sleep 1"])],
  },
  {
    id: "files-for-the-next",
    runit: "supervise has six files",
    denit:
      "while the service is supervised, supervise also has `process`, and that of a log has `pipe`; runit's programs do not look at them",
    why: "the next supervisor finds the process and the log pipe again",
    shown: [
      shown(
        "files/added",
        "files",
        [
          "web/log/supervise: control lock ok pid stat status  web/supervise: control lock ok pid stat status",
        ],
        [
          "web/log/supervise: control lock ok pid pipe process stat status  web/supervise: control lock ok pid process " +
          "stat status",
        ],
      ),
      shown("log/pipe", "descriptors of run", ["/dev/null", "pipe:[", "$W/runsv.err"], [
        "/dev/null",
        "$W/web/log/supervise/pipe",
        "$W/runsv.err",
      ]),
      shown("log/pipe", "descriptors of log/run", ["pipe:[", "$W/runsv.out", "$W/runsv.err"], [
        "$W/web/log/supervise/pipe",
        "$W/runsv.out",
        "$W/runsv.err",
      ]),
    ],
  },

  // A directory of services

  {
    id: "one-process",
    runit: "runsvdir starts a runsv for each service",
    denit: "runsvdir supervises all services itself",
    why: "one process instead of thousands",
    shown: [
      shown(
        "runsvdir/processes",
        "programs runsvdir runsv sleep",
        ["runsvdir 1, runsv 3, sleep 3"],
        ["runsvdir 1, runsv 0, sleep 3"],
      ),
    ],
  },
  {
    id: "term-leaves-no-supervisor",
    runit: "after TERM to runsvdir, each service still has its runsv",
    denit: "after TERM to runsvdir, the services run unsupervised until the next runsvdir adopts them",
    why: "there is no runsv that could stay; to stop the services as well, send HUP",
    shown: [
      shown(
        "runsvdir/term",
        "$ SVDIR=$W/services sv status a",
        ["run: a: (pid N) Ns", "exit 0"],
        ["fail: a: runsv not running", "exit 1"],
      ),
    ],
  },
  {
    id: "hup-waits",
    runit: "on HUP runsvdir leaves at once, while its services are still stopping",
    denit: "runsvdir leaves when all services are down",
    why: "a program that waits for runsvdir wants to know that the services are down",
    shown: [shown("runsvdir/hup-waits", "runsvdir meanwhile", ["exit 111"], ["running"])],
  },
  {
    id: "no-forced-rescan",
    runit: "after ALRM Debian's runsvdir leaves a file .forced-rescan",
    denit: "denit writes nothing into the services directory",
    why: "the directory may be read-only, and denit sees changes by itself",
    shown: [shown("runsvdir/alarm", "services", [".forced-rescan", "a", "b"], ["a", "b"])],
  },
  {
    id: "runsvdir-arguments",
    runit: "runsvdir takes an unknown option for the directory, and ignores an argument too many",
    denit: "both are wrong usage",
    why: "with a mistyped option runsvdir would supervise nothing, for ever",
    shown: [
      shown("runsvdir/unknown-option", STAYS("runsvdir -x services"), ["stays", "exit 0"], [
        "leaves",
        RUNSVDIR_USAGE,
        "",
        "exit 0",
      ]),
      shown("runsvdir/too-many-arguments", STAYS("runsvdir services 'log: ...........' more"), [
        "stays",
        "exit 0",
      ], [
        "leaves",
        RUNSVDIR_USAGE,
        "",
        "exit 0",
      ]),
    ],
  },

  // sv

  {
    id: "start-on-its-way-down",
    runit: "if a service has got TERM and still runs, 'start' is done at once",
    denit: "'start' is done when there is a process that will stay",
    why: "the process that sv reports is about to end",
    shown: [
      shown(
        "sv/wait/start-on-its-way-down",
        "$ sv -w 1 start web >said; code=$?; sed 's/, want down//' said; exit $code",
        ["ok: run: web: (pid N) Ns, got TERM", "exit 0"],
        ["timeout: run: web: (pid N) Ns, got TERM", "exit 1"],
      ),
    ],
  },
  {
    id: "young-services",
    runit:
      "if a service was started in this second, it counts as restarted; if it went down in this second, it counts as run once",
    denit: "sv waits for another process, or for a time stamp that is newer than when sv began",
    why: "'ok' must mean that the command was carried out",
    shown: [
      ...["restart", "term"].map((command) =>
        shown(`sv/young/${command}`, `$ sv -w 1 ${command} web`, ["ok: run: web: (pid N) Ns", "exit 0"], [
          "timeout: run: web: (pid N) Ns",
          "exit 1",
        ])
      ),
      shown("sv/young/once", "$ sv -w 1 once web", ["ok: down: web: Ns, normally up", "exit 0"], [
        "timeout: down: web: Ns, normally up",
        "exit 1",
      ]),
    ],
  },
  {
    id: "trailing-slash",
    runit: "if a name ends with /, sv sends to the current directory, and waits for the services directory",
    denit: "both are the same directory",
    why: "the command worked and was reported as failed",
    shown: [
      shown(
        "sv/wait/slash",
        "$ SVDIR=$W/other sv -w 1 stop web/",
        ["fail: web/: unable to change to service directory: file does not exist", "exit 1"],
        ["ok: down: web/: Ns, normally up", "exit 0"],
      ),
    ],
  },
  {
    id: "check-output",
    runit: "check runs with its standard output closed, so a check that prints fails",
    denit: "the output of check goes to /dev/null",
    why: "printing is no failure",
    shown: [
      shown(
        "sv/check/prints",
        "$ sv -w 1 start web 2>said; code=$?; uniq said; exit $code",
        ["timeout: run: web: (pid N) Ns, normally down", "check: 2: echo: echo: I/O error", "exit 1"],
        OK,
      ),
    ],
  },
  {
    id: "check-unusable",
    runit: "if check cannot be run, or is killed, it counts as successful",
    denit: "it has failed",
    why: "nothing has shown that the service is well",
    shown: [
      shown("sv/check/killed", "$ sv -w 1 start web", OK, TIMEOUT),
      ...[["not-executable", DENIED], ["directory", DENIED], ["no-interpreter", NO_FILE]].map((
        [id, warning = ""],
      ) =>
        shown(`sv/check/${id}`, "$ sv -w 1 start web", [OK[0] ?? "", warning, "exit 0"], [
          TIMEOUT[0] ?? "",
          warning,
          "exit 1",
        ])
      ),
    ],
  },
  {
    id: "unsupervised-log",
    runit: "if a logger has no supervisor, sv prints the state of the service a second time, as the logger's",
    denit: "sv prints only the warning",
    why: "that state is not the logger's",
    shown: [
      shown(
        "sv/trouble/log-not-running",
        "$ sv status web",
        [
          "run: web: (pid N) Ns; warning: web/log: unable to open supervise/ok: file does not exist",
          "run: log: (pid N) Ns",
          "exit 1",
        ],
        [
          "run: web: (pid N) Ns; warning: web/log: unable to open supervise/ok: file does not exist",
          "exit 1",
        ],
      ),
    ],
  },
  {
    id: "init-script-status",
    runit: "the exit code of an init script's status is the logger's",
    denit: "the exit code is the service's",
    why: "a service that is down is down, whether or not its logger runs",
    shown: [
      shown(
        "sv/init-script/status-down-log",
        "$ init.d/web status",
        ["down: web: Ns, normally up; run: log: (pid N) Ns", "exit 0"],
        ["down: web: Ns, normally up; run: log: (pid N) Ns", "exit 3"],
      ),
    ],
  },

  // svc and svlogd

  {
    id: "svc-exit-codes",
    runit: "daemontools' svc exits 0 if no service was told, and if there is nothing to tell",
    denit: "svc exits 1 if a service was not told, and 100 if no letter or no directory is given",
    why: "a script can see that nothing has happened",
    shown: [
      ...["$ svc -- web 2>/dev/null", "$ svc web 2>/dev/null"].map((entry) =>
        shown("svc/order", entry, ["exit 0"], ["exit 100"])
      ),
      shown("svc/usage", "$ svc 2>/dev/null", ["exit 0"], ["exit 100"]),
      shown("svc/nobody", "$ svc -u nosuch web 2>/dev/null", ["exit 0"], ["exit 1"]),
      shown("svc/nobody", "$ svc -u web 2>/dev/null", ["exit 0"], ["exit 1"]),
    ],
  },
  {
    id: "last-line-without-end",
    runit: "if the last line has no newline, svlogd drops it",
    denit: "svlogd writes the line, with a newline",
    why: "the last words of a program are the ones that matter",
    shown: [
      shown("svlogd/last-line", "log/current", ["one"], ["one", "two"]),
      shown("svlogd/line/only-without-end", "log log", left(""), left("one\\n")),
      shown("svlogd/line/last-to-stderr", "log log", left("one\\n"), left("one\\ntwo\\n")),
      shown("svlogd/line/last-to-stderr", "$ ./play", ["exit 0"], ["two", "exit 0"]),
      shown("svlogd/signal/term-in-a-line", "log log", left("one\\n"), left("one\\ntw\\n")),
    ],
  },
  {
    id: "svlogd-standard-input",
    runit:
      "svlogd leaves its standard input non-blocking; if standard input is closed, it reads its log directory instead",
    denit: "standard input stays as it was; if it is closed, svlogd exits",
    why: "other processes may share the open file, and do not expect the change",
    shown: [
      shown("svlogd/signal/stdin", "$ ./play", ["04000", "exit 0"], ["00", "exit 0"]),
      shown("svlogd/line/input-is-closed", "$ ./play", [
        "svlogd: warning: unable to read standard input: is a directory",
        "exit 0",
      ], ["exit 0"]),
    ],
  },
  {
    id: "svlogd-signals",
    runit:
      "INT and QUIT end svlogd before it has closed its logs; so does a standard error that nobody reads",
    denit: "INT and QUIT act as TERM; what cannot be printed is dropped",
    why: "the log matters more than the messages",
    shown: [
      shown("svlogd/signal/int", "$ ./play", ["exit 130"], ["exit 0"]),
      shown("svlogd/signal/int", "log log", left("one\\n", "644"), left("one\\n")),
      shown("svlogd/signal/quit", "$ ./play", ["stderr: Quit", "exit 131"], ["exit 0"]),
      shown("svlogd/signal/quit", "log log", left("one\\n", "644"), left("one\\n")),
      shown("svlogd/stderr/broken-pipe", "$ ./play", ["exit 141"], ["exit 0"]),
      shown("svlogd/stderr/broken-pipe", "log log", left("one\\n", "644"), left("one\\ntwo\\nthree\\n")),
    ],
  },
  {
    id: "svlogd-stderr-after-hup",
    runit:
      "if a HUP removes the last pattern for standard error, the choice for the last line holds for all that follow",
    denit: "without patterns nothing goes to standard error",
    why: "svlogd must do what config says",
    shown: [
      shown("svlogd/stderr/hup-without-patterns", "$ ./play", [...BEFORE_HUP, "two", ...AFTER_HUP], [
        ...BEFORE_HUP,
        ...AFTER_HUP,
      ]),
    ],
  },
  {
    id: "status-file",
    runit: "svlogd keeps no account of what it has done",
    denit: "a file status in the log directory counts what came in, was written, deselected and dropped",
    why: "nobody misses a line whose loss is not counted",
    shown: [
      shown("svlogd/status", "log", ["file 0744 4 current", "file 0600 0 lock"], [
        "file 0744 4 current",
        "file 0600 0 lock",
        "file 0644 94 status",
      ]),
    ],
  },
  {
    id: "bad-u-line",
    runit:
      "if the address in a U line cannot be read, svlogd does not write the file, and every line is lost",
    denit:
      "the line of config has no effect; nor has one with a part of the address above 255 or a port above 65535",
    why: "a typing error must not cost the log, nor send it to somebody else",
    shown: [
      ...["U-three-parts", "U-port-0"].map((name) =>
        shown(`svlogd/datagram/refused/${name}`, "log log", left(""), left(FIVE))
      ),
      shown("svlogd/datagram/part-above-255", "$ ./play", ["exit 0"], [
        "svlogd: warning: unable to scan ip address: 127.0.0.256:9",
        "exit 0",
      ]),
      shown("svlogd/datagram/part-above-255", "log log", left(UNSENT(true)), left(FIVE)),
      shown("svlogd/datagram/port-above-65535", "$ ./play", ["exit 0"], [
        "svlogd: warning: unable to scan port number: 65545",
        "exit 0",
      ]),
      shown("svlogd/datagram/port-above-65535", "log log", left(UNSENT(false)), left(FIVE)),
    ],
  },
  {
    id: "own-directives",
    runit: "svlogd ignores lines of config that begin with a colon",
    denit: "these lines are denit's own directives; an unknown one gets a warning",
    why: "denit's directives must stand where runit's svlogd ignores them",
    shown: [
      shown("svlogd/config/unknown-own-directive", "$ ./play", ["exit 0"], [
        "svlogd: warning: unknown directive in config: :when-empty",
        "exit 0",
      ]),
    ],
  },
  {
    id: "processor-on-hup",
    runit: "at a HUP svlogd forgets the running processor, and does not use its result",
    denit: "the processor goes on; if it fails, it starts again as the new config says",
    why: "the finished file would stay unprocessed",
    shown: [
      shown("svlogd/processor/hup-while-at-work", "log log", [
        '@0.t 644 "ONE\\n"',
        '@0.u 744 "one\\n"',
        'current 744 ""',
        'lock 600 ""',
        'newstate 644 ""',
        'state 644 ""',
      ], PROCESSED),
      shown(
        "svlogd/processor/hup-while-at-work",
        "$ ./play",
        HUP_AT_WORK.filter((line) => !line.includes("processed")),
        HUP_AT_WORK,
      ),
    ],
  },
  {
    id: "processor-resumed",
    runit: "if svlogd dies, an unfinished processor's work is left as it is",
    denit: "the next svlogd starts the processor again, or only renames the files if the processor was done",
    why: "the finished file would stay unprocessed",
    shown: [
      shown("svlogd/found/u-closed", "log log", [
        '@0.t 644 "ON"',
        '@0.u 744 "one\\n"',
        'current 744 "new\\n"',
        'lock 600 ""',
        'newstate 644 ""',
      ], ['@0.s 744 "ONE\\n"', 'current 744 "new\\n"', 'lock 600 ""', 'state 644 ""']),
      shown("svlogd/found/u-closed", "$ ./play", OPENED, [
        ...OPENED.slice(0, 2),
        "svlogd: info: processing: log/@LABEL.u",
        "svlogd: info: processed: log/@LABEL.s",
        ...OPENED.slice(2),
      ]),
      shown("svlogd/found/u-closed-and-s", "log log", [
        '@0.s 744 "ONE\\n"',
        '@0.u 744 "one\\n"',
        'current 744 "new\\n"',
        'lock 600 ""',
        'newstate 644 "kept\\n"',
        'state 644 "before\\n"',
      ], ['@0.s 744 "ONE\\n"', 'current 744 "new\\n"', 'lock 600 ""', 'state 644 "kept\\n"']),
      shown("svlogd/found/u-closed-and-s", "$ ./play", OPENED, [
        ...OPENED.slice(0, 2),
        "svlogd: info: processed: log/@LABEL.s",
        ...OPENED.slice(2),
      ]),
    ],
  },
  {
    id: "processor-killed",
    runit: "if a signal kills a processor, it counts as done: half of a log becomes the finished file",
    denit: "the processor has failed; svlogd says so and starts it again",
    why: "the rest of the log would be lost",
    shown: [
      shown("svlogd/processor/killed", "$ ./play", ["exit 0"], [
        "svlogd: warning: processor killed by signal 9, restart: log",
        "exit 0",
      ]),
      shown("svlogd/processor/killed", "log log", ['@0.s 744 "half\\n"', ...EMPTIED], [
        `@0.s 744 ${HUNDRED}`,
        ...EMPTIED,
      ]),
    ],
  },
  {
    id: "processor-failing",
    runit: "a processor that fails is started again at once, for ever",
    denit: "it is started again at once, and from the second failure on after three seconds",
    why: "a command that cannot work must not use up the machine",
    shown: [shown("svlogd/processor/fails-often", "tries", ["about 0 s"], ["about 3 s"])],
  },
  {
    id: "svlogd-long-options",
    runit: "svlogd takes any word that begins with two dashes for the end of the options",
    denit: "only -- ends the options; --help is help; any other long option is wrong usage",
    why: "a mistyped option would change what is logged, and nobody would notice",
    shown: [
      shown("svlogd/option/long-option", "$ ./play", ["exit 0"], [
        "svlogd: illegal option -- -",
        SVLOGD_USAGE,
        "",
        "exit 111",
      ]),
      shown("svlogd/option/long-option", "log log", ['current 744 ""', 'lock 600 ""'], [""]),
    ],
  },

  // Launch

  {
    id: "account-numbers-are-numbers",
    runit: "in ':UID:GID' a missing number is 0, and a large one is cut to 32 bits",
    denit: "such an account is refused",
    why: "a mistyped account must not become root",
    shown: [
      shown("launch/differs/numbers", "$ chpst -u :1: id -g", ["0", "exit 0"], [
        "stderr: chpst: fatal: invalid uid/gids: 1:",
        "exit 111",
      ]),
      shown("launch/differs/numbers", "$ chpst -u ::3 id -u", ["0", "exit 0"], [
        "stderr: chpst: fatal: invalid uid/gids: :3",
        "exit 111",
      ]),
      shown("launch/differs/numbers", "$ chpst -u :4294967296:3 id -u", ["0", "exit 0"], [
        "stderr: chpst: fatal: invalid uid/gids: 4294967296:3",
        "exit 111",
      ]),
    ],
  },
  {
    id: "limits-are-the-program's",
    runit: "every link of a chain lives under the limits that earlier links have set",
    denit: "limits are set just before a program that is not denit is executed",
    why: "JavaScript needs more than most limits leave, and a chain is one process",
    shown: [
      shown("launch/differs/limits-in-a-chain", "$ softlimit -a 1000 chpst -o 1000 nosuch", [
        "stderr: Segmentation fault",
        "exit 139",
      ], ["stderr: chpst: fatal: unable to run: nosuch: file does not exist", "exit 111"]),
    ],
  },
  {
    id: "long-options",
    runit: "any word that begins with '--' ends chpst's options, whatever it says",
    denit: "chpst has long options and refuses unknown ones; '--' alone ends the options",
    why: "a mistyped option must not start a program without the protection that it names",
    shown: [
      shown("launch/differs/long-options", "$ chpst --no-such echo a", ["a", "exit 0"], [
        "stderr: chpst: illegal option -- no-such",
        CHPST_USAGE,
        "exit 100",
      ]),
    ],
  },
  {
    id: "version-of-chpst",
    runit: "'-V' prints the identity of one of runit's source files",
    denit: "'-V' prints denit's version",
    why: "it is another program",
    shown: [
      shown("launch/differs/version", "$ chpst -V 2>&1 | head -1", [
        "$Id: f279d44141c981dd7535a12260efcf1ef7beed26 $",
        "exit 0",
      ], ["chpst (denit) 0.1.0", "exit 0"]),
    ],
  },
];

/** The table for users, as Markdown. */
export function asMarkdown(): string {
  const rows = DIFFERENCES.map(({ runit, denit, why }) => `| ${[runit, denit, why].join(" | ")} |`);
  return ["| runit | denit | why |", "| --- | --- | --- |", ...rows].join("\n");
}

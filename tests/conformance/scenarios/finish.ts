/** finish: its arguments, its surroundings, and that runsv ignores how it ends. */
import {
  count,
  DIRECTORY,
  type Entry,
  FIFO,
  file,
  FINISH,
  link,
  record,
  runner,
  runsv,
  type Scenario,
  script,
  send,
  settle,
  shell,
  signalSets,
  SLEEPER,
  stat,
  status,
  type Step,
  tell,
  text,
  textOnce,
  TOLD,
  TOLD_FINISH,
  type Tree,
  until,
} from "../scenario.ts";

/** Runs the service once, and records the trace and runsv's messages. */
const ONCE: readonly Step[] = [
  runsv("web"),
  until(stat("web"), "down"),
  settle("web"),
  send("web", "o"),
  settle("web"),
  until(stat("web"), "down"),
  record(text("trace")),
  record(textOnce("runsv.err"), "messages"),
];

function ends(id: string, says: string, run: string | Entry | undefined): Scenario {
  const tree: Tree = {
    "web/finish": FINISH,
    "web/down": "",
    trace: "",
    ...run === undefined ? {} : { "web/run": run },
  };
  return { id: `finish/${id}`, says, tree, steps: ONCE };
}

function results(id: string, says: string, finish: string | Entry): Scenario {
  const run = script("echo run >>$W/trace");
  return {
    id: `finish/${id}`,
    says,
    tree: { "web/run": run, "web/finish": finish, "web/down": "", trace: "" },
    steps: [...ONCE, record(status("web"))],
  };
}

/** Copies the first 12 bytes of the status, which are the time stamp. */
function stampInto(name: string): string {
  return `head -c 12 web/supervise/status >${name}`;
}

const ALIKE = (a: string, b: string) =>
  shell(`[ "$(od -tx1 ${a})" = "$(od -tx1 ${b})" ] && echo same || echo other`);

/** Scenarios of finish. */
export const FINISH_SCENARIOS: readonly Scenario[] = [
  ends("exit-0", "finish gets 0 0 after exit 0", script("exit 0")),
  ends("exit-3", "finish gets 3 0 after exit 3", script("exit 3")),
  ends("exit-255", "finish gets 255 0 after exit 255", script("exit 255")),
  ends("killed-term", "finish gets -1 15 after death by TERM", script("kill -TERM $$")),
  ends("killed-hup", "finish gets -1 1 after death by HUP", script("kill -HUP $$")),
  ends("killed-kill", "finish gets -1 9 after death by KILL", script("kill -KILL $$")),
  ends("core", "a core dump shows in the second argument", script("ulimit -c unlimited", "kill -SEGV $$")),
  ends(
    "no-core",
    "the second argument for the same signal without a core dump",
    script("ulimit -c 0", "kill -SEGV $$"),
  ),
  ends("no-run", "finish gets 111 0 if there is no run", undefined),
  ends("run-not-executable", "finish gets 111 0 if run has no execute bit", file("#!/bin/sh\n", 0o644)),
  ends("run-directory", "finish gets 111 0 if run is a directory", DIRECTORY),
  ends(
    "run-no-interpreter",
    "finish gets 111 0 if the interpreter of run is missing",
    "#!/no/such/interpreter\n",
  ),
  ends(
    "run-no-magic",
    "runsv does not give a run without #! to a shell",
    file("echo run >>$W/trace\n", 0o755),
  ),
  ends("run-empty", "an empty executable file is no program", file("", 0o755)),
  ends("run-link", "run may be a symbolic link", link("finish")),
  ends("run-binary", "run may be a binary", link("/bin/false")),

  results("result-0", "finish may succeed", script('echo "finish $*" >>$W/trace')),
  results("result-1", "finish may fail", script('echo "finish $*" >>$W/trace', "exit 1")),
  results(
    "result-100",
    "runsv ignores an exit code of finish that other supervisors obey",
    script('echo "finish $*" >>$W/trace', "exit 100"),
  ),
  results("result-killed", "finish may be killed", script('echo "finish $*" >>$W/trace', "kill -KILL $$")),
  results("not-executable", "runsv tries a finish that is readable but not executable", file(FINISH, 0o644)),
  results(
    "no-interpreter",
    "a finish that cannot start counts as one that failed",
    "#!/no/such/interpreter\n",
  ),
  results("directory", "runsv tries a directory called finish, too", DIRECTORY),
  results("dangling", "a link to nothing is no finish", link("nowhere")),
  {
    id: "finish/made-later",
    says: "runsv looks for finish when run ends, not before",
    tree: { "web/run": TOLD, go: FIFO, "web/down": "", trace: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      send("web", "o"),
      until(count("trace", "run"), "1"),
      { step: "put", tree: { "web/finish": FINISH } },
      tell("go", "7\n"),
      until(stat("web"), "down"),
      record(text("trace")),
    ],
  },
  {
    id: "finish/surroundings",
    says: "finish has its name, two arguments, the service's directory, runsv's environment and output",
    tree: {
      "web/run": script("exit 4"),
      "web/finish": script(
        "exec >>$W/trace",
        "echo $0 $# $*",
        'echo "directory ${PWD#$W}"',
        "readlink /proc/$$/fd/0 /proc/$$/fd/2",
        "env -u _ -u OLDPWD | grep -v ^PATH= | sort",
      ),
      "web/down": "",
      trace: "",
    },
    steps: [
      { step: "start", as: "runsv", command: 'env -i W="$W" PATH="$PATH" COLOUR=red runsv web' },
      until(stat("web"), "down"),
      settle("web"),
      send("web", "o"),
      settle("web"),
      until(stat("web"), "down"),
      record(text("trace")),
    ],
  },
  {
    id: "finish/signals",
    says: "finish starts with no signal blocked or ignored",
    tree: { "web/run": script("exit 0"), "web/finish": "#!/bin/cat /proc/self/status\n", "web/down": "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      settle("web"),
      send("web", "o"),
      until(text("runsv.out"), /SigCgt/),
      record(signalSets("runsv.out"), "signal sets"),
    ],
  },
  {
    id: "finish/age-counts-from-run",
    says: "the time stamp stays while finish runs, and moves when the service is down",
    tree: { "web/run": TOLD, "web/finish": TOLD_FINISH, go: FIFO, done: FIFO, trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "run"), "1"),
      settle("web"),
      { step: "alter", command: stampInto("running") },
      send("web", "o"),
      tell("go", "0\n"),
      until(count("trace", "finish 0 0"), "1"),
      settle("web"),
      { step: "alter", command: stampInto("finishing") },
      record(ALIKE("running", "finishing"), "stamps of run and of finish"),
      record(status("web"), "status during finish"),
      tell("done", "0\n"),
      until(stat("web"), "down"),
      until(status("web"), /down$/),
      { step: "alter", command: stampInto("down") },
      record(ALIKE("running", "down"), "stamps of run and of down"),
    ],
  },
  {
    id: "finish/clears-paused",
    says: "a service that dies while paused keeps the flag until finish starts",
    tree: { "web/run": SLEEPER, "web/finish": TOLD_FINISH, done: FIFO, trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "run"), "1"),
      send("web", "p"),
      until(runner("web"), "T"),
      send("web", "ok"),
      until(count("trace", "finish -1 9"), "1"),
      settle("web"),
      record(stat("web"), "stat during finish"),
      record(status("web"), "status during finish"),
      tell("done", "0\n"),
      until(stat("web"), /^down/),
      record(stat("web")),
      record(text("trace")),
    ],
  },
  {
    id: "finish/term-flag",
    says: "the flag of TERM is gone when finish runs",
    tree: { "web/run": SLEEPER, "web/finish": TOLD_FINISH, done: FIFO, trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "run"), "1"),
      send("web", "d"),
      until(count("trace", "finish -1 15"), "1"),
      settle("web"),
      record(stat("web"), "stat during finish"),
      record(status("web"), "status during finish"),
      tell("done", "0\n"),
      until(stat("web"), "down"),
      record(text("trace")),
    ],
  },
];

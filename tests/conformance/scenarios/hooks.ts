/** The scripts in `control/`: the byte that runs each, the meaning of its result, and its surroundings. */
import {
  count,
  DIRECTORY,
  ended,
  type Entry,
  FIFO,
  file,
  FINISH,
  put,
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
  start,
  stat,
  status,
  type Step,
  tell,
  TELLER,
  text,
  textOnce,
  type Tree,
  until,
} from "../scenario.ts";

/** A hook that notes its name, and ends as `last` says. */
function hook(byte: string, last: string): string {
  return script(`echo "hook ${byte}" >>$W/trace`, last);
}

const OUTCOMES = (byte: string): Readonly<Record<string, string | Entry>> => ({
  "exit-0": hook(byte, "exit 0"),
  "exit-1": hook(byte, "exit 1"),
  "exit-111": hook(byte, "exit 111"),
  "not-executable": file(hook(byte, "exit 0"), 0o644),
  "not-owner-executable": file(hook(byte, "exit 0"), 0o655),
  "killed": hook(byte, "kill -KILL $$"),
  "no-interpreter": "#!/no/such/interpreter\n",
  "directory": DIRECTORY,
});

/** Results after which runsv still sends the signal. */
const UNHANDLED = [
  "exit-1",
  "exit-111",
  "not-executable",
  "not-owner-executable",
  "no-interpreter",
  "directory",
];

/**
 * Sends one byte, with its hook in one condition. A second byte follows. Its signal tells that the first is over,
 * because runsv takes bytes in order and waits for a hook.
 */
function signalHook(byte: string, name: string, outcome: string): Scenario {
  const [marker, markerName] = byte === "c" ? ["1", "USR1"] : ["c", "CONT"];
  return {
    id: `hooks/${byte}/${outcome}`,
    says: `'${byte}' with control/${byte}: ${outcome}`,
    tree: { "web/run": TELLER, [`web/control/${byte}`]: OUTCOMES(byte)[outcome] ?? "", trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web", byte),
      ...UNHANDLED.includes(outcome) ? [until(count("trace", name), "1")] : [],
      send("web", marker),
      until(count("trace", markerName), "1"),
      settle("web"),
      record(text("trace")),
      record(stat("web")),
      record(status("web")),
      record(textOnce("runsv.err"), "messages"),
    ],
  };
}

function pauseHook(outcome: string): Scenario {
  return {
    id: `hooks/p/${outcome}`,
    says: `'p' with control/p: ${outcome}; the flag is set in any case`,
    tree: { "web/run": TELLER, "web/control/p": OUTCOMES("p")[outcome] ?? "", trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web", "p"),
      until(stat("web"), "run, paused"),
      settle("web"),
      record(runner("web")),
      record(text("trace")),
      record(status("web")),
    ],
  };
}

/** `t`, `d` and `x` with hooks, on a service that ignores TERM. USR1 tells when all is over. */
function stopHook(id: string, byte: string, tree: Tree): Scenario {
  const run = script(
    'for s in USR1 CONT; do trap "echo $s >>$W/trace" $s; done',
    "trap 'echo TERM >>$W/trace' TERM",
    "sleep 1000 >/dev/null &",
    "echo ready >>$W/trace",
    "while kill -0 $! 2>/dev/null; do wait $!; done",
  );
  return {
    id: `hooks/${byte}/${id}`,
    says: `'${byte}' with hooks: ${id}`,
    tree: { "web/run": run, trace: "", ...tree },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web", byte),
      settle("web"),
      send("web", "1"),
      until(count("trace", "USR1"), "1"),
      settle("web"),
      // TERM and CONT are sent at once, so their order is chance.
      record(shell("grep hook trace; grep -v hook trace | sort"), "trace"),
      record(stat("web")),
      record(status("web")),
    ],
  };
}

const STOPS: readonly Scenario[] = [
  ...Object.entries(OUTCOMES("t")).map(([outcome, entry]) =>
    stopHook(outcome, "t", { "web/control/t": entry })
  ),
  ...["d", "x"].flatMap((byte) =>
    [["handled", "exit 0"], ["not-handled", "exit 1"]].map(([outcome = "", last = ""]) =>
      stopHook(`t-${outcome}`, byte, { "web/control/t": hook("t", last) })
    )
  ),
  stopHook("both", "d", { "web/control/t": hook("t", "exit 1"), "web/control/d": hook("d", "exit 0") }),
  stopHook("d-fails", "d", { "web/control/d": hook("d", "exit 1") }),
  stopHook("both-handled", "d", {
    "web/control/t": hook("t", "exit 0"),
    "web/control/d": hook("d", "exit 0"),
  }),
  stopHook("both", "x", { "web/control/t": hook("t", "exit 1"), "web/control/x": hook("x", "exit 0") }),
  stopHook("c-not-asked", "d", { "web/control/c": hook("c", "exit 0") }),
  stopHook("all-while-wanted-down", "ot", {
    "web/control/t": hook("t", "exit 0"),
    "web/control/d": hook("d", "exit 0"),
    "web/control/u": hook("u", "exit 0"),
  }),
];

const NAMES: Readonly<Record<string, string>> = {
  a: "ALRM",
  h: "HUP",
  i: "INT",
  q: "QUIT",
  1: "USR1",
  2: "USR2",
  c: "CONT",
};

const SIGNALS: readonly Scenario[] = Object.entries(NAMES).flatMap(([byte, name]) =>
  (byte === "h" ? Object.keys(OUTCOMES(byte)) : ["exit-0", "exit-1"])
    .map((outcome) => signalHook(byte, name, outcome))
);

/** A hook for every letter. */
const ALL_HOOKS: Tree = Object.fromEntries(
  [..."utdxkpcahiq12o"].map((byte) => [`web/control/${byte}`, hook(byte, "exit 1")]),
);

const KILLS: readonly Scenario[] = [
  {
    id: "hooks/k/exit-1",
    says: "if a hook does not handle 'k', runsv sends KILL",
    tree: { "web/run": SLEEPER, "web/finish": FINISH, "web/control/k": hook("k", "exit 1"), trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "run"), "1"),
      settle("web"),
      send("web", "ok"),
      until(count("trace", "finish -1 9"), "1"),
      until(stat("web"), "down"),
      record(text("trace")),
    ],
  },
  {
    id: "hooks/k/exit-0",
    says: "if a hook handles 'k', the process lives on, and must stay under control",
    tree: { "web/run": TELLER, "web/control/k": hook("k", "exit 0"), trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web", "k"),
      until(count("trace", "hook k"), "1"),
      settle("web"),
      send("web", "1"),
      settle("web"),
      send("web", "d"),
      until(stat("web"), "down"),
      settle("web"),
      record(text("trace")),
      record(status("web")),
      record(runner("web")),
    ],
  },
];

/** Scenarios of hooks. */
export const HOOK_SCENARIOS: readonly Scenario[] = [
  ...SIGNALS,
  ...STOPS,
  ...KILLS,
  pauseHook("exit-0"),
  pauseHook("exit-1"),
  pauseHook("killed"),
  {
    id: "hooks/u/before-run",
    says: "before every start control/u runs to its end, and run starts whatever it answers",
    tree: {
      "web/run": SLEEPER,
      "web/finish": FINISH,
      "web/control/u": script(
        "echo hook u >>$W/trace",
        "read answer <$W/go",
        "echo answered >>$W/trace",
        "exit $answer",
      ),
      go: FIFO,
      trace: "",
    },
    steps: [
      runsv("web"),
      tell("go", "0\n"),
      until(count("trace", "run"), "1"),
      settle("web"),
      send("web", "t"),
      tell("go", "1\n"),
      until(count("trace", "run"), "2"),
      settle("web"),
      record(text("trace")),
      record(textOnce("runsv.err"), "messages"),
    ],
  },
  {
    id: "hooks/u/once",
    says: "'o' runs control/u, too, and never control/o",
    tree: {
      "web/run": SLEEPER,
      "web/down": "",
      "web/control/u": hook("u", "exit 0"),
      "web/control/o": hook("o", "exit 0"),
      trace: "",
    },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      send("web", "o"),
      until(count("trace", "run"), "1"),
      settle("web"),
      record(text("trace")),
      record(stat("web")),
    ],
  },
  {
    id: "hooks/u/killed",
    says: "the service starts although control/u was killed",
    tree: { "web/run": SLEEPER, "web/control/u": hook("u", "kill -KILL $$"), trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "run"), "1"),
      settle("web"),
      record(text("trace")),
      record(stat("web")),
    ],
  },
  {
    id: "hooks/when-down",
    says: "no hook runs while the service is down",
    tree: { "web/run": SLEEPER, "web/down": "", ...ALL_HOOKS, trace: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      settle("web"),
      send("web", "tdpcahiq12k"),
      settle("web"),
      record(text("trace")),
      record(stat("web")),
      send("web", "x"),
      ...ended("runsv"),
      record(text("trace")),
    ],
  },
  {
    id: "hooks/when-finishing",
    says: "no hook runs while finish runs",
    tree: {
      "web/run": script("echo run >>$W/trace"),
      "web/finish": script("echo finish >>$W/trace", "read x <$W/done"),
      "web/down": "",
      ...ALL_HOOKS,
      done: FIFO,
      trace: "",
    },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      send("web", "o"),
      until(count("trace", "finish"), "1"),
      settle("web"),
      send("web", "tdpcahiq12"),
      settle("web"),
      record(stat("web"), "stat during finish"),
      tell("done", "\n"),
      until(stat("web"), /^down/),
      record(text("trace")),
      record(stat("web")),
    ],
  },
  {
    id: "hooks/unknown-names",
    says: "no hook runs for a byte that is no command",
    tree: {
      "web/run": TELLER,
      "web/control/e": hook("e", "exit 0"),
      "web/control/X": hook("X", "exit 0"),
      "web/control/3": hook("3", "exit 0"),
      trace: "",
    },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web", "eX3c"),
      until(count("trace", "CONT"), "1"),
      record(text("trace")),
    ],
  },
  {
    id: "hooks/never-for-log",
    says: "log/control is never used, and control has no hooks for the logger",
    tree: {
      "web/run": script("exec sleep 1000"),
      "web/log/run": TELLER,
      "web/log/control/h": hook("log h", "exit 0"),
      "web/log/control/u": hook("log u", "exit 0"),
      "web/control/h": hook("h", "exit 0"),
      trace: "",
    },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web/log", "h"),
      until(count("trace", "HUP"), "1"),
      record(text("trace")),
    ],
  },
  {
    id: "hooks/stuck",
    says: "commands wait, in order, for a slow hook",
    tree: {
      "web/run": TELLER,
      "web/control/h": script(
        "echo hook h >>$W/trace",
        "read answer <$W/go",
        "echo answered >>$W/trace",
        "exit 1",
      ),
      go: FIFO,
      trace: "",
    },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web", "h12c"),
      until(count("trace", "hook h"), "1"),
      record(text("trace"), "trace while it waits"),
      tell("go", "\n"),
      until(count("trace", "CONT"), "1"),
      until(count("trace", "HUP"), "1"),
      // runsv sends these four at once.
      record(shell("sort trace"), "trace"),
    ],
  },
  {
    id: "hooks/run-dies-meanwhile",
    says: "runsv notices the end of run after the hook, and sends the signal to no process",
    tree: {
      "web/run": script("echo run >>$W/trace", "read code <$W/end", "exit $code"),
      "web/finish": FINISH,
      "web/control/h": script("echo hook h >>$W/trace", "read answer <$W/go", "exit 1"),
      go: FIFO,
      end: FIFO,
      trace: "",
    },
    steps: [
      runsv("web"),
      until(count("trace", "run"), "1"),
      settle("web"),
      send("web", "oh"),
      until(count("trace", "hook h"), "1"),
      tell("end", "5\n"),
      until(runner("web"), "gone"),
      tell("go", "\n"),
      until(stat("web"), "down"),
      record(text("trace")),
    ],
  },
  {
    id: "hooks/surroundings",
    says: "a hook has its name, no arguments, the service's directory, runsv's environment and output",
    tree: {
      "web/run": SLEEPER,
      "web/control/h": script(
        "exec 3>>$W/told",
        "echo $0 $# >&3",
        'echo "directory ${PWD#$W}" >&3',
        "readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 >&3",
        "env -u _ -u OLDPWD | grep -v ^PATH= | sort >&3",
        "exec 3>&-",
        "echo hook >>$W/trace",
      ),
      trace: "",
    },
    steps: [
      start("runsv", 'env -i W="$W" PATH="$PATH" COLOUR=red runsv web'),
      until(count("trace", "run"), "1"),
      settle("web"),
      send("web", "h"),
      until(count("trace", "hook"), "1"),
      record(text("told")),
    ],
  },
  {
    id: "hooks/signal-mask",
    says: "a hook starts with no signal blocked or ignored",
    // A shell clears its mask, but cat does not.
    tree: { "web/run": SLEEPER, "web/control/h": "#!/bin/cat /proc/self/status\n", trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "run"), "1"),
      settle("web"),
      send("web", "h"),
      until(text("runsv.out"), /SigCgt/),
      record(signalSets("runsv.out"), "signal sets"),
    ],
  },
  {
    id: "hooks/output-is-logged",
    says: "the logger gets a hook's standard output, but not its standard error",
    tree: {
      "web/run": script("exec sleep 1000"),
      "web/log/run": script("exec cat >>$W/logged"),
      "web/control/h": script("echo printed", "echo complained >&2"),
      logged: "",
    },
    steps: [
      runsv("web"),
      until(stat("web"), "run"),
      settle("web"),
      send("web", "h"),
      until(count("logged"), "1"),
      settle("web"),
      record(text("logged")),
      record(text("runsv.err"), "messages"),
    ],
  },
  {
    id: "hooks/control-is-a-file",
    says: "if control is no directory, runsv warns and sends the signal",
    tree: { "web/run": TELLER, "web/control": "", trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web", "h"),
      until(count("trace", "HUP"), "1"),
      settle("web"),
      record(text("trace")),
      record(textOnce("runsv.err"), "messages"),
    ],
  },
  {
    id: "hooks/made-later",
    says: "runsv looks for a hook at every command",
    tree: { "web/run": TELLER, trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web", "h"),
      until(count("trace", "HUP"), "1"),
      put({ "web/control/h": hook("h", "exit 0") }),
      send("web", "h"),
      until(count("trace", "hook h"), "1"),
      settle("web"),
      record(text("trace")),
    ],
  },
] satisfies readonly (Scenario & { steps: readonly Step[] })[];

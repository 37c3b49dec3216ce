/**
 * A directory of services: which entries are services, what happens when they come, go or change their name, and how
 * runsvdir ends.
 */
import {
  afterSignal,
  alter,
  count,
  DIRECTORY,
  ended,
  FIFO,
  file,
  job,
  link,
  programs,
  put,
  record,
  run,
  runner,
  type Scenario,
  script,
  send,
  settle,
  shell,
  signal,
  start,
  stat,
  status,
  tell,
  text,
  textOnce,
  type Tree,
  until,
} from "../scenario.ts";

/** A run that notes the name of its service. */
const NAMED = script('echo "run ${PWD##*/}" >>$W/trace', "exec sleep 1000");

/** Services of these names, in the directory `services`. */
function services(...names: readonly string[]): Tree {
  return Object.fromEntries([["trace", ""], ...names.map((name) => [`services/${name}/run`, NAMED])]);
}

const RUNSVDIR = start("runsvdir", "runsvdir services");

/** Steps in which a complete service appears, and runs. Then runsvdir has seen everything that came before. */
function arrives(name: string) {
  return [
    put({ [`made/${name}/run`]: NAMED }),
    alter(`mv made/${name} services/${name}`),
    until(count("trace", `run ${name}`), "1"),
    until(stat(`services/${name}`), "run"),
  ];
}

const SORTED = shell("sort trace");

/** A command of sv for services of `services`. */
function sv(command: string) {
  return run(`SVDIR=$W/services sv ${command}`);
}

/** Prints whether a command still runs after a second, or else its messages. */
const STAYS = (command: string) =>
  `timeout 1 ${command} 2>refusal; [ $? = 124 ] && echo stays || { echo leaves; cat refusal; }`;

/** Scenarios of runsvdir. */
export const RUNSVDIR_SCENARIOS: readonly Scenario[] = [
  {
    id: "runsvdir/what-is-a-service",
    says: "directories and links to them are services; dot names, files and dangling links are not",
    tree: {
      ...services("a", "b"),
      "services/.hidden/run": NAMED,
      "services/file": NAMED,
      "elsewhere/run": NAMED,
      "services/linked": link("../elsewhere"),
      "services/dangling": link("../nowhere"),
    },
    steps: [
      RUNSVDIR,
      until(count("trace"), "3"),
      until(count("runsvdir.err"), /[1-9]/),
      record(SORTED, "trace"),
      record(textOnce("runsvdir.err"), "messages"),
      record(
        shell("ls -d services/*/supervise services/.hidden/supervise elsewhere/supervise 2>/dev/null"),
        "supervised",
      ),
      until(stat("services/a"), "run"),
      until(stat("services/b"), "run"),
      until(stat("services/linked"), "run"),
      sv("status a b linked"),
    ],
  },
  {
    id: "runsvdir/processes",
    says: "the processes between runsvdir and its services",
    tree: services("a", "b", "c"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "3"),
      until(programs("sleep"), "sleep 3"),
      record(programs("runsvdir", "runsv", "sleep")),
    ],
  },
  {
    id: "runsvdir/comes",
    says: "runsvdir starts a directory that is moved in",
    tree: services("a"),
    steps: [RUNSVDIR, until(count("trace"), "1"), ...arrives("b"), record(SORTED, "trace"), sv("status a b")],
  },
  {
    id: "runsvdir/filled-in-place",
    says: "runsvdir starts a directory that is made and then filled, with its logger",
    tree: services("a"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      put({
        "services/b/log/run": script("echo log >>$W/trace", "exec cat >/dev/null"),
        "services/b/run": NAMED,
      }),
      until(count("trace", "run b"), "1"),
      until(count("trace", "log"), "1"),
      record(SORTED, "trace"),
    ],
  },
  {
    id: "runsvdir/from-nothing",
    says: "an empty directory does no harm",
    tree: { services: DIRECTORY, trace: "" },
    steps: [RUNSVDIR, ...arrives("a"), record(textOnce("runsvdir.err"), "messages"), record(job("runsvdir"))],
  },
  {
    id: "runsvdir/goes",
    says: "a service that is moved out gets 'x', and does not start again",
    tree: { ...services("a", "b"), away: DIRECTORY },
    steps: [
      RUNSVDIR,
      until(count("trace"), "2"),
      until(stat("services/a"), "run"),
      alter("mv services/a away/a"),
      until(stat("away/a"), "down"),
      ...arrives("c"),
      record(SORTED, "trace"),
      record(stat("away/a")),
      sv("status b"),
      sv("status $W/away/a"),
    ],
  },
  {
    id: "runsvdir/hidden",
    says: "a service that gets a dot name gets 'x', and starts again without the dot",
    tree: services("a", "b"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "2"),
      until(stat("services/a"), "run"),
      alter("mv services/a services/.a"),
      until(stat("services/.a"), "down"),
      alter("mv services/.a services/a"),
      until(count("trace", "run a"), "2"),
      record(SORTED, "trace"),
    ],
  },
  {
    id: "runsvdir/renamed",
    says: "a renamed service goes on undisturbed",
    tree: services("a"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      until(stat("services/a"), "run"),
      alter("cat services/a/supervise/pid >pid.before"),
      alter("mv services/a services/z"),
      ...arrives("c"),
      record(shell("cmp pid.before services/z/supervise/pid && echo same"), "process"),
      record(SORTED, "trace"),
      until(stat("services/z"), "run"),
      sv("status z"),
    ],
  },
  {
    id: "runsvdir/replaced",
    says: "another directory under an old name is another service",
    tree: {
      ...services("a"),
      away: DIRECTORY,
      "made/a/run": script("echo other >>$W/trace", "exec sleep 1000"),
    },
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      until(stat("services/a"), "run"),
      alter("mv services/a away/a && mv made/a services/a"),
      until(count("trace", "other"), "1"),
      until(stat("away/a"), "down"),
      record(SORTED, "trace"),
      until(stat("services/a"), "run"),
      sv("status a"),
    ],
  },
  {
    id: "runsvdir/two-names",
    says: "two names for one directory are one service",
    tree: { ...services("a"), "services/b": link("a") },
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      ...arrives("c"),
      record(count("trace", "run a"), "starts"),
      until(programs("sleep"), "sleep 2"),
      record(shell("ls -d services/*/supervise"), "supervised"),
      until(stat("services/a"), "run"),
      until(stat("services/b"), "run"),
      until(stat("services/c"), "run"),
      sv("status a b c"),
    ],
  },
  {
    id: "runsvdir/deleted",
    says: "a deleted service ends",
    tree: services("a", "b"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "2"),
      until(stat("services/a"), "run"),
      until(programs("sleep"), "sleep 2"),
      alter("rm -r services/a"),
      until(programs("sleep"), "sleep 1"),
      ...arrives("c"),
      record(SORTED, "trace"),
      until(programs("sleep"), "sleep 2"),
    ],
  },
  {
    id: "runsvdir/exit",
    says: "a service that got 'x' is supervised again some seconds later",
    tree: services("a"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      until(stat("services/a"), "run"),
      sv("exit a"),
      until(count("trace"), "2"),
      record(SORTED, "trace"),
    ],
  },
  {
    id: "runsvdir/odd-names",
    says: "names with blanks, dashes and letters beyond ASCII are names like any other",
    tree: {
      trace: "",
      ...Object.fromEntries(
        ["with space", "-dash", "größe", "a:b", "%s"].map((name) => [`services/${name}/run`, NAMED]),
      ),
      "services/kein Lauf ü/other": "",
    },
    steps: [
      RUNSVDIR,
      until(count("trace"), "5"),
      until(count("runsvdir.err"), /[1-9]/),
      record(SORTED, "trace"),
      record(textOnce("runsvdir.err"), "messages"),
    ],
  },
  {
    id: "runsvdir/down-file",
    says: "runsvdir obeys a down file",
    tree: { ...services("a", "b"), "services/b/down": "" },
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      until(stat("services/a"), "run"),
      until(stat("services/b"), "down"),
      sv("status a b"),
    ],
  },
  {
    id: "runsvdir/commands",
    says: "a service obeys as it does under runsv",
    tree: {
      "services/a/run": script("echo run >>$W/trace", "read code <$W/go", "exit $code"),
      "services/a/finish": script('echo "finish $*" >>$W/trace'),
      "services/a/log/run": script("exec cat >/dev/null"),
      go: FIFO,
      trace: "",
    },
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      until(stat("services/a/log"), "run"),
      until(stat("services/a"), "run"),
      settle("services/a"),
      send("services/a", "o"),
      settle("services/a"),
      record(stat("services/a"), "after o"),
      tell("go", "3\n"),
      until(stat("services/a"), "down"),
      record(text("trace"), "trace"),
      record(status("services/a")),
      record(stat("services/a/log")),
      sv("status a"),
    ],
  },
  {
    id: "runsvdir/surroundings",
    says: "run has its directory, and runsvdir's environment and output",
    tree: {
      "services/a/run": script(
        "exec 9>>$W/told",
        "echo $0 $# >&9",
        'echo "directory ${PWD#$W}" >&9',
        "readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 >&9",
        "env -u _ -u OLDPWD | grep -v ^PATH= | sort >&9",
        "echo done >&9",
        "exec sleep 1000 9>&-",
      ),
    },
    steps: [
      start("runsvdir", 'env -i W="$W" PATH="$PATH" COLOUR=red runsvdir services'),
      until(count("told", "done"), "1"),
      record(text("told")),
    ],
  },
  {
    id: "runsvdir/messages",
    says: "messages of a service under runsvdir",
    tree: {
      trace: "",
      "services/no-run/other": "",
      "services/refused/run": file("#!/bin/sh\n", 0o644),
      "services/logged/run": NAMED,
      "services/logged/log": "",
    },
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      until(shell("sort -u runsvdir.err | grep -c ."), "3"),
      record(shell("sort -u runsvdir.err"), "messages"),
    ],
  },
  {
    id: "runsvdir/locked",
    says: "runsvdir takes a service that another supervises once it is free",
    tree: services("a"),
    steps: [
      start("holder", "$REFERENCE/runsv services/a"),
      until(count("trace"), "1"),
      RUNSVDIR,
      until(count("runsvdir.err"), /[1-9]/),
      record(textOnce("runsvdir.err"), "messages"),
      send("services/a", "x"),
      ...ended("holder"),
      until(count("trace"), "2"),
      settle("services/a"),
      until(stat("services/a"), "run"),
      sv("status a"),
    ],
  },

  {
    id: "runsvdir/hup",
    says: "on HUP all services get 'x', and runsvdir exits 111",
    tree: services("a", "b"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "2"),
      until(stat("services/a"), "run"),
      until(stat("services/b"), "run"),
      signal("runsvdir", "SIGHUP"),
      ...ended("runsvdir"),
      until(programs("sleep"), "sleep 0"),
      until(stat("services/a"), "down"),
      until(stat("services/b"), "down"),
      record(programs("sleep")),
    ],
  },
  {
    id: "runsvdir/hup-waits",
    says: "whether runsvdir waits for a slow finish after HUP",
    tree: {
      "services/a/run": NAMED,
      "services/a/finish": script("echo finish >>$W/trace", "read word <$W/done"),
      done: FIFO,
      trace: "",
    },
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      until(stat("services/a"), "run"),
      signal("runsvdir", "SIGHUP"),
      until(count("trace", "finish"), "1"),
      until(stat("services/a"), "finish, want exit"),
      until(afterSignal("runsvdir"), /^(?!busy)/),
      record(afterSignal("runsvdir"), "runsvdir meanwhile"),
      tell("done", "\n"),
      ...ended("runsvdir"),
      until(stat("services/a"), "down"),
      record(stat("services/a")),
    ],
  },
  {
    id: "runsvdir/term",
    says: "TERM ends only runsvdir, with 0, and the services' processes go on",
    tree: services("a"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      until(stat("services/a"), "run"),
      signal("runsvdir", "SIGTERM"),
      ...ended("runsvdir"),
      record(runner("services/a")),
      record(stat("services/a")),
      sv("status a"),
    ],
  },
  {
    id: "runsvdir/alarm",
    says: "on ALRM Debian's runsvdir looks at once, and what it leaves behind",
    tree: services("a"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      put({ "made/b/run": NAMED }),
      alter("mv made/b services/b"),
      signal("runsvdir", "SIGALRM"),
      until(count("trace", "run b"), "1"),
      record(shell("ls -A services"), "services"),
      record(job("runsvdir")),
    ],
  },
  {
    id: "runsvdir/missing",
    says: "runsvdir complains of a missing directory and waits for it",
    tree: { trace: "" },
    steps: [
      RUNSVDIR,
      until(count("runsvdir.err"), /[1-9]/),
      record(textOnce("runsvdir.err"), "messages"),
      record(job("runsvdir"), "runsvdir meanwhile"),
      put({ "made/a/run": NAMED }),
      alter("mv made services"),
      until(count("trace", "run a"), "1"),
      record(SORTED, "trace"),
    ],
  },
  {
    id: "runsvdir/vanishes",
    says: "services go on while their directory is away, and runsvdir knows them when it is back",
    tree: services("a"),
    steps: [
      RUNSVDIR,
      until(count("trace"), "1"),
      until(stat("services/a"), "run"),
      alter("mv services away"),
      until(count("runsvdir.err"), /[1-9]/),
      alter("mv away services"),
      ...arrives("b"),
      record(SORTED, "trace"),
      record(textOnce("runsvdir.err"), "messages"),
      until(stat("services/a"), "run"),
      until(stat("services/b"), "run"),
      sv("status a b"),
    ],
  },

  {
    id: "runsvdir/usage",
    says: "no argument is wrong usage",
    tree: {},
    steps: [run("runsvdir"), run("runsvdir -P")],
  },
  {
    id: "runsvdir/unknown-option",
    says: "an unknown option",
    tree: services("a"),
    steps: [run(STAYS("runsvdir -x services"))],
  },
  {
    id: "runsvdir/too-many-arguments",
    says: "too many arguments",
    tree: services("a"),
    steps: [run(STAYS("runsvdir services 'log: ...........' more"))],
  },
  {
    id: "runsvdir/end-of-options",
    says: "-- ends the options",
    tree: services("a"),
    steps: [
      start("runsvdir", "runsvdir -- services"),
      until(count("trace"), "1"),
      record(text("trace")),
      record(textOnce("runsvdir.err"), "messages"),
    ],
  },
  ...["", "-P", "-Pfoo"].map((option): Scenario => ({
    id: `runsvdir/sessions${option}`,
    says: `the session and group of a service under runsvdir ${option}`,
    tree: {
      "services/a/run": script("cut -d ' ' -f 5,6 /proc/$$/stat >$W/ids", "exec sleep 1000"),
    },
    steps: [
      start(
        "runsvdir",
        `sh -c 'cut -d " " -f 5,6 /proc/$$/stat >runsvdir.ids; exec runsvdir ${option} services'`,
      ),
      until(count("ids"), "1"),
      record(shell("cmp -s ids runsvdir.ids && echo of runsvdir || echo another"), "session of run"),
    ],
  })),
  {
    id: "runsvdir/title",
    says: "the last argument shows what services print on standard error",
    tree: {
      "services/a/run": script("echo HELLO >&2", "echo run >>$W/trace", "exec sleep 1000"),
      trace: "",
    },
    steps: [
      start(
        "runsvdir",
        `sh -c 'echo $$ >pid; exec runsvdir services "log: ................................"'`,
      ),
      until(count("trace"), "1"),
      until(shell("tr -s '\\0\\n' '  ' </proc/$(cat pid)/cmdline"), /HELLO/),
      record(shell("tr '\\0\\n' '  ' </proc/$(cat pid)/cmdline | sed 's/^.* log:/log:/'"), "title"),
      record(shell("wc -c </proc/$(cat pid)/cmdline"), "length"),
      record(textOnce("runsvdir.err"), "messages"),
    ],
  },
  {
    id: "runsvdir/title-too-short",
    says: "runsvdir refuses a log argument of six characters, and everything else works",
    tree: services("a"),
    steps: [
      start("runsvdir", "runsvdir services 123456"),
      until(count("trace"), "1"),
      record(textOnce("runsvdir.err"), "messages"),
    ],
  },
];

/** Every control byte in every phase, of a service and of its logger. */
import {
  count,
  ended,
  FIFO,
  FINISH,
  job,
  record,
  runner,
  runsv,
  type Scenario,
  script,
  send,
  settle,
  shell,
  stat,
  status,
  type Step,
  tell,
  TELLER,
  text,
  TOLD,
  TOLD_FINISH,
  until,
} from "../scenario.ts";

const BYTES = [..."uoxdtkpcahiq12"];

/** Bytes without a meaning: letters that are no command, a space, a digit, line ends. */
const UNKNOWN = "eXzU 03\n\t";

function named(byte: string): string {
  return byte === UNKNOWN ? "unknown" : byte;
}

/** The last steps of every scenario in this file: they record the outcome. */
const OUTCOME: readonly Step[] = [
  record(text("trace")),
  record(stat("web")),
  record(status("web")),
  record(runner("web")),
];

function whenDown(byte: string): Scenario {
  const follow: Record<string, readonly Step[]> = {
    u: [until(count("trace", "ready"), "1"), settle("web")],
    o: [until(count("trace", "ready"), "1"), settle("web")],
    x: ended("runsv"),
    p: [until(stat("web"), "down, paused")],
  };
  return {
    id: `bytes/down/${named(byte)}`,
    says: `the effect of '${named(byte)}' on a service that is down`,
    tree: { "web/run": TELLER, "web/finish": FINISH, "web/down": "", trace: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      settle("web"),
      send("web", byte),
      ...follow[byte] ?? [settle("web")],
      ...OUTCOME,
    ],
  };
}

/** Steps that wait until the trace has a line for each of these signals. */
function signals(...names: readonly string[]): readonly Step[] {
  return [...names.map((name) => until(count("trace", name), "1")), settle("web")];
}

const RESTARTED: readonly Step[] = [until(count("trace", "ready"), "2"), settle("web")];

function whenRunning(byte: string): Scenario {
  const follow: Record<string, readonly Step[]> = {
    d: [until(stat("web"), "down"), settle("web")],
    x: ended("runsv"),
    t: RESTARTED,
    k: RESTARTED,
    p: [until(runner("web"), "T"), settle("web")],
    c: signals("CONT"),
    a: signals("ALRM"),
    h: signals("HUP"),
    i: signals("INT"),
    q: signals("QUIT"),
    1: signals("USR1"),
    2: signals("USR2"),
  };
  return {
    id: `bytes/run/${named(byte)}`,
    says: `the effect of '${named(byte)}' on a service that runs`,
    tree: { "web/run": TELLER, "web/finish": FINISH, trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      settle("web"),
      send("web", byte),
      ...follow[byte] ?? [settle("web")],
      ...OUTCOME,
    ],
  };
}

function whenFinishing(byte: string): Scenario {
  const stays = byte === "d" || byte === "o";
  const after: readonly Step[] = byte === "x"
    ? ended("runsv")
    : stays
    ? [until(stat("web"), "down"), settle("web")]
    : [until(count("trace", "run"), "2"), settle("web")];
  return {
    id: `bytes/finish/${named(byte)}`,
    says: `the effect of '${named(byte)}' while finish runs, and after that finish`,
    tree: { "web/run": TOLD, "web/finish": TOLD_FINISH, go: FIFO, done: FIFO, trace: "" },
    steps: [
      runsv("web"),
      tell("go", "0\n"),
      until(stat("web"), "finish"),
      until(count("trace", "finish 0 0"), "1"),
      settle("web"),
      send("web", byte),
      settle("web"),
      record(stat("web"), "stat during finish"),
      record(status("web"), "status during finish"),
      tell("done", "0\n"),
      ...after,
      record(text("trace")),
      record(stat("web")),
      record(status("web")),
    ],
  };
}

/** `k` while finish runs has a scenario of its own, because runit takes the end of finish for an end of run. */
const KILL_IN_FINISH: Scenario = {
  id: "bytes/finish/k",
  says: "'k' while finish runs does not touch finish, which must not run a second time",
  tree: { "web/run": TOLD, "web/finish": TOLD_FINISH, go: FIFO, done: FIFO, trace: "" },
  steps: [
    runsv("web"),
    tell("go", "0\n"),
    until(count("trace", "finish 0 0"), "1"),
    send("web", "dk"),
    settle("web"),
    tell("done", "0\n"),
    until(count("trace", "finished"), "1"),
    until(shell("grep -c 'finish 0 0' trace; cat web/supervise/stat"), /^2|\ndown$/),
    record(text("trace")),
  ],
};

const LOG_TREE = { "web/run": script("exec sleep 1000"), "web/log/run": TELLER, trace: "" };

const LOG_OUTCOME: readonly Step[] = [
  record(text("trace")),
  record(stat("web/log")),
  record(status("web/log")),
  record(runner("web/log")),
  record(stat("web")),
  record(job("runsv")),
];

function whenLogRuns(byte: string): Scenario {
  const follow: Record<string, readonly Step[]> = {
    d: [until(stat("web/log"), "down"), settle("web")],
    t: RESTARTED,
    k: RESTARTED,
    p: [until(runner("web/log"), "T"), settle("web")],
    c: signals("CONT"),
    a: signals("ALRM"),
    h: signals("HUP"),
    i: signals("INT"),
    q: signals("QUIT"),
    1: signals("USR1"),
    2: signals("USR2"),
  };
  return {
    id: `bytes/log/${named(byte)}`,
    says: `the effect of '${named(byte)}' on a logger that runs`,
    tree: LOG_TREE,
    steps: [
      runsv("web"),
      until(count("trace", "ready"), "1"),
      until(stat("web"), "run"),
      settle("web"),
      send("web/log", byte),
      ...follow[byte] ?? [settle("web")],
      ...LOG_OUTCOME,
    ],
  };
}

function whenLogIsDown(byte: string): Scenario {
  const follow: Record<string, readonly Step[]> = {
    u: [until(count("trace", "ready"), "1"), settle("web")],
    o: [until(count("trace", "ready"), "1"), settle("web")],
    p: [until(stat("web/log"), "down, paused")],
  };
  return {
    id: `bytes/log-down/${named(byte)}`,
    says: `the effect of '${named(byte)}' on a logger that is down`,
    tree: { ...LOG_TREE, "web/log/down": "" },
    steps: [
      runsv("web"),
      until(stat("web"), "run"),
      settle("web"),
      send("web/log", byte),
      ...follow[byte] ?? [settle("web")],
      ...LOG_OUTCOME,
    ],
  };
}

const ALL = [...BYTES, UNKNOWN];

/** Scenarios of the control bytes. */
export const BYTE_SCENARIOS: readonly Scenario[] = [
  ...ALL.map(whenDown),
  ...ALL.map(whenRunning),
  ...ALL.filter((byte) => byte !== "k").map(whenFinishing),
  KILL_IN_FINISH,
  ...ALL.map(whenLogRuns),
  ...ALL.map(whenLogIsDown),
];

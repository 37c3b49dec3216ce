/** The time at which runsv starts a service again: the one-second rule, and commands during the pause. */
import {
  count,
  FIFO,
  FINISH,
  heard,
  pace,
  record,
  runsv,
  type Scenario,
  script,
  send,
  settle,
  stat,
  status,
  tell,
  text,
  until,
} from "../scenario.ts";

/** Notes the machine's uptime in hundredths of seconds, without starting a process. */
const NOTE_TIME = "read up idle </proc/uptime; echo $up >>$W/times";

function paced(
  id: string,
  says: string,
  run: string,
  finish: string | undefined,
  near: readonly number[],
): Scenario {
  return {
    id: `pacing/${id}`,
    says,
    tree: {
      "web/run": script(NOTE_TIME, run),
      ...finish === undefined ? {} : { "web/finish": script(finish) },
      times: "",
    },
    steps: [runsv("web"), until(count("times"), /^([4-9]|..)/), record(pace("times", ...near))],
  };
}

/** Scenarios of the one-second rule. */
export const PACING_SCENARIOS: readonly Scenario[] = [
  paced("dies-at-once", "a run that ends at once starts again after about a second", "exit 1", undefined, [
    0,
    1,
    2,
  ]),
  paced(
    "lives-0.6",
    "a run that lives 0.6 s starts again after a whole second more",
    "exec sleep 0.6",
    undefined,
    [
      0.6,
      1.6,
      2.6,
    ],
  ),
  paced(
    "lives-1.2",
    "a run that lives longer than a second starts again at once",
    "exec sleep 1.2",
    undefined,
    [
      1.2,
      2.2,
    ],
  ),
  paced("finish-counts", "the time of finish counts as life", "exec sleep 0.8", "exec sleep 0.8", [
    0.8,
    1.6,
    2.6,
  ]),
  paced("no-pause-before-finish", "there is no pause before finish", "exit 1", "exec sleep 0.5", [
    0.5,
    1.5,
    2.5,
  ]),
  {
    id: "pacing/cannot-start",
    says: "runsv tries every second to start a run that cannot start",
    tree: { "web/finish": script(NOTE_TIME), times: "" },
    steps: [runsv("web"), until(count("times"), /^([4-9]|..)/), record(pace("times", 0, 1, 2, 5))],
  },
  {
    id: "pacing/logger",
    says: "a logger that ends at once starts again after about a second",
    tree: { "web/run": script("exec sleep 1000"), "web/log/run": script(NOTE_TIME), times: "" },
    steps: [runsv("web"), until(count("times"), /^([4-9]|..)/), record(pace("times", 0, 1, 2))],
  },
  {
    id: "pacing/up-after-short-life",
    says: "'u' after a short life waits for the end of the pause",
    tree: { "web/run": script(NOTE_TIME), "web/down": "", times: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      send("web", "o"),
      until(count("times"), "1"),
      until(stat("web"), "down"),
      send("web", "u"),
      until(count("times"), "2"),
      record(pace("times", 0, 1, 2)),
    ],
  },
  {
    id: "pacing/up-when-down",
    says: "a service that has been down for a while starts at once",
    tree: { "web/run": script("echo run >>$W/trace", "exec sleep 1000"), "web/down": "", trace: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      settle("web"),
      heard("web", "u", 0, 1),
      until(count("trace"), "1"),
      record(stat("web")),
    ],
  },
  {
    id: "pacing/heard-meanwhile",
    says: "whether runsv reads a command during the pause",
    tree: { "web/run": script("echo run >>$W/trace"), "web/down": "", trace: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      send("web", "u"),
      until(count("trace"), "1"),
      until(stat("web"), "down"),
      heard("web", "d", 0, 1),
      settle("web"),
      record(text("trace")),
      record(status("web")),
    ],
  },
  {
    id: "pacing/exit-meanwhile",
    says: "how soon runsv leaves on a command during the pause",
    tree: { "web/run": script("echo run >>$W/trace"), "web/down": "", trace: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      send("web", "u"),
      until(count("trace"), "1"),
      until(stat("web"), "down"),
      heard("web", "x", 0, 1),
      until({ probe: "job", as: "runsv" }, "exit 0"),
      record(text("trace")),
      record(stat("web")),
    ],
  },
  {
    id: "pacing/down-and-up-meanwhile",
    says: "'du' does not shorten the pause",
    tree: { "web/run": script(NOTE_TIME), "web/down": "", times: "" },
    steps: [
      runsv("web"),
      until(stat("web"), "down"),
      send("web", "u"),
      until(count("times"), "1"),
      until(stat("web"), "down"),
      send("web", "du"),
      until(count("times"), "2"),
      record(pace("times", 0, 1, 2)),
    ],
  },
];

/** A one-shot service: it first gives itself `o`, then works. `u` makes it run again. */
const PASS = script("sv o .", "echo pass >>$W/trace", "read word <$W/go", "echo $word >>$W/trace");

function oneShot(id: string, says: string, steps: Scenario["steps"], passes: number): Scenario {
  return {
    id: `one-shot/${id}`,
    says,
    tree: { "web/run": PASS, "web/finish": FINISH, go: FIFO, trace: "" },
    steps: [
      runsv("web"),
      until(count("trace", "pass"), "1"),
      until(stat("web"), "run, want down"),
      ...steps,
      until(count("trace", "finish 0 0"), `${passes}`),
      until(stat("web"), "down"),
      settle("web"),
      record(text("trace")),
      record(status("web")),
    ],
  };
}

/** Scenarios of one-shot services. */
export const ONE_SHOT_SCENARIOS: readonly Scenario[] = [
  oneShot("alone", "a pass without a command is the last", [tell("go", "one\n")], 1),
  oneShot("up-once", "'u' during a pass causes one more", [
    send("web", "u"),
    settle("web"),
    record(stat("web"), "stat after u"),
    tell("go", "one\n"),
    until(count("trace", "pass"), "2"),
    until(stat("web"), "run, want down"),
    tell("go", "two\n"),
  ], 2),
  oneShot("up-often", "many 'u' during a pass cause one more", [
    send("web", "uuu"),
    send("web", "u"),
    settle("web"),
    tell("go", "one\n"),
    until(count("trace", "pass"), "2"),
    until(stat("web"), "run, want down"),
    tell("go", "two\n"),
  ], 2),
  oneShot("up-when-done", "'u' after the pass starts the service as usual", [
    tell("go", "one\n"),
    until(stat("web"), "down"),
    send("web", "u"),
    until(count("trace", "pass"), "2"),
    until(stat("web"), "run, want down"),
    tell("go", "two\n"),
  ], 2),
  oneShot("once-then-once", "'o' during a pass causes no other", [
    send("web", "oo"),
    settle("web"),
    tell("go", "one\n"),
  ], 1),
  oneShot("up-then-down", "'o' after 'u' takes the other pass back", [
    send("web", "u"),
    settle("web"),
    send("web", "o"),
    settle("web"),
    tell("go", "one\n"),
  ], 1),
];

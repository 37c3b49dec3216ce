/**
 * How svlogd is played: a feeder on its standard input, which waits for facts, and at the end the exit code, what
 * was said on standard error, and the log directories.
 */
import {
  datagrams,
  DIRECTORY,
  listen,
  log,
  type Need,
  record,
  run,
  type Scenario,
  type Step,
  type Tree,
} from "../../scenario.ts";

/** What a feeder has at hand. `said` is svlogd's standard error. */
const LIBRARY = String.raw`
until_ok() { until "$@"; do sleep 0.01; done; }
is() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
holds() { grep -q -- "$2" "$1" 2>/dev/null; }
olds() { [ "$(ls "$1" | grep -c "^@.*$2\$")" -ge "$3" ]; }
said_times() { [ -e said ] && [ "$(grep -c -- "$1" said)" -ge "$2" ]; }
lines() { awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "line %04d\n", i }'; }
letters() { awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "%c", 97 + (i - 1) % 26 }'; }
tell() { until_ok [ -s pid ]; kill -"$1" "$(cat pid)"; }
waits() { grep -q poll "/proc/$(cat pid)/wchan" 2>/dev/null; }
ended() { [ -s pid ] && ! kill -0 "$(cat pid)" 2>/dev/null; }
`;

export interface Play {
  /** Files; a log directory `log` is there in any case. */
  readonly tree?: Tree;
  readonly options?: string;
  /** Names of the log directories. */
  readonly logs?: readonly string[];
  readonly needs?: readonly Need[];
  /** Commands whose output is svlogd's input. */
  readonly feeder: readonly string[];
  /** How svlogd is started, when there is more to it. */
  readonly start?: string;
  /** Commands before and after. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** UDP to port `$UDP` is received. */
  readonly listens?: boolean;
  /** In a mount namespace of its own. */
  readonly mounts?: boolean;
  /** What is recorded besides. */
  readonly records?: readonly Step[];
  /** Prints what svlogd said, so that it can be compared. */
  readonly saying?: string;
}

/** A signal that comes twice before it is looked at is told once, and who ended first is chance. */
const WITHOUT_SIGNALS = "grep -v ': sig[a-z]* received' said";

/** One run of svlogd. */
export function played(id: string, says: string, play: Play): Scenario {
  const { tree = {}, options = "", logs = ["log"], feeder, start = "exec svlogd", mounts = false } = play;
  const needs: readonly Need[] = mounts ? ["mounts", ...play.needs ?? []] : play.needs ?? [];
  const script = [
    "#!/bin/sh",
    LIBRARY,
    "feeder() {",
    ...feeder.length === 0 ? [":"] : feeder,
    "}",
    ...play.before ?? [],
    `feeder | sh -c 'echo $$ >pid; ${start} "$@" 2>said' sh ${options} ${logs.join(" ")}`,
    "code=$?",
    play.saying ?? WITHOUT_SIGNALS,
    ...play.after ?? [],
    "exit $code",
    "",
  ].join("\n");
  const directories = Object.fromEntries(
    logs.filter((name) => name === "log").map((name) => [name, DIRECTORY]),
  );
  return {
    id: `svlogd/${id}`,
    says,
    ...needs.length > 0 ? { needs } : {},
    tree: { ...directories, play: script, ...tree },
    steps: [
      ...play.listens === true ? [listen()] : [],
      run(mounts ? "unshare --mount --pid --fork --kill-child --mount-proc ./play" : "./play"),
      ...logs.map((name) => record(log(name))),
      ...play.records ?? [],
      ...play.listens === true ? [record(datagrams())] : [],
    ],
  };
}

/** Shell words for `printf` that print `text` and a newline. */
export function says(...lines: readonly string[]): string {
  return `printf '%s\\n' ${lines.map((line) => `'${line.replaceAll("'", `'\\''`)}'`).join(" ")}`;
}

/** Waits until a log's current is this one line. */
export function written(text: string, directory = "log"): string {
  return `until_ok holds ${directory}/current '^${text}$'`;
}

/**
 * Plays svlogd: a feeder writes to its standard input and waits for facts. At the end the scenario records the exit
 * code, standard error and the log directories.
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

/** Functions for feeders. The file `said` is svlogd's standard error. */
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

/** A run of svlogd in a scenario. */
export interface Play {
  /** Files of the world. The log directory `log` always exists. */
  readonly tree?: Tree;
  readonly options?: string;
  /** Names of the log directories. */
  readonly logs?: readonly string[];
  readonly needs?: readonly Need[];
  /** Commands whose output is svlogd's input. */
  readonly feeder: readonly string[];
  /** The command that starts svlogd. By default `exec svlogd`. */
  readonly start?: string;
  /** Commands before the run. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** True when the scenario receives UDP datagrams to port `$UDP`. */
  readonly listens?: boolean;
  /** True when all of it runs in a mount namespace of its own. */
  readonly mounts?: boolean;
  /** More that the scenario records. */
  readonly records?: readonly Step[];
  /** A command that prints svlogd's messages so that they can be compared. */
  readonly saying?: string;
}

/**
 * Leaves out messages about signals. svlogd mentions a signal once if it comes twice before svlogd looks, so the
 * number is chance.
 */
const WITHOUT_SIGNALS = "grep -v ': sig[a-z]* received' said";

/** A scenario with one run of svlogd. */
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

/** A `printf` command that prints these lines. */
export function says(...lines: readonly string[]): string {
  return `printf '%s\\n' ${lines.map((line) => `'${line.replaceAll("'", `'\\''`)}'`).join(" ")}`;
}

/** A command that waits until `current` has a line that is `text`. */
export function written(text: string, directory = "log"): string {
  return `until_ok holds ${directory}/current '^${text}$'`;
}

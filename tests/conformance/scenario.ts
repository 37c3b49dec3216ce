/**
 * The vocabulary of scenarios.
 *
 * A scenario is a document: the files of a small world, steps in it, and what is recorded meanwhile. A scenario has
 * no expectations. The suite plays the same steps with runit's programs and with denit's, and compares the two
 * recordings entry by entry. Only entries that `differences.ts` names may differ, and only as it says.
 *
 * Commands run in the world's directory, which is `$W` and also `SVDIR`. `$PATH` leads to the applets under test,
 * then to a few ordinary tools. Other families are `$REFERENCE/sv`, `$BUSYBOX/svc`, `$DAEMONTOOLS/svstat`. No step
 * waits for a time: `until` waits for a fact, with a deadline.
 */

/** A file, link, FIFO or directory of a world. */
export type Entry =
  | { readonly kind: "file"; readonly text: string; readonly mode: number }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "fifo" }
  | { readonly kind: "directory"; readonly mode: number };

/** Paths in the world, mapped to entries. A bare string is a file, which is executable if it begins with `#!`. */
export type Tree = Readonly<Record<string, string | Entry>>;

/** Something that a scenario needs of the machine. If a need is not met, the suite skips the scenario and says why. */
export type Need = "root" | "mounts" | "busybox" | "daemontools" | "strace" | "setpriv";

/** A fact to wait for, or to record. */
export type Probe =
  | { readonly probe: "stat"; readonly service: string }
  | { readonly probe: "status"; readonly service: string }
  | { readonly probe: "text"; readonly path: string; readonly once: boolean }
  | { readonly probe: "count"; readonly path: string; readonly line: string }
  | { readonly probe: "listing"; readonly path: string }
  | { readonly probe: "log"; readonly path: string }
  | { readonly probe: "datagrams" }
  | { readonly probe: "job"; readonly as: string }
  | { readonly probe: "settled job"; readonly as: string }
  | { readonly probe: "runner"; readonly service: string }
  | { readonly probe: "programs"; readonly names: readonly string[] }
  | { readonly probe: "pace"; readonly path: string; readonly near: readonly number[] }
  | { readonly probe: "shell"; readonly command: string };

/** A step of a scenario. */
export type Step =
  | { readonly step: "put"; readonly tree: Tree }
  | { readonly step: "listen" }
  | { readonly step: "start"; readonly as: string; readonly command: string }
  | { readonly step: "alter"; readonly command: string }
  | { readonly step: "run"; readonly command: string; readonly near: readonly number[] }
  | { readonly step: "send"; readonly service: string; readonly bytes: string }
  | {
    readonly step: "heard";
    readonly service: string;
    readonly bytes: string;
    readonly near: readonly number[];
  }
  | { readonly step: "tell"; readonly fifo: string; readonly text: string }
  | { readonly step: "signal"; readonly as: string; readonly signal: Deno.Signal }
  | { readonly step: "settle"; readonly service: string }
  | { readonly step: "until"; readonly probe: Probe; readonly is: string | RegExp }
  | { readonly step: "record"; readonly label: string; readonly probe: Probe };

/** A scenario, which is played once on each side. */
export interface Scenario {
  /** The name of the scenario, `theme/what`. The table of differences refers to it. */
  readonly id: string;
  /** The behaviour that is shown if both sides agree. */
  readonly says: string;
  readonly needs?: readonly Need[];
  readonly tree?: Tree;
  readonly steps: readonly Step[];
}

// Files

/** A FIFO. */
export const FIFO: Entry = { kind: "fifo" };
/** A directory of mode 755. */
export const DIRECTORY: Entry = { kind: "directory", mode: 0o755 };

/** A file with a mode of its own. */
export function file(text: string, mode: number): Entry {
  return { kind: "file", text, mode };
}

/** A symbolic link. */
export function link(target: string): Entry {
  return { kind: "link", target };
}

/** A shell script of these lines. */
export function script(...lines: readonly string[]): string {
  return `#!/bin/sh\n${lines.join("\n")}\n`;
}

// Facts to wait for, and to record

/** The line in `supervise/stat`. */
export function stat(service: string): Probe {
  return { probe: "stat", service };
}

/** The 20 bytes of `supervise/status` as words. */
export function status(service: string): Probe {
  return { probe: "status", service };
}

/** The text of a file. */
export function text(path: string): Probe {
  return { probe: "text", path, once: false };
}

/** The text of a file, each line shown once: for what a program tries again every second. */
export function textOnce(path: string): Probe {
  return { probe: "text", path, once: true };
}

/** Number of lines in a file, or of the lines that read `line`. */
export function count(path: string, line = ""): Probe {
  return { probe: "count", path, line };
}

/** Names, kinds, modes and sizes in a directory. */
export function listing(path: string): Probe {
  return { probe: "listing", path };
}

/** A log directory, byte for byte but for labels and stamps (`log_directory.ts`). */
export function log(path = "log"): Probe {
  return { probe: "log", path };
}

/** Datagrams that came by UDP since `listen`, one a line. */
export function datagrams(): Probe {
  return { probe: "datagrams" };
}

/** State of a started command: `running`, `exit N` or `signal N`. */
export function job(as: string): Probe {
  return { probe: "job", as };
}

/**
 * The same as `job`, but once a signal has had its effect. While a signal is pending, or the process not at rest, it
 * is `busy`.
 */
export function afterSignal(as: string): Probe {
  return { probe: "settled job", as };
}

/** State of the process in `supervise/pid`: `S` sleeping, `T` stopped, `gone`. */
export function runner(service: string): Probe {
  return { probe: "runner", service };
}

/** Number of live processes of each name. */
export function programs(...names: readonly string[]): Probe {
  return { probe: "programs", names };
}

/** The duration to which the gaps between a file's lines (seconds of uptime) are nearest. */
export function pace(path: string, ...near: readonly number[]): Probe {
  return { probe: "pace", path, near };
}

/** Output of a command, with its exit code if the command fails. */
export function shell(command: string): Probe {
  return { probe: "shell", command };
}

/**
 * The blocked and ignored signals in a copy of /proc/PID/status, as bits of signals 1 to 31. The two real-time
 * signals of the C library are left out, because the parent of the suite may ignore them.
 */
export function signalSets(path: string): Probe {
  const each = "case $name in SigBlk:|SigIgn:) printf '%s %x\\n' $name $((0x$mask & 0x7fffffff));; esac";
  return shell(`while read name mask rest; do ${each}; done <${path}`);
}

// Steps

/** Makes files, or replaces them. */
export function put(tree: Tree): Step {
  return { step: "put", tree };
}

/** Receives UDP datagrams to port `$UDP` of 127.0.0.1 from now on. */
export function listen(): Step {
  return { step: "listen" };
}

/**
 * Starts a command in the background, in a session of its own. Its output goes to `$W/NAME.out` and `$W/NAME.err`.
 */
export function start(as: string, command: string): Step {
  return { step: "start", as, command };
}

/** Starts runsv on a service directory, as the job `runsv`. */
export function runsv(service: string): Step {
  return start("runsv", `runsv ${service}`);
}

/** Runs a command that must succeed. It is not recorded. */
export function alter(command: string): Step {
  return { step: "alter", command };
}

/**
 * Runs a command, and records its output and exit code. With `near` also the duration to which its time is nearest.
 */
export function run(command: string, ...near: readonly number[]): Step {
  return { step: "run", command, near };
}

/** Writes bytes to `supervise/control`, in one write. */
export function send(service: string, bytes: string): Step {
  return { step: "send", service, bytes };
}

/** Writes bytes as `send` does. Records the duration to which the time is nearest until all bytes had been read. */
export function heard(service: string, bytes: string, ...near: readonly number[]): Step {
  return { step: "heard", service, bytes, near };
}

/** Gives a text to a process that reads a FIFO. */
export function tell(fifo: string, text: string): Step {
  return { step: "tell", fifo, text };
}

/** Sends a signal to a started command. */
export function signal(as: string, signal: Deno.Signal): Step {
  return { step: "signal", as, signal };
}

/** Waits until the supervisor has read all commands, and waits again. */
export function settle(service: string): Step {
  return { step: "settle", service };
}

/** Waits until a probe shows this. */
export function until(probe: Probe, is: string | RegExp): Step {
  return { step: "until", probe, is };
}

/** Records what a probe shows. */
export function record(probe: Probe, label = nameOf(probe)): Step {
  return { step: "record", label, probe };
}

/** Waits for the end of a job and records it. */
export function ended(as: string): readonly Step[] {
  return [until(job(as), /^(exit|signal)/), record(job(as))];
}

/** The label of a probe in recordings. */
export function nameOf(probe: Probe): string {
  switch (probe.probe) {
    case "stat":
    case "status":
    case "runner":
      return `${probe.probe} ${probe.service}`;
    case "text":
    case "listing":
    case "pace":
      return probe.path;
    case "datagrams":
      return "datagrams";
    case "log":
      return `log ${probe.path}`;
    case "count":
      return `count ${probe.path} ${probe.line}`.trim();
    case "settled job":
    case "job":
      return `job ${probe.as}`;
    case "programs":
      return `programs ${probe.names.join(" ")}`;
    case "shell":
      return `$ ${probe.command}`;
  }
}

// Services of which most scenarios are made

/** A run that notes its start and stays. */
export const SLEEPER = script("echo run >>$W/trace", "exec sleep 1000");

/** A run that a signal ends at once, but that ignores TERM. */
export const STUBBORN = script("trap '' TERM", "echo run >>$W/trace", "exec sleep 1000");

/** A run that ends when it is told how: `tell("go", "3\n")`. */
export const TOLD = script("echo run >>$W/trace", "read code <$W/go", "exit $code");

/** A finish that notes its arguments. */
export const FINISH = script('echo "finish $*" >>$W/trace');

/** A finish that notes its arguments, and ends when it is told how. */
export const TOLD_FINISH = script(
  'echo "finish $*" >>$W/trace',
  "read code <$W/done",
  "echo finished >>$W/trace",
  "exit $code",
);

/**
 * A run that notes the signals which it gets, and leaves with 0 on TERM. It `wait`s for its sleep. A stop sends TERM
 * and CONT at once. Whether the second signal still arrives is chance, so after TERM the run ignores CONT.
 */
export const TELLER = script(
  'for s in HUP INT QUIT ALRM USR1 USR2 CONT; do trap "echo $s >>$W/trace" $s; done',
  "trap 'trap \"\" CONT; echo TERM >>$W/trace; kill $!; exit 0' TERM",
  "sleep 1000 >/dev/null &",
  "echo ready >>$W/trace",
  "while kill -0 $! 2>/dev/null; do wait $!; done",
);

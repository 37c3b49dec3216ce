/**
 * The vocabulary of scenarios.
 *
 * A scenario is a document: the files of a small world, what is done in it, and what is written down while it
 * happens. It holds no expectations of its own. The same steps are played with runit's programs and with
 * denit's, and the two recordings are compared entry by entry; `differences.ts` names the only entries that
 * may disagree, and says how.
 *
 * Commands run in the world's directory, which is `$W` and also `SVDIR`. `$PATH` leads to the applets under
 * test, then to a few ordinary tools; other families are reached as `$REFERENCE/sv`, `$BUSYBOX/svc`,
 * `$DAEMONTOOLS/svstat`. Nothing here waits for time: `until` waits for a fact, with a deadline.
 */

export type Entry =
  | { readonly kind: "file"; readonly text: string; readonly mode: number }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "fifo" }
  | { readonly kind: "directory"; readonly mode: number };

/** Path in the world -> what is there. A bare string is a file, executable if it begins with `#!`. */
export type Tree = Readonly<Record<string, string | Entry>>;

/** What a scenario cannot do without; a missing one skips the scenario, and says why. */
export type Need = "root" | "mounts" | "busybox" | "daemontools" | "strace" | "setpriv";

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

export interface Scenario {
  /** `theme/what`; the differences table refers to it. */
  readonly id: string;
  /** What a reader learns if both sides agree. */
  readonly says: string;
  readonly needs?: readonly Need[];
  readonly tree?: Tree;
  readonly steps: readonly Step[];
}

// Files.

export const FIFO: Entry = { kind: "fifo" };
export const DIRECTORY: Entry = { kind: "directory", mode: 0o755 };

export function file(text: string, mode: number): Entry {
  return { kind: "file", text, mode };
}

export function link(target: string): Entry {
  return { kind: "link", target };
}

/** A shell script. */
export function script(...lines: readonly string[]): string {
  return `#!/bin/sh\n${lines.join("\n")}\n`;
}

// Facts to wait for and to record.

/** The line of `supervise/stat`. */
export function stat(service: string): Probe {
  return { probe: "stat", service };
}

/** The 20 bytes of `supervise/status` as words. */
export function status(service: string): Probe {
  return { probe: "status", service };
}

/** A file's text. */
export function text(path: string): Probe {
  return { probe: "text", path, once: false };
}

/** A file's text with repeated lines shown once: for what is tried again every second. */
export function textOnce(path: string): Probe {
  return { probe: "text", path, once: true };
}

/** How many lines a file has, or how many of one content. */
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

/** What came by UDP since `listen`, a line each. */
export function datagrams(): Probe {
  return { probe: "datagrams" };
}

/** A started command: `running`, `exit N` or `signal N`. */
export function job(as: string): Probe {
  return { probe: "job", as };
}

/** The same once a signal has done what it does: `busy` while one is pending, or the process is not at rest. */
export function afterSignal(as: string): Probe {
  return { probe: "settled job", as };
}

/** The process that `supervise/pid` names: `S` sleeping, `T` stopped, `gone`. */
export function runner(service: string): Probe {
  return { probe: "runner", service };
}

/** How many processes of each of these names are alive. */
export function programs(...names: readonly string[]): Probe {
  return { probe: "programs", names };
}

/** Which of some durations the gaps between the lines of a file (seconds of uptime) come nearest to. */
export function pace(path: string, ...near: readonly number[]): Probe {
  return { probe: "pace", path, near };
}

/** What a command prints, its exit code if it fails. */
export function shell(command: string): Probe {
  return { probe: "shell", command };
}

/**
 * The blocked and ignored signals in a copy of /proc/PID/status, as bits of signals 1 to 31. The two real-time
 * signals of the C library are left out: whoever starts the suite may ignore them.
 */
export function signalSets(path: string): Probe {
  const each = "case $name in SigBlk:|SigIgn:) printf '%s %x\\n' $name $((0x$mask & 0x7fffffff));; esac";
  return shell(`while read name mask rest; do ${each}; done <${path}`);
}

// Steps.

/** Files made, or replaced, on the way. */
export function put(tree: Tree): Step {
  return { step: "put", tree };
}

/** From now on UDP to port `$UDP` of 127.0.0.1 is received. */
export function listen(): Step {
  return { step: "listen" };
}

/** A command in the background, in a session of its own; its output is in `$W/NAME.out` and `$W/NAME.err`. */
export function start(as: string, command: string): Step {
  return { step: "start", as, command };
}

/** runsv on a service directory, as the job `runsv`. */
export function runsv(service: string): Step {
  return start("runsv", `runsv ${service}`);
}

/** A command that must succeed, and is not recorded. */
export function alter(command: string): Step {
  return { step: "alter", command };
}

/** A command whose output and exit code are recorded, and with `near` also which duration it took. */
export function run(command: string, ...near: readonly number[]): Step {
  return { step: "run", command, near };
}

/** Bytes written to `supervise/control` in one write. */
export function send(service: string, bytes: string): Step {
  return { step: "send", service, bytes };
}

/** As `send`, and which of some durations it took until they had all been read is recorded. */
export function heard(service: string, bytes: string, ...near: readonly number[]): Step {
  return { step: "heard", service, bytes, near };
}

/** A text for the process that waits in `read` on a FIFO. */
export function tell(fifo: string, text: string): Step {
  return { step: "tell", fifo, text };
}

export function signal(as: string, signal: Deno.Signal): Step {
  return { step: "signal", as, signal };
}

/** Until the supervisor has read all that was sent, and waits again. */
export function settle(service: string): Step {
  return { step: "settle", service };
}

export function until(probe: Probe, is: string | RegExp): Step {
  return { step: "until", probe, is };
}

export function record(probe: Probe, label = nameOf(probe)): Step {
  return { step: "record", label, probe };
}

/** Waits for the end of a job and records it. */
export function ended(as: string): readonly Step[] {
  return [until(job(as), /^(exit|signal)/), record(job(as))];
}

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

// Services that most scenarios are made of.

/** A run that says so and stays. */
export const SLEEPER = script("echo run >>$W/trace", "exec sleep 1000");

/** A run that a signal ends at once and that TERM does not. */
export const STUBBORN = script("trap '' TERM", "echo run >>$W/trace", "exec sleep 1000");

/** A run that ends when told how: `tell("go", "3\n")`. */
export const TOLD = script("echo run >>$W/trace", "read code <$W/go", "exit $code");

/** A finish that says its arguments. */
export const FINISH = script('echo "finish $*" >>$W/trace');

/** A finish that says its arguments and ends when told. */
export const TOLD_FINISH = script(
  'echo "finish $*" >>$W/trace',
  "read code <$W/done",
  "echo finished >>$W/trace",
  "exit $code",
);

/**
 * A run that says which signals it gets and leaves with 0 on TERM. Its sleep is what `wait` waits for. A stop sends
 * TERM and CONT at once: whether the second is still seen is chance, so after TERM it is not looked for.
 */
export const TELLER = script(
  'for s in HUP INT QUIT ALRM USR1 USR2 CONT; do trap "echo $s >>$W/trace" $s; done',
  "trap 'trap \"\" CONT; echo TERM >>$W/trace; kill $!; exit 0' TERM",
  "sleep 1000 >/dev/null &",
  "echo ready >>$W/trace",
  "while kill -0 $! 2>/dev/null; do wait $!; done",
);

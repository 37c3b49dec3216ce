/**
 * Plays a scenario: getty runs on a terminal of its own, a test types there, and a login writes down what it gets.
 *
 * All of it happens in a mount namespace with a new /run and /var/log, so the machine's utmp and wtmp stay as they are.
 */
import { join } from "@std/path";
import { DEADLINE_MS, NotInTime } from "../wait.ts";
import { Pty } from "./pty.ts";

/** A getty to start, and the actions of a user at its terminal. */
export interface Scenario {
  readonly name: string;
  /**
   * The arguments. `terminal` is the path of the terminal, /dev/pts/N; `directory` is where the scenario's files are.
   */
  readonly args: (terminal: string, directory: string) => readonly string[];
  /** The actions at the terminal. By default the user types a name when getty asks for one. */
  readonly types?: (seat: Pty) => Promise<unknown>;
  /** Prepares the terminal before getty starts. */
  readonly before?: (seat: Pty) => void;
  /** Files for getty to read, by name in the directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** An sh script that executes getty as `"$@"`, with the terminal in TTY. By default `exec "$@"`. */
  readonly start?: string;
  /** True when the terminal is left unread, so that it takes no more at some point. */
  readonly isUnread?: boolean;
  /** Removes from the terminal's output what two runs need not share, such as the time. */
  readonly normal?: (shown: string) => string;
}

/** All that a test can see of a getty. In every text the terminal's number is N, and the directory is DIR. */
export interface Recording {
  /** The terminal's output, as a byte string. */
  readonly shown: string;
  /** The end of getty: `exit 0`, `signal SIGHUP`. */
  readonly end: string;
  /** The things that login got: arguments, session, settings, records. Empty if login never started. */
  readonly login: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The question for a name, at the end of the terminal's output. */
export const ASKS = / login: $/;

/** Waits for the question and types `root`. */
export async function typesName(seat: Pty): Promise<void> {
  await seat.shows(ASKS);
  await seat.types("root\r");
}

/** The login. It moves its report into place, so a report that exists is complete. */
const LOGIN = `#!/bin/sh
{
  echo "arguments $#"
  printf '%s\\0' "$@" | od -An -v -tx1
  echo "TERM=$TERM"
  stty -a
  stat -L -c 'terminal %u:%g %a' /proc/self/fd/0
  readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2
  set -- $(ps -o pid=,sid=,pgid=,tpgid= -p $$)
  [ "$1 $1 $1 $1" = "$*" ] && echo leads || echo "does not lead: $*"
  for file in /var/run/utmp /var/log/wtmp; do
    [ -e $file ] && { stat -c '%n %a' $file; od -An -v -w384 -tx1 $file; } || echo "no $file"
  done
} >"$REPORT.new" 2>&1
mv "$REPORT.new" "$REPORT"
echo "LOGIN HAS IT"
`;

const PRIVATE = `mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log && exec sh -c "$START" sh "$@"`;

/** Plays a scenario. `getty` is the command: a program, and perhaps the word `getty` behind it. */
export async function play(getty: readonly string[], scenario: Scenario): Promise<Recording> {
  const { args, types = typesName, before, files = {}, start = 'exec "$@"', normal = same } = scenario;
  const { isUnread = false } = scenario;
  const directory = await Deno.makeTempDir({ prefix: "denit-getty-" });
  const seat = new Pty();
  const over = new AbortController();
  let output: Promise<Deno.CommandOutput> | undefined;
  try {
    for (const [name, text] of Object.entries({ login: LOGIN, ...files })) {
      await Deno.writeFile(
        join(directory, name),
        Uint8Array.from(text, (character) => character.charCodeAt(0)),
        { mode: 0o755 },
      );
    }
    before?.(seat);
    const child = new Deno.Command("unshare", {
      args: ["--mount", "sh", "-c", PRIVATE, "sh", ...getty, ...args(seat.path, directory)],
      env: {
        START: start,
        TTY: seat.path,
        REPORT: join(directory, "report"),
        PATH: `${directory}:${Deno.env.get("PATH")}`,
        TERM: "found",
        TZ: "UTC",
        LC_ALL: "C",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.any([over.signal, AbortSignal.timeout(2 * DEADLINE_MS)]),
    }).spawn();
    output = child.output();
    const ended = isUnread ? output : read(output, seat);
    if (!isUnread) await types(seat);
    const { code, signal, stdout, stderr } = await ended;
    if (signal === "SIGTERM") throw new NotInTime(`getty goes on; ${JSON.stringify(seat.shown)}`);
    const number = seat.path.slice("/dev/pts/".length);
    const plain = (text: string) => text.replaceAll(`pts/${number}`, "pts/N").replaceAll(directory, "DIR");
    return {
      shown: normal(plain(seat.shown)),
      end: signal === null ? `exit ${code}` : `signal ${signal}`,
      login: reportOf(plain(await readIfThere(join(directory, "report"))), number),
      stdout: plain(new TextDecoder().decode(stdout)),
      stderr: plain(new TextDecoder().decode(stderr)),
    };
  } finally {
    seat.hangUp();
    over.abort();
    await output;
    await Deno.remove(directory, { recursive: true });
  }
}

function same(text: string): string {
  return text;
}

/** Reads the terminal until getty has ended, so that getty never waits for a reader. */
async function read<T>(output: Promise<T>, seat: Pty): Promise<T> {
  const taking = setInterval(() => void seat.shown, 5);
  try {
    return await output;
  } finally {
    clearInterval(taking);
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/**
 * Makes two reports equal where they may differ: utmp records lose pid and time, and the terminal's number becomes N.
 */
function reportOf(text: string, number: string): string {
  return text.replaceAll(/^(?: [0-9a-f]{2}){384}$/gm, (line) => {
    const bytes = line.trim().split(" ").map((byte) => parseInt(byte, 16));
    const record = (from: number, to: number) =>
      String.fromCharCode(...bytes.slice(from, to)).replace(/\0+$/, "").replaceAll(number, "N");
    const rest = bytes.slice(332).map((byte, i) => i >= 8 && i < 12 ? (byte === 0 ? "." : "t") : byte).join(
      " ",
    )
      .replaceAll(/[.t]( [.t]){3}/g, "time");
    const fields = [record(0, 2), record(8, 40), record(40, 44), record(44, 76), record(76, 332), rest];
    return JSON.stringify(fields);
  });
}

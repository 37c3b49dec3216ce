/**
 * A getty on a terminal of its own, somebody who types, and a login that tells what it was given.
 *
 * It all happens in a mount namespace with a new /run and /var/log: utmp and wtmp of the machine are left alone.
 */
import { join } from "@std/path";
import { DEADLINE_MS, NotInTime } from "../wait.ts";
import { Pty } from "./pty.ts";

export interface Scenario {
  readonly name: string;
  /** `terminal` is the path of one, /dev/pts/N; `directory` one for files. */
  readonly args: (terminal: string, directory: string) => readonly string[];
  /** What is done at the terminal; absent: a name is typed when it is asked for. */
  readonly types?: (seat: Pty) => Promise<unknown>;
  /** Done to the terminal before. */
  readonly before?: (seat: Pty) => void;
  /** Files for getty to read, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** A piece of sh that executes getty as `"$@"`, with TTY in its environment. */
  readonly start?: string;
  /** Nobody looks at the terminal, which then takes no more at some time. */
  readonly isUnread?: boolean;
  /** What is not to be compared, in what the terminal showed. */
  readonly normal?: (shown: string) => string;
}

export interface Recording {
  /** What the terminal showed, as a byte string; its number is N. */
  readonly shown: string;
  /** `exit 0`, `signal SIGHUP` */
  readonly end: string;
  /** What login was given: arguments, session, settings, records. Empty if it did not come to that. */
  readonly login: string;
  readonly stdout: string;
  readonly stderr: string;
}

export const ASKS = / login: $/;

export async function typesName(seat: Pty): Promise<void> {
  await seat.shows(ASKS);
  await seat.types("root\r");
}

/** `$REPORT` gets all of it in one go: a file that is there is whole. */
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

/** `getty` is the command: a program, and perhaps `getty` behind it. */
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

/** Takes what the terminal shows until getty has ended, so that nobody waits for it. */
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

/** Records with neither pid nor time, and with N for the number of the terminal. */
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

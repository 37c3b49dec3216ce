/** Scenarios for BusyBox's getty and denit's, which must show the same in each. */
import { ASKS, type Scenario } from "./scenario.ts";
import type { Pty } from "./pty.ts";

const PARENB = 0o400;
const PARODD = 0o1000;
const CSTOPB = 0o100;

/** Waits for each text behind all that was shown before, and then types the answer. */
function dialogue(...steps: readonly (readonly [shows: string | RegExp, types: string])[]) {
  return async (seat: Pty) => {
    let from = 0;
    for (const [shows, types] of steps) {
      from = await seat.shows(shows, from);
      await seat.types(types);
    }
  };
}

function name(typed: string) {
  return dialogue([ASKS, typed]);
}

const usual = (terminal: string, directory: string) => ["-l", `${directory}/login`, "9600", terminal];

function with_(...options: readonly string[]) {
  return (terminal: string, directory: string) => [...options, ...usual(terminal, directory)];
}

/** Arguments with the file `issue` as the issue. */
const withIssue = (terminal: string, directory: string) => [
  "-f",
  `${directory}/issue`,
  ...usual(terminal, directory),
];

/** Scenarios in which both gettys must show, do and pass on exactly the same. */
export const SAME: readonly Scenario[] = [
  { name: "a name, and CR", args: usual },
  { name: "a name, and LF: CR stays CR in the session", args: usual, types: name("root\n") },
  { name: "BS rubs out, and becomes the erase character", args: usual, types: name("rooo\bt\r") },
  { name: "DEL rubs out, and becomes the erase character", args: usual, types: name("rooo\x7ft\r") },
  { name: "there is nothing to rub out", args: usual, types: name("\b\x7f\bx\b\bme\r") },
  { name: "Ctrl-U rubs out all", args: usual, types: name("wrong\x15root\r") },
  { name: "Ctrl-U of nothing", args: usual, types: name("\x15root\r") },
  { name: "Ctrl-C ends getty with 0", args: usual, types: name("\x03") },
  { name: "Ctrl-D ends getty with 0, also in the middle of a name", args: usual, types: name("ro\x04") },
  {
    name: "other control characters are ignored",
    args: usual,
    types: name(
      "r\x01\x02\x05\x06\x07o\t\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14o\x16\x17\x18\x19\x1a\x1b[A\x1c\x1d\x1e\x1ft\r",
    ),
  },
  { name: "NUL is ignored if there is one rate", args: usual, types: name("ro\0ot\r") },
  {
    name: "getty asks again after an empty name",
    args: usual,
    types: dialogue([ASKS, "\r"], [ASKS, "\n"], [ASKS, "me\r"]),
  },
  { name: "a name has at most 127 bytes", args: usual, types: name(`${"x".repeat(126)}yzz!\r`) },
  { name: "127 bytes, and one rubbed out", args: usual, types: name(`${"x".repeat(130)}\b!\r`) },
  { name: "a name that looks like an option", args: usual, types: name("-froot\r") },
  {
    name: "login gets what was typed ahead",
    args: (terminal, directory) => ["-l", `${directory}/reader`, "9600", terminal],
    files: { reader: '#!/bin/sh\nread line; echo "$2 $line" >"$REPORT"\n' },
    types: name("root\nsecret\n"),
  },
  { name: "a name with spaces and quotes", args: usual, types: name(" a b'\"$(x)\\\r") },
  { name: "bytes with the highest bit set", args: usual, types: name("s\xc3\xa4\x80\x8d\xff\r") },
  {
    name: "parity and stop bits stay as getty finds them",
    args: usual,
    before: (seat) => seat.addControlFlags(PARENB | PARODD | CSTOPB),
  },
  {
    name: "even parity stays",
    args: usual,
    before: (seat) => seat.addControlFlags(PARENB),
    types: name("root\n"),
  },
  { name: "-L and -h", args: with_("-L", "-h") },
  { name: "-n: no question, and no name for login", args: with_("-n"), types: () => Promise.resolve() },
  {
    name: "-n -w: CR starts login",
    args: with_("-n", "-w", "-I", "READY:"),
    types: dialogue(["READY:", "\r"]),
  },
  { name: "-i: no issue", args: with_("-i") },
  {
    name: "-i, and an empty name",
    args: with_("-i"),
    types: dialogue([ASKS, "\r"], [ASKS, "root\r"]),
  },
  {
    name: "-f: all escapes of an issue",
    args: withIssue,
    files: { issue: "\\s|\\S|\\n|\\h|\\r|\\v|\\m|\\D|\\o|\\O|\\d|\\l|%s%n%l|100%%|\\\\|\\x\\\n|\n\nend" },
  },
  {
    name: "-f: the time",
    args: withIssue,
    files: { issue: "\\t %t\n" },
    normal: (shown) => shown.replaceAll(/\d\d:\d\d:\d\d/g, "TIME"),
  },
  { name: "-f: a file that is not there", args: with_("-f", "/nosuch") },
  { name: "-f: a directory", args: with_("-f", "/proc") },
  { name: "-f: an issue with NULs and bytes", args: withIssue, files: { issue: "a\0b\xe4\r\n\tc" } },
  {
    name: "-w: CR comes before the issue",
    args: with_("-w", "-I", "READY:"),
    types: dialogue(["READY:", "\r"], [ASKS, "root\r"]),
  },
  {
    name: "-w: input before CR is lost",
    args: with_("-w", "-I", "READY:"),
    types: dialogue(["READY:", "abc\x03\x04\0\x8a\x8d\n"], [ASKS, "root\r"]),
  },
  { name: "-t: without a name in time getty ends with 0", args: with_("-t", "1"), types: name("ro") },
  {
    name: "-t: the time runs during -w, too",
    args: with_("-w", "-t", "1"),
    types: () => Promise.resolve(),
  },
  { name: "-t: a name in time", args: with_("-t", "15") },
  { name: "-t 0 is no limit", args: with_("-t", "0") },
  { name: "-I: escapes", args: with_("-I", "AT\\015Z\\x41\\t[\\e\\z\\7]\\\\\\101\\0hidden") },
  {
    name: "-m: getty takes the speed that the modem tells",
    args: with_("-m", "-I", "ATA:"),
    types: dialogue(["ATA:", "\r\nCONNECT 19200/ARQ\r\n"], [ASKS, "root\r"]),
  },
  {
    name: "-m: a speed that does not exist is ignored",
    args: with_("-m", "-I", "ATA:"),
    types: dialogue(["ATA:", "BUSY 12345\r\n"], [ASKS, "root\r"]),
  },
  { name: "getty makes utmp, but no wtmp", args: usual },
  {
    name: "-H: utmp and wtmp get the host",
    args: with_("-H", "far.example.org"),
    start: 'touch /var/log/wtmp; exec "$@"',
  },
  {
    name: "getty overwrites the record of the same line in utmp",
    args: usual,
    start: '"$@"; exec "$@"',
    types: dialogue([ASKS, "root\r"], ["LOGIN HAS IT", ""], [ASKS, "root\r"]),
  },
  {
    name: "rate and terminal swapped",
    args: (terminal, directory) => ["-l", `${directory}/login`, terminal, "9600"],
  },
  {
    name: "a terminal without /dev/, and a type",
    args: (
      terminal,
      directory,
    ) => ["-l", `${directory}/login`, "19200", terminal.slice("/dev/".length), "vt102"],
  },
  {
    name: "options behind the terminal, in clusters and joined",
    args: (terminal, directory) => ["38400", terminal, "vt100", `-Lil${directory}/login`],
  },
  {
    name: "-- ends the options",
    args: (terminal, directory) => ["-l", `${directory}/login`, "--", "9600", terminal],
  },
  { name: "getty looks for login in PATH", args: (terminal) => ["-l", "login", "9600", terminal] },
  {
    name: "rate 0 leaves the speed as it is",
    args: (terminal, directory) => ["-l", `${directory}/login`, "0", terminal],
  },
  ...["50", "134", "1800", "57600", "115200", "230400", "460800", "921600", "1500000", "4000000"].map((
    rate,
  ) => ({
    name: `rate ${rate}`,
    args: (terminal: string, directory: string) => ["-l", `${directory}/login`, rate, terminal],
  })),
  {
    name: "a break selects the next rate",
    args: (terminal, directory) => ["-l", `${directory}/login`, "9600,4800,1200", terminal],
    types: dialogue([ASKS, "gar\0"], [ASKS, "root\r"]),
  },
  {
    name: "the first rate follows the last",
    args: (terminal, directory) => ["-l", `${directory}/login`, "9600,4800", terminal],
    types: dialogue([ASKS, "\0"], [ASKS, "bage\0"], [ASKS, "root\n"]),
  },
  {
    name: "- is standard input",
    args: (_, directory) => ["-l", `${directory}/login`, "9600", "-"],
    start: 'exec "$@" 0<>"$TTY"',
  },
  {
    name: "a session leader stays one",
    args: usual,
    start: 'exec setsid "$@"',
  },
  {
    name: "a session leader gives up the terminal that it has",
    args: usual,
    start: 'exec setsid -c "$@" <"$TTY"',
  },
  {
    name: "a hang-up while a name is typed kills getty by HUP",
    args: usual,
    types: async (seat) => {
      await typesHalf(seat);
      seat.hangUp();
    },
  },
];

async function typesHalf(seat: Pty): Promise<void> {
  await seat.shows(ASKS);
  await seat.types("ro");
  await seat.shows("ro", seat.shown.length - 2);
}

/** Arguments that getty refuses at once with 1. The lines that follow the complaint are help. */
export const REFUSED: readonly Pick<Scenario, "name" | "args">[] = [
  { name: "no arguments", args: () => [] },
  { name: "one argument", args: () => ["9600"] },
  { name: "a rate that no line has", args: (terminal) => ["9601", terminal] },
  { name: "a rate with letters behind", args: (terminal) => ["9600x", terminal] },
  { name: "two words, and neither a rate", args: (terminal) => [terminal, "fast"] },
  { name: "an empty rate in the list", args: (terminal) => ["9600,,1200", terminal] },
  { name: "eleven rates", args: (terminal) => ["1200,".repeat(10) + "1200", terminal] },
  { name: "an unknown option", args: (terminal) => ["-x", "9600", terminal] },
  { name: "an unknown long option", args: (terminal) => ["--fast", "9600", terminal] },
  { name: "-l without a program", args: (terminal) => ["9600", terminal, "-l"] },
  { name: "-t and no number", args: (terminal) => ["-t", "soon", "9600", terminal] },
];

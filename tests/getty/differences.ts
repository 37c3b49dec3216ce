/**
 * Every deliberate difference from BusyBox's getty. Each row has a scenario that shows both halves of it, and fails
 * when one stops being true, whichever side has changed.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ASKS, type Recording, type Scenario } from "./scenario.ts";

export interface Difference {
  readonly id: string;
  readonly busybox: string;
  readonly denit: string;
  readonly why: string;
  /** It takes ten seconds: played with all the others that do (waiting_test.ts). */
  readonly waits?: boolean;
  readonly scenario: Scenario;
  readonly shows: (both: { readonly busybox: Recording; readonly denit: Recording }) => void;
}

const usual = (terminal: string, directory: string) => ["-l", `${directory}/login`, "9600", terminal];

export const DIFFERENCES: readonly Difference[] = [
  {
    id: "descriptors",
    busybox: "closes descriptors from 3 on up to the first that is free; login gets those behind it",
    denit: "login gets 0, 1 and 2",
    why: "what a supervisor has open is no business of who logs in",
    scenario: {
      name: "descriptors",
      args: (terminal, directory) => ["-l", `${directory}/fds`, "9600", terminal],
      files: { fds: '#!/bin/sh\nls -l /proc/$$/fd | grep -c " [89] -> /dev/null" >"$REPORT"\n' },
      start: 'exec "$@" 3>&- 4>&- 8>/dev/null 9>/dev/null',
    },
    shows: ({ busybox, denit }) => assertEquals([busybox.login, denit.login], ["2\n", "0\n"]),
  },
  {
    id: "ignored-signals",
    busybox: "login finds the signals ignored that getty was started with ignored",
    denit: "every signal is at its default, and none is blocked",
    why: "a session that cannot be interrupted because of how its getty was started is of no use",
    scenario: {
      name: "ignored-signals",
      args: (terminal, directory) => ["-l", `${directory}/signals`, "9600", terminal],
      // sh blocks signals while it starts a program, so it reads by itself.
      files: {
        signals:
          '#!/bin/sh\nwhile read -r line; do case $line in SigBlk*|SigIgn*) echo "$line" ;; esac; done' +
          ' </proc/$$/status >"$REPORT"\n',
      },
      start: "trap '' INT QUIT USR1; exec \"$@\"",
    },
    shows: ({ busybox, denit }) => {
      assertMatch(busybox.login, /SigIgn:\t[0-9a-f]{13}206\n/);
      assertMatch(denit.login, /SigBlk:\t0{16}\nSigIgn:\t[0-9a-f]{8}[0-9a-f]{5}000\n/);
    },
  },
  {
    id: "lone-backslash",
    busybox: "a backslash at the end of the issue prints a byte 255",
    denit: "it prints nothing",
    why: "the byte is an end of file that was taken for a character",
    scenario: {
      name: "lone-backslash",
      args: (terminal, directory) => ["-f", `${directory}/issue`, ...usual(terminal, directory)],
      files: { issue: "end\\" },
    },
    shows: ({ busybox, denit }) => {
      assertStringIncludes(busybox.shown, "end\xff");
      assertEquals(denit.shown, busybox.shown.replace("\xff", ""));
    },
  },
  {
    id: "break-to-rate-0",
    busybox: "a break that leads to rate 0 sets it, which hangs a line up",
    denit: "it leaves the speed as it is, as rate 0 does at the start",
    why: "0 means that the speed is as it should be",
    scenario: {
      name: "break-to-rate-0",
      args: (terminal, directory) => ["-l", `${directory}/login`, "9600,0", terminal],
      types: async (seat) => {
        const asked = await seat.shows(ASKS);
        await seat.types("\0");
        await seat.shows(ASKS, asked);
        await seat.types("root\r");
      },
    },
    shows: ({ busybox, denit }) => {
      assertStringIncludes(busybox.login, "speed 0 baud");
      assertEquals(denit.login, busybox.login.replace("speed 0 baud", "speed 9600 baud"));
    },
  },
  {
    id: "terminal-that-takes-nothing",
    busybox: "-t may not end it while the terminal takes no output",
    denit: "it ends when the time is over",
    why: "-t is a deadline",
    waits: true,
    scenario: {
      name: "terminal-that-takes-nothing",
      args: (terminal, directory) => ["-t", "1", "-f", `${directory}/issue`, ...usual(terminal, directory)],
      files: { issue: "a line of an issue that is much too long\n".repeat(10_000) },
      // BusyBox's is ended from outside; 124 tells.
      start: 'exec timeout --foreground 10 "$@"',
      isUnread: true,
    },
    // Its alarm may come between two writes, and then it ends in time.
    shows: ({ busybox, denit }) => {
      assert(["exit 124", "exit 0"].includes(busybox.end), busybox.end);
      assertEquals(denit.end, "exit 0");
    },
  },
  {
    id: "hang-up-while-ignored",
    busybox: "a hang-up while HUP is ignored is an error of tcsetattr, ten seconds later",
    denit: "it is an end with 0, at once",
    why: "nothing has failed, and there is nobody to be told",
    waits: true,
    scenario: {
      name: "hang-up-while-ignored",
      args: usual,
      start: "trap '' HUP; exec \"$@\"",
      types: async (seat) => {
        await seat.shows(ASKS);
        seat.hangUp();
      },
    },
    shows: ({ busybox, denit }) => assertEquals([busybox.end, denit.end], ["exit 1", "exit 0"]),
  },
  {
    id: "reason",
    busybox: "does not tell why login cannot be executed",
    denit: "tells it",
    why: "there are many reasons",
    waits: true,
    scenario: {
      name: "reason",
      args: (terminal) => ["-l", "/nosuch/login", "9600", terminal],
    },
    shows: ({ busybox, denit }) => {
      assertEquals([busybox.end, denit.end], ["exit 1", "exit 1"]);
      const told = "root\r\ngetty: pts/N: can't execute '/nosuch/login'";
      assertStringIncludes(busybox.shown, `${told}\r\r\n`);
      assertStringIncludes(denit.shown, `${told}: file does not exist\r\n`);
    },
  },
  {
    id: "no-syslog",
    busybox: "an error goes to the terminal, if there is one, and to syslog",
    denit: "it goes to the terminal, and to where standard error went before; the reason is in runit's words",
    why: "getty opens no socket, and a supervisor has a log",
    waits: true,
    scenario: {
      name: "no-syslog",
      args: (_, directory) => usual("/dev/nosuch", directory),
      types: () => Promise.resolve(),
    },
    shows: ({ busybox, denit }) => {
      assertEquals([busybox.end, denit.end], ["exit 1", "exit 1"]);
      assertEquals(busybox.stderr, "");
      assertEquals(denit.stderr, "getty: can't open '/dev/nosuch': file does not exist\n");
    },
  },
  {
    id: "no-terminal",
    busybox: "gives whatever it has opened to root, with mode 0620",
    denit: "does so with a terminal only",
    why: "'getty 9600 null' must not take /dev/null away from everybody",
    waits: true,
    scenario: {
      name: "no-terminal",
      args: (_, directory) => usual(`${directory}/file`, directory),
      files: { file: "" },
      types: () => Promise.resolve(),
      start: '"$@"; code=$?; for file; do :; done; stat -c %a "$file"; exit $code',
    },
    shows: ({ busybox, denit }) => {
      assertEquals([busybox.end, denit.end], ["exit 1", "exit 1"]);
      assertEquals([busybox.stdout, denit.stdout], ["620\n", "755\n"]);
      assertEquals(denit.stderr, "getty: DIR/file: TIOCSCTTY: not a tty\n");
    },
  },
];

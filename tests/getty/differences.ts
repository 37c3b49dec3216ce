/**
 * Every deliberate difference from BusyBox's getty. Each row has a scenario that shows what both programs do. If either
 * of them changes, the scenario fails.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ASKS, type Recording, type Scenario } from "./scenario.ts";

/** A deliberate difference. `busybox`, `denit` and `why` are phrases for users. */
export interface Difference {
  readonly id: string;
  readonly busybox: string;
  readonly denit: string;
  readonly why: string;
  /** True when the scenario takes ten seconds. waiting_test.ts plays all such scenarios at the same time. */
  readonly waits?: boolean;
  readonly scenario: Scenario;
  readonly shows: (both: { readonly busybox: Recording; readonly denit: Recording }) => void;
}

const usual = (terminal: string, directory: string) => ["-l", `${directory}/login`, "9600", terminal];

/** All deliberate differences from BusyBox's getty. */
export const DIFFERENCES: readonly Difference[] = [
  {
    id: "descriptors",
    busybox: "getty closes descriptors from 3 up to the first free one; login gets those behind it",
    denit: "login gets 0, 1 and 2",
    why: "the open files of a supervisor are not for people who log in",
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
    busybox: "signals that were ignored when getty started are ignored in login",
    denit: "every signal is at its default, and none is blocked",
    why: "whether a session can be interrupted must not depend on who started its getty",
    scenario: {
      name: "ignored-signals",
      args: (terminal, directory) => ["-l", `${directory}/signals`, "9600", terminal],
      // sh blocks signals while it starts a program, so the script reads without starting one.
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
    why: "BusyBox takes the end of the file for a character",
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
    busybox: "if a break leads to rate 0, getty sets it, which hangs up the line",
    denit: "rate 0 leaves the speed as it is, as at the start",
    why: "0 means that the speed is right",
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
    busybox: "while the terminal takes no output, -t may not end getty",
    denit: "getty ends when the time is over",
    why: "-t is a deadline",
    waits: true,
    scenario: {
      name: "terminal-that-takes-nothing",
      args: (terminal, directory) => ["-t", "1", "-f", `${directory}/issue`, ...usual(terminal, directory)],
      files: { issue: "a line of an issue that is much too long\n".repeat(10_000) },
      // timeout ends BusyBox's getty, which then exits with 124.
      start: 'exec timeout --foreground 10 "$@"',
      isUnread: true,
    },
    // The alarm of BusyBox's getty may come between two writes: then it ends in time.
    shows: ({ busybox, denit }) => {
      assert(["exit 124", "exit 0"].includes(busybox.end), busybox.end);
      assertEquals(denit.end, "exit 0");
    },
  },
  {
    id: "hang-up-while-ignored",
    busybox: "if the terminal hangs up while HUP is ignored, getty fails in tcsetattr, ten seconds later",
    denit: "getty exits 0 at once",
    why: "nothing has failed, and nobody is at the terminal to read an error",
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
    busybox: "if login cannot be executed, getty does not say why",
    denit: "getty says why",
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
    denit:
      "an error goes to the terminal, and to where standard error went before; the reason is in runit's words",
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
    busybox: "getty gives any file that it has opened to root, with mode 0620",
    denit: "getty does so only if the file is a terminal",
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

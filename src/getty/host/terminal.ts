/** Taking hold of a terminal: a session of our own, descriptors 0 to 2, and the foreground. */
import { CWD, type Fd, STDERR, STDIN, STDOUT } from "../../posix/descriptor.ts";
import { OPEN } from "../../runtime/kernel.ts";
import { errnoText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import type { GettyOptions } from "../options.ts";
import { askingSettings, packSettings, type Settings, SETTINGS_SIZE, settingsOf } from "../settings.ts";
import { attempt, Fatal, tolerate } from "./fatal.ts";
import type { GettyKernel } from "./kernel.ts";
import { TERMINAL } from "./terminal_line.ts";

const STDIO = [STDIN, STDOUT, STDERR];
const OWNER_MODE = 0o620;
/** The user and the group root. */
const ROOT = 0;
/** The time that getty waits until output is sent: a line of 600 baud may need that long. */
const DRAIN_MS = 5000;
const DRAIN_PAUSE_MS = 50;

/** Makes this process the leader of a session without a terminal. Throws Fatal. */
export function leadSession(kernel: GettyKernel): void {
  try {
    kernel.newSession();
    return;
  } catch (thrown) {
    // A leader of a process group cannot begin a session, and need not if it leads one already.
    const reason = errnoText(errnoOf(thrown));
    if (kernel.session() !== kernel.pid()) throw new Fatal(`setsid: ${reason}`);
  }
  tolerate(() => {
    const fd = kernel.open(CWD, "/dev/tty", OPEN.readWrite | OPEN.nonBlock);
    kernel.letTerminalGo(fd);
    kernel.close(fd);
  });
}

/**
 * Opens the terminal as standard input. It stays non-blocking until it is handed over to login. Returns its path.
 * Throws Fatal.
 */
export function openTerminal(kernel: GettyKernel, terminal: string): string {
  if (terminal === "-") return takeStdin(kernel);
  const flags = OPEN.readWrite | OPEN.nonBlock;
  const fd = attempt(`can't open '${terminal}'`, () => kernel.open(CWD, terminal, flags));
  kernel.duplicate(fd, TERMINAL);
  kernel.close(fd);
  tolerate(() => takeOwnership(kernel));
  return terminal;
}

/** Fails before it changes anything if the file is no terminal: its owner and mode are not ours to change. */
function takeOwnership(kernel: GettyKernel): void {
  kernel.settings(TERMINAL, SETTINGS_SIZE);
  kernel.changeOwner(TERMINAL, ROOT, ROOT);
  kernel.chmodFd(TERMINAL, OWNER_MODE);
}

/** Uses standard input as it is. Others may have it open too, so it stays blocking, as it is for them. */
function takeStdin(kernel: GettyKernel): string {
  if (!kernel.isReadWrite(TERMINAL)) throw new Fatal("stdin is not open for read/write");
  let path = "-";
  tolerate(() => path = kernel.terminalPath(TERMINAL));
  tolerate(() => kernel.setNonBlocking(TERMINAL, false));
  return path;
}

/** Makes standard input, output and error the same open file as `from`. Throws SysError. */
export function putOnStdio(kernel: GettyKernel, from: Fd): void {
  for (const fd of STDIO) if (fd !== STDIN && fd !== from) kernel.duplicate(from, fd);
}

/** Makes the terminal that of our session, and us its foreground group. Throws Fatal. */
export function takeControl(kernel: GettyKernel): void {
  const pid = kernel.pid();
  if (kernel.sessionOf(TERMINAL) !== pid) attempt("TIOCSCTTY", () => kernel.controlTerminal(TERMINAL));
  attempt("tcsetpgrp", () => kernel.setForeground(TERMINAL, pid));
}

/** The settings with which the terminal was found. Throws Fatal. */
export function foundSettings(kernel: GettyKernel): Settings {
  return settingsOf(attempt("tcgetattr", () => kernel.settings(TERMINAL, SETTINGS_SIZE)));
}

/**
 * Waits until pending output is sent, discards what else is queued, and applies the settings to ask for a name.
 * Returns these settings. Throws Fatal.
 */
export function prepareLine(kernel: GettyKernel, found: Settings, options: GettyOptions): Settings {
  const endMs = kernel.monotonicMs() + DRAIN_MS;
  while (kernel.unsent(TERMINAL) > 0 && kernel.monotonicMs() < endMs) kernel.pause(DRAIN_PAUSE_MS);
  tolerate(() => kernel.discard(TERMINAL, "both"));
  const settings = askingSettings(found, { ...options, code: options.rates[0] ?? 0 });
  attempt("tcsetattr", () => kernel.setSettings(TERMINAL, packSettings(settings)));
  return settings;
}

/** Getting hold of the terminal: a session of our own, descriptors 0 to 2, and to be the one that it obeys. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { OPEN } from "../../runtime/kernel.ts";
import { errnoText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import { askingSettings, recordOf, type Settings, SETTINGS_SIZE, settingsOf } from "../settings.ts";
import type { Options } from "../options.ts";
import { attempt, Fatal, tolerate } from "./fatal.ts";
import type { GettyKernel } from "./kernel.ts";
import { TERMINAL } from "./line.ts";

const STDIO = [0, 1, 2] as const;
const OWNER_MODE = 0o620;
const ROOT = 0;
/** A line of 600 baud may take that long for what is still to be sent; looked at 20 times a second. */
const DRAIN_MS = 5000;
const DRAIN_PAUSE_MS = 50;

/** A session of our own, without a terminal. */
export function leadSession(kernel: GettyKernel): void {
  try {
    kernel.newSession();
    return;
  } catch (thrown) {
    // Who leads a process group cannot, and need not if he leads a session.
    const reason = errnoText(errnoOf(thrown));
    if (kernel.session() !== kernel.pid()) throw new Fatal(`setsid: ${reason}`);
  }
  tolerate(() => {
    const fd = kernel.open(CWD, "/dev/tty", OPEN.readWrite | OPEN.nonBlock);
    kernel.letTerminalGo(fd);
    kernel.close(fd);
  });
}

/** Opens the terminal as 0, 1 and 2. It stays non-blocking until it is handed over. Returns its path. */
export function openTerminal(kernel: GettyKernel, terminal: string): string {
  if (terminal === "-") return takeStdin(kernel);
  const flags = OPEN.readWrite | OPEN.nonBlock;
  const fd = attempt(`can't open '${terminal}'`, () => kernel.open(CWD, terminal, flags));
  kernel.duplicate(fd, TERMINAL);
  kernel.close(fd);
  tolerate(() => own(kernel));
  return terminal;
}

/** Of what is no terminal neither owner nor mode is ours to change. */
function own(kernel: GettyKernel): void {
  kernel.settings(TERMINAL, SETTINGS_SIZE);
  kernel.changeOwner(TERMINAL, ROOT, ROOT);
  kernel.chmodFd(TERMINAL, OWNER_MODE);
}

/** Others may have it open, too: so it is blocking, as it is for them. */
function takeStdin(kernel: GettyKernel): string {
  if (!kernel.isReadWrite(TERMINAL)) throw new Fatal("stdin is not open for read/write");
  let path = "-";
  tolerate(() => path = kernel.terminalPath(TERMINAL));
  tolerate(() => kernel.setNonBlocking(TERMINAL, false));
  return path;
}

export function putOnStdio(kernel: GettyKernel, from: Fd): void {
  for (const fd of STDIO) if (fd > 0 && fd !== from) kernel.duplicate(from, fd);
}

/** The terminal of our session, with us in the foreground. */
export function control(kernel: GettyKernel): void {
  const pid = kernel.pid();
  if (kernel.sessionOf(TERMINAL) !== pid) attempt("TIOCSCTTY", () => kernel.controlTerminal(TERMINAL));
  attempt("tcsetpgrp", () => kernel.setForeground(TERMINAL, pid));
}

export function foundSettings(kernel: GettyKernel): Settings {
  return settingsOf(attempt("tcgetattr", () => kernel.settings(TERMINAL, SETTINGS_SIZE)));
}

/** Lets go out what is on its way, throws away the rest, and sets the line to ask for a name. */
export function prepare(kernel: GettyKernel, found: Settings, options: Options): Settings {
  const endMs = kernel.monotonicMs() + DRAIN_MS;
  while (kernel.unsent(TERMINAL) > 0 && kernel.monotonicMs() < endMs) kernel.pause(DRAIN_PAUSE_MS);
  tolerate(() => kernel.discard(TERMINAL, "both"));
  const settings = askingSettings(found, { ...options, code: options.rates[0] ?? 0 });
  attempt("tcsetattr", () => kernel.setSettings(TERMINAL, recordOf(settings)));
  return settings;
}

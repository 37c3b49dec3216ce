/**
 * getty(8): opens a terminal, asks for a name, and becomes login.
 *
 * getty lives no longer than a user takes to type a name. It waits in poll(2), with what is left of the time of -t. If
 * it ends before there is a name and without an error, it exits with 0. After an error it prints a message, waits ten
 * seconds, because its supervisor will start it again at once, and exits with 1.
 */
import { type Become, exit, type Outcome } from "../cli/outcome.ts";
import { CWD, type Fd, FIRST_FREE, STDERR } from "../posix/descriptor.ts";
import { EXIT } from "../posix/exit_code.ts";
import { changed } from "../launch/environment.ts";
import { pathOf } from "../launch/search.ts";
import { OPEN } from "../runtime/kernel.ts";
import { errnoText, print } from "../runtime/report.ts";
import { readText } from "../runtime/small_file.ts";
import { bytesOf } from "../sys/bytes.ts";
import { SysError } from "../sys/error.ts";
import { NS_PER_SECOND } from "../time/units.ts";
import { ASCII } from "./ascii.ts";
import { recordAskingGetty } from "./host/accounting.ts";
import { attempt, Fatal, tolerate } from "./host/fatal.ts";
import type { GettyKernel } from "./host/kernel.ts";
import {
  foundSettings,
  leadSession,
  openTerminal,
  prepareLine,
  putOnStdio,
  takeControl,
} from "./host/terminal.ts";
import { Leaving, TERMINAL, TerminalLine } from "./host/terminal_line.ts";
import { ISSUE_START, type IssueFacts, issueText, promptText } from "./issue.ts";
import { NOTHING_TYPED, typeByte, type TypedName } from "./name.ts";
import type { GettyOptions } from "./options.ts";
import { codeOfModem } from "./rates.ts";
import { withSpeed } from "./settings.ts";
import { layoutOf } from "./utmp.ts";
import { speakerOf } from "./wording.ts";

export { runUtmpset } from "./host/utmpset.ts";

/** The exit code after an error. */
const FAILED = 1;
/** The pause before the supervisor starts getty again, after an error that will probably come again. */
const FAILURE_PAUSE_MS = 10_000;
/** A modem that is called says its rate within a second. */
const MODEM_MS = 1000;
const MODEM_BYTES = 127;
/** The time for which there is noise on the line after a change of speed. */
const NOISE_MS = 100;
/** Bytes of the issue file that are read. */
const MOST_ISSUE = 1 << 20;

/** Runs getty(8). Returns login as the program to become, or an exit code. */
export function runGetty(kernel: GettyKernel, options: GettyOptions): Outcome {
  try {
    leadSession(kernel);
  } catch (thrown) {
    if (!(thrown instanceof Fatal)) throw thrown;
    print(kernel, STDERR, `getty: ${thrown.message}\n`);
    return exit(FAILED);
  }
  return new Getty(kernel, options).run();
}

class Getty {
  readonly #kernel: GettyKernel;
  readonly #options: GettyOptions;
  /** Standard error as it was, which is the supervisor's log; undefined if it was closed. */
  readonly #log: Fd | undefined;
  #speaker = "getty";
  #name: TypedName = NOTHING_TYPED;

  constructor(kernel: GettyKernel, options: GettyOptions) {
    this.#kernel = kernel;
    this.#options = options;
    let log: Fd | undefined;
    tolerate(() => log = kernel.copyOf(STDERR));
    this.#log = log;
  }

  run(): Outcome {
    try {
      this.#leaveStdio();
      const terminal = openTerminal(this.#kernel, this.#options.terminal);
      this.#speaker = speakerOf(terminal);
      return this.#serve(terminal);
    } catch (thrown) {
      this.#say(fatalOf(thrown).message);
      this.#kernel.pause(FAILURE_PAUSE_MS);
      return exit(FAILED);
    }
  }

  /** Lets go of the descriptors that the supervisor gave us. The terminal takes their numbers. */
  #leaveStdio(): void {
    const kernel = this.#kernel;
    const nothing = attempt("can't open '/dev/null'", () => kernel.open(CWD, "/dev/null", OPEN.readWrite));
    putOnStdio(kernel, nothing);
    kernel.close(nothing);
  }

  #serve(terminal: string): Outcome {
    const kernel = this.#kernel;
    putOnStdio(kernel, TERMINAL);
    takeControl(kernel);
    const found = foundSettings(kernel);
    this.#recordAsking(terminal);
    const line = new TerminalLine(kernel, prepareLine(kernel, found, this.#options));
    try {
      this.#converse(line, terminal);
    } catch (thrown) {
      if (!(thrown instanceof Leaving)) throw thrown;
      tolerateFatal(() => line.finish(this.#name));
      return exit(EXIT.done);
    }
    line.finish(this.#name);
    return this.#login();
  }

  /** Writes into utmp that this terminal asks for a name. */
  #recordAsking(terminal: string): void {
    const kernel = this.#kernel;
    const second = kernel.wallNs() / NS_PER_SECOND;
    const asking = { pid: kernel.pid(), terminal, host: this.#options.host, second };
    recordAskingGetty(kernel, layoutOf(kernel.architecture), asking);
  }

  #converse(line: TerminalLine, terminal: string): void {
    const { greeting, asksModem, timeoutSec, waitsForEnter, prompts } = this.#options;
    line.send(greeting);
    if (asksModem) this.#askModem(line);
    if (timeoutSec !== undefined) line.endAfter(timeoutSec);
    if (waitsForEnter) this.#waitForEnter(line);
    if (prompts) this.#askName(line, terminal);
  }

  #askModem(line: TerminalLine): void {
    this.#kernel.pause(MODEM_MS);
    const code = codeOfModem(line.readPending(MODEM_BYTES));
    if (code !== undefined) line.apply(withSpeed(line.settings, code));
  }

  #waitForEnter(line: TerminalLine): void {
    for (let byte = line.readByte(); byte !== undefined; byte = line.readByte()) {
      if (byte === ASCII.CR || byte === ASCII.LF) return;
    }
  }

  /** Asks until there is a name, at the next rate after each break. */
  #askName(line: TerminalLine, terminal: string): void {
    const { rates } = this.#options;
    for (let i = 0; !this.#readName(line, terminal);) {
      i = (i + 1) % rates.length;
      line.apply(withSpeed(line.settings, rates[i] ?? 0));
    }
  }

  /** Asks at one rate. False if the user sent a break to try another rate. Throws Leaving. */
  #readName(line: TerminalLine, terminal: string): boolean {
    this.#kernel.pause(NOISE_MS);
    tolerate(() => this.#kernel.discard(TERMINAL, "input"));
    line.send(this.#question(terminal));
    // getty spends most of its life waiting here, and there may be many of them.
    this.#kernel.releaseMemory();
    for (;;) {
      const byte = line.readByte();
      if (byte === undefined) throw new Leaving();
      const { name, echo, answer } = typeByte(this.#name, byte, this.#options.rates.length > 1);
      this.#name = name;
      line.send(echo);
      switch (answer) {
        case "more":
          break;
        case "again":
          line.send(this.#question(terminal));
          break;
        case "done":
          return true;
        case "next rate":
          return false;
        case "leave":
          throw new Leaving();
      }
    }
  }

  #question(terminal: string): string {
    const facts = this.#facts(terminal);
    const { issue } = this.#options;
    const introduction = issue === undefined ? "" : ISSUE_START + issueText(this.#textOf(issue), facts);
    return introduction + promptText(facts);
  }

  #facts(terminal: string): IssueFacts {
    const [system = "", node = "", release = "", version = "", machine = "", domain = ""] = this.#kernel
      .systemNames();
    const time = this.#kernel.localTime(this.#kernel.wallNs() / NS_PER_SECOND) ?? NO_TIME;
    return { system, node, release, version, machine, domain, terminal, time };
  }

  /** The text of a file; empty if it cannot be read. */
  #textOf(path: string): string {
    const kernel = this.#kernel;
    let text = "";
    tolerate(() => {
      // The open does not block, so a FIFO without a writer counts as empty.
      const fd = kernel.open(CWD, path, OPEN.read | OPEN.nonBlock);
      try {
        text = readText(kernel, fd, MOST_ISSUE);
      } finally {
        kernel.close(fd);
      }
    });
    return text;
  }

  #login(): Become {
    const kernel = this.#kernel;
    const { login, terminalType, prompts } = this.#options;
    tolerate(() => kernel.setNonBlocking(TERMINAL, false));
    kernel.closeOnExec(FIRST_FREE);
    const { environment } = kernel;
    return {
      kind: "become",
      path: login,
      // login takes no word behind -- for an option, whatever was typed.
      argv: [login, "--", ...prompts ? [this.#name.typed] : []],
      environment: terminalType === undefined
        ? environment
        : changed(environment, [{ name: "TERM", value: terminalType }]),
      search: pathOf(environment),
      refusal: `${this.#speaker}: can't execute '${login}': `,
      failure: { code: FAILED, pauseMs: FAILURE_PAUSE_MS },
    };
  }

  /** Prints a message to the terminal, and to the log in which errors went before, if that is another file. */
  #say(message: string): void {
    const kernel = this.#kernel;
    // One write: getty does not wait for a terminal that takes no output.
    tolerate(() => void kernel.write(STDERR, bytesOf(`${this.#speaker}: ${message}\r\n`)));
    const log = this.#log;
    if (log === undefined) return;
    tolerate(() => {
      const [here, there] = [kernel.statFd(STDERR), kernel.statFd(log)];
      if (here.device === there.device && here.inode === there.inode) return;
      print(kernel, log, `${this.#speaker}: ${message}\n`);
    });
  }
}

const NO_TIME = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 };

/** The error to tell. A failed call without a wording is told by its name. A defect is thrown on. */
function fatalOf(thrown: unknown): Fatal {
  if (thrown instanceof Fatal) return thrown;
  if (thrown instanceof SysError) return new Fatal(`${thrown.call}: ${errnoText(thrown.errno)}`);
  throw thrown;
}

/** Does `act`, and ignores a Fatal in it: a terminal that has gone takes no settings. */
function tolerateFatal(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof Fatal)) throw thrown;
  }
}

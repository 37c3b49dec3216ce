/**
 * getty(8): opens a terminal, asks for a name, and becomes login.
 *
 * Nothing here runs for longer than somebody takes to type a name. All waiting is poll(2) with what is left of `-t`.
 * What ends it on the way, without an error, is 0; an error is told, waits ten seconds, because whoever started getty
 * will do so again, and is 1.
 */
import { CWD, type Fd, STDERR } from "../posix/descriptor.ts";
import { type Become, exit, type Outcome } from "../cli/outcome.ts";
import { changed } from "../launch/environment.ts";
import { pathOf } from "../launch/search.ts";
import { OPEN } from "../runtime/kernel.ts";
import { errnoText, print } from "../runtime/report.ts";
import { bytesOf, byteString } from "../sys/bytes.ts";
import { SysError } from "../sys/error.ts";
import { attempt, Fatal, tolerate } from "./host/fatal.ts";
import { tellAsking } from "./host/accounting.ts";
import { readAll } from "./host/file.ts";
import type { GettyKernel } from "./host/kernel.ts";
import { Leaving, Line, TERMINAL } from "./host/line.ts";
import { control, foundSettings, leadSession, openTerminal, prepare, putOnStdio } from "./host/terminal.ts";
import { ISSUE_START, type IssueFacts, issueText, promptText } from "./issue.ts";
import { type Name, NOTHING_TYPED, type } from "./name.ts";
import type { Options } from "./options.ts";
import { codeOfModem } from "./rates.ts";
import { withSpeed } from "./settings.ts";
import { layoutOf } from "./utmp.ts";
import { speakerOf } from "./wording.ts";

export { runUtmpset } from "./host/utmpset.ts";

const FAILED = 1;
const FIRST_FREE: Fd = 3;
/** Before the same that has just failed is tried once more. */
const FAILURE_PAUSE_MS = 10_000;
/** What a modem says when it is called comes within a second. */
const MODEM_MS = 1000;
const MODEM_BYTES = 127;
/** After a change of speed noise is on the line. */
const NOISE_MS = 100;
const MOST_ISSUE = 1 << 20;
const NS_PER_SEC = 1_000_000_000n;
const CR = 0x0d;
const LF = 0x0a;

export function runGetty(kernel: GettyKernel, options: Options): Outcome {
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
  readonly #options: Options;
  /** Standard error as it was: the supervisor's log, or nothing. */
  readonly #log: Fd | undefined;
  #speaker = "getty";
  #name: Name = NOTHING_TYPED;

  constructor(kernel: GettyKernel, options: Options) {
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

  /** The terminal is all that is written to from now on. */
  #leaveStdio(): void {
    const kernel = this.#kernel;
    const nothing = attempt("can't open '/dev/null'", () => kernel.open(CWD, "/dev/null", OPEN.readWrite));
    putOnStdio(kernel, nothing);
    kernel.close(nothing);
  }

  #serve(terminal: string): Outcome {
    const kernel = this.#kernel;
    putOnStdio(kernel, TERMINAL);
    control(kernel);
    const found = foundSettings(kernel);
    this.#account(terminal);
    const line = new Line(kernel, prepare(kernel, found, this.#options));
    try {
      this.#converse(line, terminal);
    } catch (thrown) {
      if (!(thrown instanceof Leaving)) throw thrown;
      tolerateFatal(() => line.finish(this.#name));
      return exit(0);
    }
    line.finish(this.#name);
    return this.#login();
  }

  #account(terminal: string): void {
    const kernel = this.#kernel;
    const second = kernel.wallNs() / NS_PER_SEC;
    const asking = { pid: kernel.pid(), terminal, host: this.#options.host, second };
    tellAsking(kernel, layoutOf(kernel.architecture), asking);
  }

  #converse(line: Line, terminal: string): void {
    const { greeting, asksModem, timeoutSec, waitsForEnter, prompts } = this.#options;
    line.send(greeting);
    if (asksModem) this.#askModem(line);
    if (timeoutSec !== undefined) line.endAfter(timeoutSec);
    if (waitsForEnter) this.#waitForEnter(line);
    if (prompts) this.#askName(line, terminal);
  }

  #askModem(line: Line): void {
    this.#kernel.pause(MODEM_MS);
    const code = codeOfModem(line.there(MODEM_BYTES));
    if (code !== undefined) line.set(withSpeed(line.settings, code));
  }

  #waitForEnter(line: Line): void {
    for (let byte = line.next(); byte !== undefined; byte = line.next()) {
      if (byte === CR || byte === LF) return;
    }
  }

  /** Until there is a name. */
  #askName(line: Line, terminal: string): void {
    const { rates } = this.#options;
    for (let i = 0; !this.#readName(line, terminal);) {
      i = (i + 1) % rates.length;
      line.set(withSpeed(line.settings, rates[i] ?? 0));
    }
  }

  /** False: another rate is to be tried. */
  #readName(line: Line, terminal: string): boolean {
    this.#kernel.pause(NOISE_MS);
    tolerate(() => this.#kernel.discard(TERMINAL, "input"));
    line.send(this.#question(terminal));
    // Most of its life getty waits here, and there may be many.
    this.#kernel.releaseMemory();
    for (;;) {
      const byte = line.next();
      if (byte === undefined) throw new Leaving();
      const { name, echo, answer } = type(this.#name, byte, this.#options.rates.length > 1);
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
    const time = this.#kernel.localTime(this.#kernel.wallNs() / NS_PER_SEC) ?? NO_TIME;
    return { system, node, release, version, machine, domain, terminal, time };
  }

  /** Empty if it cannot be read. */
  #textOf(path: string): string {
    const kernel = this.#kernel;
    let text = "";
    tolerate(() => {
      // A pipe that nobody writes to is empty.
      const fd = kernel.open(CWD, path, OPEN.read | OPEN.nonBlock);
      try {
        text = byteString(readAll(kernel, fd, MOST_ISSUE));
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
      // Behind -- no name is an option.
      argv: [login, "--", ...prompts ? [this.#name.typed] : []],
      environment: terminalType === undefined
        ? environment
        : changed(environment, [{ name: "TERM", value: terminalType }]),
      search: pathOf(environment),
      refusal: `${this.#speaker}: can't execute '${login}': `,
      failure: { code: FAILED, pauseMs: FAILURE_PAUSE_MS },
    };
  }

  /** To the terminal, and to where errors went before, if that is another place. */
  #say(message: string): void {
    const kernel = this.#kernel;
    // Once: a terminal that takes nothing is no reason to wait.
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

/** A call without words of its own is told by its name. A defect is thrown on. */
function fatalOf(thrown: unknown): Fatal {
  if (thrown instanceof Fatal) return thrown;
  if (thrown instanceof SysError) return new Fatal(`${thrown.call}: ${errnoText(thrown.errno)}`);
  throw thrown;
}

/** A terminal that has gone takes no settings. */
function tolerateFatal(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof Fatal)) throw thrown;
  }
}

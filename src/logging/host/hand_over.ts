/**
 * A svlogd whose parent is a fleet of ours hands its work over to one of the fleet's loggers and becomes a stand-in
 * (`stand_in.ts`). It finds the fleet by its parent's pid alone: environments are cleared and descriptors closed on
 * the way from a fleet to a `log/run`'s end.
 *
 * Whatever is not as it should be leaves it a svlogd of its own, which nobody need hear of; with -v it says why.
 * Until the answer has come it reads nothing: two readers of one pipe would tear lines.
 */
import { CWD, type Fd, FIRST_FREE, STDERR, STDIN } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { fileKeyOf } from "../../posix/file_key.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { exit, type Outcome } from "../../cli/outcome.ts";
import { type FileStat, type Kernel, OPEN } from "../../runtime/kernel.ts";
import { printLine, thrownText } from "../../runtime/report.ts";
import { takeSignals } from "../../runtime/signals.ts";
import { bytesOf, byteString } from "../../sys/bytes.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { encodeFrame, fleetName, JOINED, keyOf } from "../joining.ts";
import type { Options } from "../options.ts";
import { LETTER, SHELL, standInArguments } from "../stand_in.ts";
import { unfitness } from "./fitness.ts";

/** Where the stand-in finds the connection. */
const CONNECTION: Fd = FIRST_FREE;
/** The parent is not to be seen from here: it lives in another PID namespace (getppid(2)). */
const OUTSIDE = 0;
const ROOT = 0;
const EXECUTABLE = 0o111;
const REFUSED = "the fleet refused";

/** While a fleet has no place for one more that waits: a second in all. */
const CONNECTS = 20;
const PAUSE_MS = 50;

/** Why it stays a process of its own. */
class Alone extends Error {}

/** Nobody answered: a refusal, or a logger that was killed while it was about to answer. */
class Unanswered extends Alone {}

/** So often it asks before it takes an end without an answer for a refusal. */
const ATTEMPTS = 3;

/** What becomes of the process; undefined when it goes on as a svlogd of its own. */
export function handOver(kernel: Kernel, options: Options): Outcome | undefined {
  for (let attempt = 1;; attempt++) {
    const connection = connectFleet(kernel);
    if (connection === undefined) return undefined;
    try {
      return new Handover(kernel, options, connection).run();
    } catch (thrown) {
      kernel.close(connection);
      if (!(thrown instanceof Alone || thrown instanceof SysError)) throw thrown;
      if (thrown instanceof Unanswered && attempt < ATTEMPTS) continue;
      if (options.verbose) say(kernel, `stays a process of its own: ${reasonOf(thrown)}`);
      return undefined;
    }
  }
}

function reasonOf(thrown: Alone | SysError): string {
  return thrown instanceof SysError ? `${thrown.call} ${thrown.path}: ${thrownText(thrown)}` : thrown.message;
}

/** For one that no fleet of ours has started this is one call that fails, and for most not even that. */
function connectFleet(kernel: Kernel): Fd | undefined {
  const parent = kernel.parentPid();
  try {
    if (parent === OUTSIDE || kernel.statFd(STDIN).kind !== "fifo") return undefined;
    return connect(kernel, fleetName(parent));
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return undefined;
  }
}

/** A fleet may have hundreds to hear at its start. Whoever else listens under the name must not hold anything up. */
function connect(kernel: Kernel, name: string): Fd {
  for (let tries = 1;; tries++) {
    try {
      return kernel.connectAbstract(name);
    } catch (thrown) {
      if (errnoOf(thrown) !== ERRNO.EAGAIN || tries === CONNECTS) throw thrown;
    }
    // Nothing is watched yet: this is a pause.
    kernel.wait(PAUSE_MS);
  }
}

function say(kernel: Kernel, text: string): void {
  try {
    printLine(kernel, STDERR, `svlogd: info: ${text}`);
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
  }
}

interface Frame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly descriptors: readonly Fd[];
}

class Handover {
  readonly #kernel: Kernel;
  readonly #options: Options;
  readonly #connection: Fd;
  /** Opened for the way only. */
  readonly #opened: Fd[] = [];

  constructor(kernel: Kernel, options: Options, connection: Fd) {
    this.#kernel = kernel;
    this.#options = options;
    this.#connection = connection;
  }

  run(): Outcome {
    const kernel = this.#kernel;
    try {
      this.#checkParent();
      const nothing = this.#open(CWD, "/dev/null", OPEN.read);
      const frame = this.#frame();
      // From here on a signal is heard by whoever does the work in the end.
      const { TERM, INT, QUIT, HUP, ALRM } = SIGNAL;
      const ending = this.#keep(kernel.signals([TERM, INT, QUIT]));
      const other = this.#keep(kernel.signals([HUP, ALRM]));
      this.#send(frame);
      if (!this.#waitForAnswer(ending)) return exit(EXIT.done);
      this.#passOn(ending, other);
      return this.#standIn(nothing);
    } finally {
      this.#closeOpened();
    }
  }

  #closeOpened(): void {
    for (const fd of this.#opened.splice(0)) this.#kernel.close(fd);
  }

  #keep(fd: Fd): Fd {
    this.#opened.push(fd);
    return fd;
  }

  #open(dir: Fd, path: string, flags: number): Fd {
    return this.#keep(this.#kernel.open(dir, path, flags));
  }

  // What must be as it is

  /**
   * Whoever else listens under the name is not the one that started this process. The user is asked for because the
   * pid of a listener may have been somebody else's before (unix(7) tells that of long ago).
   */
  #checkParent(): void {
    const kernel = this.#kernel;
    const { pid, uid } = kernel.peer(this.#connection);
    if (pid !== kernel.parentPid()) throw new Alone("not the parent listens");
    if (uid !== ROOT && uid !== kernel.userId()) throw new Alone("the parent is another user's");
  }

  /** The frame, and with it the descriptors it goes with. */
  #frame(): Frame {
    const kernel = this.#kernel;
    const { directories, lineBytes } = this.#options;
    if (kernel.hasFileSizeLimit()) throw new Alone("the size of its files is limited");
    if ((kernel.stat(CWD, SHELL).mode & EXECUTABLE) === 0) throw new Alone(`${SHELL} is no program`);
    const checked = directories.map((name) => this.#check(name));
    const [first] = checked;
    if (first === undefined) throw new Alone("no directory");
    const parentKey = fileKeyOf(first.parentStat);
    if (checked.some(({ parentStat }) => fileKeyOf(parentStat) !== parentKey)) {
      throw new Alone("directories lie apart");
    }
    const bytes = encodeFrame({
      key: keyOf(first.parentStat, lineBytes),
      root: fileKeyOf(kernel.stat(CWD, "/")),
      fileKeys: checked.map(({ stat }) => fileKeyOf(stat)),
      options: this.#options,
    });
    if (bytes === undefined) throw new Alone("too many names");
    const here = this.#open(CWD, ".", OPEN.path | OPEN.directory);
    return { bytes, descriptors: [STDIN, STDERR, here, first.parent] };
  }

  /** A directory that opens, has its own files, and asks for nothing that a logger of many may not do. */
  #check(name: string): { readonly stat: FileStat; readonly parent: Fd; readonly parentStat: FileStat } {
    const kernel = this.#kernel;
    const directory = this.#open(CWD, name, OPEN.read | OPEN.directory | OPEN.nonBlock);
    const reason = unfitness(kernel, directory);
    if (reason !== undefined) throw new Alone(`${name}/${reason}`);
    // Where the directory really lies, however its name leads there.
    const parent = this.#open(directory, "..", OPEN.path | OPEN.directory);
    return { stat: kernel.statFd(directory), parent, parentStat: kernel.statFd(parent) };
  }

  // Asking

  #send({ bytes, descriptors }: Frame): void {
    try {
      if (this.#kernel.send(this.#connection, bytes, bytes.length, descriptors) === bytes.length) return;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
    throw new Alone(REFUSED);
  }

  /** However long it takes. False: it is to end instead. */
  #waitForAnswer(ending: Fd): boolean {
    const kernel = this.#kernel;
    for (const fd of [this.#connection, ending]) kernel.watch(fd, "read");
    try {
      for (let answer = ""; answer !== JOINED;) {
        const ready = Array.from({ length: kernel.wait(-1) }, (_, i) => kernel.ready(i));
        if (ready.includes(ending) && kernel.nextSignal(ending) !== 0) return false;
        if (ready.includes(this.#connection)) answer += this.#received(JOINED.length - answer.length);
        if (!JOINED.startsWith(answer)) throw new Alone("the answer is none");
      }
      return true;
    } finally {
      for (const fd of [this.#connection, ending]) kernel.unwatch(fd);
    }
  }

  /** No more than the answer: what follows it is for the stand-in. */
  #received(most: number): string {
    const into = new Uint8Array(most);
    try {
      const { length } = this.#kernel.receive(this.#connection, into);
      if (length !== 0) return byteString(into, 0, Math.max(length, 0));
    } catch (thrown) {
      // Closed with something unread.
      rethrowUnlessSysError(thrown);
    }
    throw new Unanswered(REFUSED);
  }

  // Standing in

  /** Signals that came meanwhile. */
  #passOn(ending: Fd, other: Fd): void {
    const kernel = this.#kernel;
    let letters = "";
    for (const signal of takeSignals(kernel, other)) {
      letters += signal === SIGNAL.HUP ? LETTER.hangup : LETTER.alarm;
    }
    if (kernel.nextSignal(ending) !== 0) letters += LETTER.term;
    if (letters !== "") kernel.send(this.#connection, bytesOf(letters), letters.length, []);
  }

  #standIn(nothing: Fd): Outcome {
    const kernel = this.#kernel;
    kernel.duplicate(nothing, STDIN);
    // One of them may lie where the connection goes.
    this.#closeOpened();
    kernel.duplicate(this.#connection, CONNECTION);
    kernel.setNonBlocking(CONNECTION, false);
    kernel.closeOnExec(CONNECTION + 1);
    return { kind: "become", path: SHELL, argv: standInArguments(this.#options.directories) };
  }
}

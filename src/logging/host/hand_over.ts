/**
 * A svlogd whose parent is a fleet hands its work over to one of the fleet's loggers, and becomes a stand-in
 * (`../stand_in.ts`).
 *
 * It finds the fleet only by the pid of its parent, because a `log/run` may clear the environment and close descriptors
 * before it executes svlogd. It sends a frame with its descriptors and options (`../joining.ts`) and waits for the answer.
 * Until then it reads no input: two readers of one pipe would tear lines.
 *
 * If anything is not as it should be, it stays an ordinary svlogd. Only with -v it says why.
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

/** The stand-in finds the connection on this descriptor. */
const CONNECTION: Fd = FIRST_FREE;
/** Pid of a parent in another PID namespace (getppid(2)). */
const OUTSIDE = 0;
/** User id of root. */
const ROOT = 0;
/** The mode bits of which a program has at least one. */
const EXECUTABLE = 0o111;
const REFUSED = "the fleet refused";

/**
 * The number of times that a svlogd tries to connect while the fleet's queue is full, with pauses of PAUSE_MS: a second
 * in all.
 */
const CONNECTS = 20;
const PAUSE_MS = 50;

/** The reason why this svlogd stays a process of its own. */
class Alone extends Error {}

/** The connection ended without an answer: a refusal, or the logger was killed before it could answer. */
class Unanswered extends Alone {}

/** The number of times that a svlogd asks before it takes an end without an answer for a refusal. */
const ATTEMPTS = 3;

/**
 * Tries to hand over to a fleet's logger. Returns the outcome of the process (it becomes the stand-in, or a signal has
 * ended it); undefined if it is to go on as an ordinary svlogd.
 */
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

/** Connects to the fleet. An ordinary svlogd pays one failed connect for this, usually not even that. */
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

/**
 * Connects, and waits a little if the queue is full: at its start a fleet may have hundreds of svlogds to hear. The wait
 * has an end, because another program may listen under the name.
 */
function connect(kernel: Kernel, name: string): Fd {
  for (let tries = 1;; tries++) {
    try {
      return kernel.connectAbstract(name);
    } catch (thrown) {
      if (errnoOf(thrown) !== ERRNO.EAGAIN || tries === CONNECTS) throw thrown;
    }
    // Nothing is watched yet, so this is only a pause.
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

/** A frame with its descriptors. */
interface Frame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly descriptors: readonly Fd[];
}

/** One attempt to hand over. */
class Handover {
  readonly #kernel: Kernel;
  readonly #options: Options;
  readonly #connection: Fd;
  /** Descriptors that are closed at the end of the attempt. */
  readonly #opened: Fd[] = [];

  constructor(kernel: Kernel, options: Options, connection: Fd) {
    this.#kernel = kernel;
    this.#options = options;
    this.#connection = connection;
  }

  /** Hands over. Throws Alone or SysError if the process is to stay a svlogd that writes by itself. */
  run(): Outcome {
    const kernel = this.#kernel;
    try {
      this.#checkParent();
      const nothing = this.#open(CWD, "/dev/null", OPEN.read);
      const frame = this.#frame();
      // From here on signals are blocked. They go to whichever process does the work in the end.
      const { TERM, INT, QUIT, HUP, ALRM } = SIGNAL;
      const ending = this.#closeLater(kernel.signals([TERM, INT, QUIT]));
      const other = this.#closeLater(kernel.signals([HUP, ALRM]));
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

  #closeLater(fd: Fd): Fd {
    this.#opened.push(fd);
    return fd;
  }

  #open(dir: Fd, path: string, flags: number): Fd {
    return this.#closeLater(this.#kernel.open(dir, path, flags));
  }

  // Conditions

  /**
   * Makes sure that the listener is the parent. The user is compared, too: the kernel tells the pid that the listener had
   * when it began to listen (unix(7)), and that may be another process's by now.
   */
  #checkParent(): void {
    const kernel = this.#kernel;
    const { pid, uid } = kernel.peer(this.#connection);
    if (pid !== kernel.parentPid()) throw new Alone("the listener is not the parent");
    if (uid !== ROOT && uid !== kernel.userId()) throw new Alone("the parent belongs to another user");
  }

  /** Checks everything that a logger would refuse, and makes the frame. */
  #frame(): Frame {
    const kernel = this.#kernel;
    const { directories, lineBytes } = this.#options;
    if (kernel.hasFileSizeLimit()) throw new Alone("the size of files is limited");
    if ((kernel.stat(CWD, SHELL).mode & EXECUTABLE) === 0) throw new Alone(`${SHELL} is not executable`);
    const checked = directories.map((name) => this.#check(name));
    const [first] = checked;
    if (first === undefined) throw new Alone("no directory");
    const parentKey = fileKeyOf(first.parentStat);
    if (checked.some(({ parentStat }) => fileKeyOf(parentStat) !== parentKey)) {
      throw new Alone("the log directories have different parents");
    }
    const bytes = encodeFrame({
      key: keyOf(first.parentStat, lineBytes),
      root: fileKeyOf(kernel.stat(CWD, "/")),
      fileKeys: checked.map(({ stat }) => fileKeyOf(stat)),
      options: this.#options,
    });
    if (bytes === undefined) throw new Alone("the names are too long for a frame");
    const here = this.#open(CWD, ".", OPEN.path | OPEN.directory);
    return { bytes, descriptors: [STDIN, STDERR, here, first.parent] };
  }

  /** Checks that a log directory opens and that a fleet's logger can write it. */
  #check(name: string): { readonly stat: FileStat; readonly parent: Fd; readonly parentStat: FileStat } {
    const kernel = this.#kernel;
    const directory = this.#open(CWD, name, OPEN.read | OPEN.directory | OPEN.nonBlock);
    const reason = unfitness(kernel, directory);
    if (reason !== undefined) throw new Alone(`${name}/${reason}`);
    // The name may be a link or a long path: the parent is asked of the directory itself.
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

  /** Waits for the answer without a limit. Returns false if a signal comes that ends a svlogd. */
  #waitForAnswer(ending: Fd): boolean {
    const kernel = this.#kernel;
    for (const fd of [this.#connection, ending]) kernel.watch(fd, "read");
    try {
      for (let answer = ""; answer !== JOINED;) {
        const ready = Array.from({ length: kernel.wait(-1) }, (_, i) => kernel.ready(i));
        if (ready.includes(ending) && kernel.nextSignal(ending) !== 0) return false;
        if (ready.includes(this.#connection)) answer += this.#received(JOINED.length - answer.length);
        if (!JOINED.startsWith(answer)) throw new Alone("the answer is not understood");
      }
      return true;
    } finally {
      for (const fd of [this.#connection, ending]) kernel.unwatch(fd);
    }
  }

  /** Receives no more than the rest of the answer: the bytes behind it are for the stand-in. */
  #received(most: number): string {
    const into = new Uint8Array(most);
    try {
      const { length } = this.#kernel.receive(this.#connection, into);
      if (length !== 0) return byteString(into, 0, Math.max(length, 0));
    } catch (thrown) {
      // The other side has closed the connection and left something unread.
      rethrowUnlessSysError(thrown);
    }
    throw new Unanswered(REFUSED);
  }

  // Standing in

  /** Passes on the signals that have come meanwhile. */
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
    // One of the open descriptors may have the number that the connection needs.
    this.#closeOpened();
    kernel.duplicate(this.#connection, CONNECTION);
    kernel.setNonBlocking(CONNECTION, false);
    kernel.closeOnExec(CONNECTION + 1);
    return { kind: "become", path: SHELL, argv: standInArguments(this.#options.directories) };
  }
}

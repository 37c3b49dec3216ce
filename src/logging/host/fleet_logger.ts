/**
 * svlogfleet: one process with any number of feeds, started and supervised by a fleet, which speaks to it over a socket
 * on descriptor 3 (`joining.ts` has the words). Two kinds, the same program:
 *
 * The logger of the tree (`tree_feeds.ts`) is given the pipes and directories of services that have no log/run.
 * A shared logger (`joined_feeds.ts`) is given connections of svlogds, which hand their own over.
 *
 * Before the first feed begins it has taken on its identity, given up what could get it more, and confined itself to
 * the directories it writes to. It has no function bound that starts a program, opens a socket or sends a signal.
 * Without its fleet it goes on until its last feed has ended. The next fleet sends that of the tree away, by a TERM: it
 * ends with the lines that have begun, and another one takes over.
 */
import { EXIT } from "../../posix/exit_code.ts";
import { type Fd, FIRST_FREE, STDERR } from "../../posix/descriptor.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { type Kernel, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { Loop, type Sleeper } from "../../runtime/loop.ts";
import { printLine, thrownText } from "../../runtime/report.ts";
import { takeSignals } from "../../runtime/signals.ts";
import { Reporter } from "../../runtime/reporter.ts";
import { rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { type Identity, OWN, parseIdentity } from "../identity.ts";
import { decodeOrder, encodeMessage, MOST_MESSAGE_BYTES, type Report } from "../joining.ts";
import type { Feeds, Surroundings } from "./feeds.ts";
import { JoinedFeeds } from "./joined_feeds.ts";
import { TreeFeeds } from "./tree_feeds.ts";

const CONTROL: Fd = FIRST_FREE;
/** Lines of many services are written together while thousands come in a second. */
const GATHER_MS = 4;
/** When a report did not fit: the fleet has much to read. */
const AGAIN_MS = 20;
/**
 * A while after the last order, what beginning feeds has used up is given back; and what compiling has, when what runs
 * often is compiled.
 */
const TIDY_MS = [1000, 10_000, 30_000, 60_000];
/** So long a page of the program may be of no use before it is given up. All that is comes back in a millisecond. */
const PROGRAM_TIDY_MS = 10_000;
/** Orders of one turn. */
const MOST_ORDERS = 64;

/** Runs until all that it was given has ended; returns the exit code. */
export function runFleetLogger(kernel: Kernel, args: readonly string[]): number {
  const [word, ...more] = args;
  const identity = word === undefined || word === OWN ? undefined : parseIdentity(word);
  const isTree = word === OWN;
  if (more.length > 0 || (identity === undefined && !isTree) || !isStartedByFleet(kernel)) {
    return refused(kernel, "only a fleet starts it, for its own use");
  }
  try {
    giveUp(kernel, identity);
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    return refused(kernel, `unable to ${thrown.call}: ${thrownText(thrown)}`);
  }
  return new FleetLogger(kernel, isTree).run();
}

function refused(kernel: Kernel, text: string): number {
  printLine(kernel, STDERR, `svlogfleet: fatal: ${text}`);
  return EXIT.fatal;
}

/** Its parent made the socket that it finds. */
function isStartedByFleet(kernel: Kernel): boolean {
  try {
    return kernel.peer(CONTROL).pid === kernel.parentPid();
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return false;
  }
}

/** The limit first: raising it may take what is then given up. */
function giveUp(kernel: Kernel, identity: Identity | undefined): void {
  kernel.raiseDescriptorLimit();
  if (identity !== undefined) kernel.becomeUser(identity.uid, identity.gid, identity.groups);
  kernel.giveUpPrivileges();
}

class FleetLogger implements Sleeper, Surroundings {
  wakeAtMs = Infinity;
  readonly kernel: Kernel;
  readonly loop: Loop;
  readonly reporter: Reporter;
  readonly #feeds: Feeds;
  readonly #bytes = new Uint8Array(MOST_MESSAGE_BYTES);
  /** What did not fit. */
  readonly #unsent: Uint8Array<ArrayBuffer>[] = [];
  #hasFleet = true;
  readonly #tidyings: readonly Sleeper[] = TIDY_MS.map(() => ({
    wakeAtMs: Infinity,
    wake: () => this.kernel.releaseMemory(),
  }));

  constructor(kernel: Kernel, isTree: boolean) {
    this.kernel = kernel;
    this.loop = new Loop(
      kernel,
      (thrown) => this.reporter.line(`svlogfleet: warning: ${thrownText(thrown)}`),
    );
    this.reporter = new Reporter(kernel, this.loop, STDERR);
    this.#feeds = isTree ? new TreeFeeds(this) : new JoinedFeeds(this);
  }

  run(): number {
    const { kernel, loop } = this;
    const { TERM, INT, QUIT, HUP, ALRM } = SIGNAL;
    // A terminal's keys are the fleet's to hear; TERM alone is for this process.
    const signals = kernel.signals([TERM, INT, QUIT, HUP, ALRM]);
    loop.watchFirst(signals, () => this.#takeSignals(signals));
    loop.gather(GATHER_MS);
    loop.tidyWhileBusy(PROGRAM_TIDY_MS, () => kernel.releaseProgram());
    loop.watch(CONTROL, "read", () => this.#takeOrders());
    this.report({ said: "ready" });
    loop.run();
    return EXIT.done;
  }

  end(): void {
    this.loop.stop();
  }

  #takeSignals(signals: Fd): void {
    if (takeSignals(this.kernel, signals).has(SIGNAL.TERM)) this.#feeds.leave();
  }

  #takeOrders(): void {
    for (let i = 0; i < MOST_ORDERS && this.#hasFleet; i++) {
      if (!this.#takeOrder()) return;
    }
  }

  /** False when there is none. */
  #takeOrder(): boolean {
    const { length, descriptors } = this.#received();
    if (length === WOULD_BLOCK) return false;
    if (length === 0) {
      this.#loseFleet();
      return false;
    }
    const order = decodeOrder(this.#bytes, length);
    const nowMs = this.kernel.monotonicMs();
    this.#tidyings.forEach((tidying, i) => this.loop.schedule(tidying, nowMs + (TIDY_MS[i] ?? 0)));
    if (order?.do === "leave") this.#feeds.leave();
    else if (order !== undefined) this.#feeds.take(order, descriptors);
    else for (const fd of descriptors) this.kernel.close(fd);
    return true;
  }

  /** A fleet that was killed with something unread resets the connection. */
  #received(): ReturnType<Kernel["receive"]> {
    try {
      return this.kernel.receive(CONTROL, this.#bytes);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return { length: 0, descriptors: [] };
    }
  }

  #loseFleet(): void {
    if (!this.#hasFleet) return;
    this.#hasFleet = false;
    this.#unsent.length = 0;
    this.loop.unwatch(CONTROL);
    this.#feeds.orphaned();
  }

  report(report: Report): void {
    if (!this.#hasFleet) return;
    this.#unsent.push(encodeMessage(report));
    if (this.#unsent.length === 1) this.wake();
  }

  /** Sends what was not sent, in its order. */
  wake(): void {
    try {
      for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
        if (this.kernel.send(CONTROL, next, next.length, []) === WOULD_BLOCK) {
          return this.loop.schedule(this, this.kernel.monotonicMs() + AGAIN_MS);
        }
        this.#unsent.shift();
      }
    } catch (thrown) {
      // That it is gone is noticed where orders are read, in due order.
      rethrowUnlessSysError(thrown);
      this.#unsent.length = 0;
    }
  }
}

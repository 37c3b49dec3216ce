/**
 * svlogfleet: one process with any number of feeds. A fleet starts and supervises it, and speaks to it over a socket on
 * descriptor 3 (`../joining.ts` is the protocol). There are two kinds:
 *
 *   the logger of the tree (`tree_feeds.ts`)   gets the pipes and directories of services that have no log/run
 *   a shared logger (`joined_feeds.ts`)        gets connections of svlogds, which hand over their own
 *
 * Before its first feed begins, it has taken on its identity, given up all rights to get more, and confined itself to the
 * directories that it writes to. No function is bound that starts a program, opens a socket or sends a signal.
 *
 * If its fleet dies, it goes on until its last feed has ended. The next fleet sends a TERM to the logger of the tree: it
 * ends with the lines that have begun, and another logger takes over.
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
/** The pause between two turns while thousands of lines a second come, so that the loop writes the lines together. */
const GATHER_MS = 4;
/** A report that the socket did not take is sent again after this time: the fleet has much to read. */
const AGAIN_MS = 20;
/**
 * The delays after the last order at which free heap is returned to the kernel. First goes what the beginning of feeds
 * has left behind. Later goes what the compiler has left behind when it is done with the code that runs often.
 */
const TIDY_MS = [1000, 10_000, 30_000, 60_000];
/**
 * The time after which unused program pages are dropped while the loop is busy. Pages in use come back in a
 * millisecond.
 */
const PROGRAM_TIDY_MS = 10_000;
/** The most orders that one turn of the loop takes. */
const MOST_ORDERS = 64;

/**
 * Runs a svlogfleet until all its feeds have ended, and returns the exit code. `args`: one word, the identity (`own` for
 * the logger of the tree, else `UID:GID:GROUPS`). 111 if no fleet has started it, or it cannot become that user.
 */
export function runFleetLogger(kernel: Kernel, args: readonly string[]): number {
  const [word, ...more] = args;
  const identity = word === undefined || word === OWN ? undefined : parseIdentity(word);
  const isTree = word === OWN;
  if (more.length > 0 || (identity === undefined && !isTree) || !isStartedByFleet(kernel)) {
    return refused(kernel, "only runsvdir and runsv start it");
  }
  try {
    becomeHarmless(kernel, identity);
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

/** True when the socket on descriptor 3 was made by the parent. */
function isStartedByFleet(kernel: Kernel): boolean {
  try {
    return kernel.peer(CONTROL).pid === kernel.parentPid();
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return false;
  }
}

/** Becomes the user and gives up privileges. The descriptor limit is raised first, because that may need them. */
function becomeHarmless(kernel: Kernel, identity: Identity | undefined): void {
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
  /** Reports that the socket has not taken yet. */
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
    // Signals of a terminal are for the fleet. They are taken here and passed over; only TERM is for this process.
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

  /** Takes one order. Returns false if there is none. */
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

  /**
   * Receives from the fleet. If the fleet was killed and has left something unread, the connection is reset: that is
   * its end, too.
   */
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

  /** Sends the reports that were not sent, in their order. */
  wake(): void {
    try {
      for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
        if (this.kernel.send(CONTROL, next, next.length, []) === WOULD_BLOCK) {
          return this.loop.schedule(this, this.kernel.monotonicMs() + AGAIN_MS);
        }
        this.#unsent.shift();
      }
    } catch (thrown) {
      // The fleet is gone. Reading orders notices that, after the orders that it has left behind.
      rethrowUnlessSysError(thrown);
      this.#unsent.length = 0;
    }
  }
}

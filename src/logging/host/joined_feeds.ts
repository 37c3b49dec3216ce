/**
 * The feeds of a shared logger: each does the work of a svlogd that has handed over. All of them have one identity, and
 * their log directories lie in one parent directory.
 *
 * Each feed has a connection to the stand-in of its svlogd (`../stand_in.ts`). The stand-in sends a letter for every
 * signal that it gets, and exits with the number that it is told.
 */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { fileKeyOf } from "../../posix/file_key.ts";
import type { Sleeper } from "../../runtime/loop.ts";
import { OPEN, type Received, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { thrownText } from "../../runtime/report.ts";
import { Reporter } from "../../runtime/reporter.ts";
import { bytesOf, byteString } from "../../sys/bytes.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { decodeFrame, JOINED, type Joining, keyOf, MOST_FRAME_BYTES, type Order } from "../joining.ts";
import { LETTER } from "../stand_in.ts";
import type { Options } from "../options.ts";
import { confine } from "./confine.ts";
import { Feed } from "./feed.ts";
import type { FeedOwner } from "./feed_plan.ts";
import type { Feeds, Surroundings } from "./feeds.ts";
import { unfitness } from "./fitness.ts";
import { Workbench } from "./workbench.ts";

/** The time without a feed after which a logger offers to leave. */
const IDLE_MS = 5000;
/**
 * Time between a letter and the empty line that follows it. The stand-in is then back in its read, and the line lets it
 * notice a signal that came before that read.
 */
const NUDGE_MS = 200;
/** More letters than a stand-in ever has under way. */
const MOST_LETTERS = 64;
/** The connection and the first three descriptors of the frame stay open while the feed lives. */
const HANDED = 4;

/** The descriptors that a svlogd has handed over, and its connection. */
interface Handed {
  readonly connection: Fd;
  readonly input: Fd;
  readonly errors: Fd;
  readonly base: Fd;
}

/** All feeds of a shared logger. */
export class JoinedFeeds implements Feeds, Sleeper {
  wakeAtMs = Infinity;
  readonly #at: Surroundings;
  readonly #feeds = new Set<JoinedFeed>();
  readonly #frame = new Uint8Array(MOST_FRAME_BYTES);
  #workbench: Workbench | undefined;
  /** The key of the first svlogd (`keyOf`): all others must have the same. */
  #key: string | undefined;
  /** Number of orders to join, for the report that the logger is idle. */
  #joins = 0;
  #leaving = false;

  constructor(at: Surroundings) {
    this.#at = at;
    this.#settle();
  }

  take(order: Order, descriptors: readonly Fd[]): void {
    const [connection, ...more] = descriptors;
    if (order.do === "join") this.#joins++;
    const takes = order.do === "join" && connection !== undefined && !this.#leaving;
    for (const fd of takes ? more : descriptors) this.#at.kernel.close(fd);
    if (takes) this.#join(connection);
    this.#settle();
  }

  leave(): void {
    this.#leaving = true;
    for (const feed of this.#feeds) feed.term();
    this.#settle();
  }

  orphaned(): void {
    this.#leaving = true;
    this.#settle();
  }

  /** Offers to leave: the logger has been idle for long enough. */
  wake(): void {
    if (this.#feeds.size === 0) this.#at.report({ said: "idle", joins: this.#joins });
  }

  #settle(): void {
    const { loop, kernel } = this.#at;
    const idle = this.#feeds.size === 0;
    if (idle && this.#leaving) return this.#at.end();
    if (!idle) return loop.schedule(this, Infinity);
    if (this.wakeAtMs === Infinity) loop.schedule(this, kernel.monotonicMs() + IDLE_MS);
  }

  /** Reads the frame of a svlogd and begins its feed. To refuse, it closes the connection. */
  #join(connection: Fd): void {
    const { kernel } = this.#at;
    const { length, descriptors } = this.#received(connection);
    const joining = length > 0 ? decodeFrame(this.#frame, length) : undefined;
    const [input, errors, base, parent] = descriptors;
    const complete = input !== undefined && errors !== undefined && base !== undefined &&
      parent !== undefined;
    const feed = joining !== undefined && complete
      ? this.#feed(joining, { connection, input, errors, base }, parent)
      : undefined;
    const unused = feed === undefined ? [connection, ...descriptors] : descriptors.slice(HANDED - 1);
    for (const fd of unused) kernel.close(fd);
    if (feed === undefined) return;
    this.#feeds.add(feed);
    feed.begin();
  }

  #received(connection: Fd): Received {
    try {
      return this.#at.kernel.receive(connection, this.#frame);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return { length: 0, descriptors: [] };
    }
  }

  /** Makes the feed; undefined if the svlogd does not fit, or there is no room. */
  #feed(joining: Joining, handed: Handed, parent: Fd): JoinedFeed | undefined {
    try {
      if (!this.#fits(joining, handed, parent)) return undefined;
      this.#workbench ??= new Workbench(this.#at.kernel, joining.options.lineBytes);
      const feed: JoinedFeed = new JoinedFeed(this.#at, this.#workbench, joining.options, handed, () => {
        this.#feeds.delete(feed);
        this.#settle();
      });
      return feed;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  /**
   * True when this logger can do the work of a svlogd. The svlogd must have the same root directory and a pipe as its
   * input. Its log directories must be those that the frame tells, in the parent directory that the first svlogd had.
   */
  #fits({ key, root, fileKeys, options }: Joining, { input, base }: Handed, parent: Fd): boolean {
    const { kernel, reporter } = this.#at;
    if (root !== fileKeyOf(kernel.stat(CWD, "/")) || kernel.statFd(input).kind !== "fifo") return false;
    if (key !== keyOf(kernel.statFd(parent), options.lineBytes)) return false;
    if (options.directories.some((name, i) => fileKeyOf(kernel.stat(base, name)) !== fileKeys[i])) {
      return false;
    }
    if (this.#key === undefined) {
      confine(kernel, reporter, [{ directory: parent, write: true }]);
      this.#key = key;
    }
    return this.#key === key;
  }
}

/** The work of one svlogd, from its frame to the exit code of its stand-in. */
class JoinedFeed implements Sleeper, FeedOwner {
  wakeAtMs = Infinity;
  readonly #at: Surroundings;
  readonly #options: Options;
  readonly #handed: Handed;
  readonly #onGone: () => void;
  readonly #reporter: Reporter;
  readonly #feed: Feed;
  readonly #letters = new Uint8Array(MOST_LETTERS);
  /** Messages that come before the feed has begun. If it is refused they are dropped: the svlogd will say them itself. */
  #held: string[] | undefined = [];
  #state: "beginning" | "joined" | "refused" | "over" = "beginning";
  /** The stand-in is told this exit code instead of the feed's own. */
  #code: number | undefined;

  constructor(at: Surroundings, workbench: Workbench, options: Options, handed: Handed, onGone: () => void) {
    const { kernel, loop } = at;
    this.#at = at;
    this.#options = options;
    this.#handed = handed;
    this.#onGone = onGone;
    this.#reporter = new Reporter(kernel, loop, handed.errors);
    this.#feed = new Feed(kernel, loop, workbench, {
      ...handed,
      options,
      owner: this,
    });
  }

  /**
   * Begins, and tells the svlogd if every directory is open and locked. If not, the feed ends again, and the svlogd goes on
   * by itself when the directories are free.
   */
  begin(): void {
    try {
      this.#feed.begin();
    } catch (thrown) {
      // This is a defect. The descriptors that the feed has opened stay open, and the svlogd goes on by itself.
      this.#at.loop.unwatch(this.#handed.input);
      this.#at.reporter.line(`svlogfleet: warning: ${thrownText(thrown)}`);
      this.ended(EXIT.fatal);
    }
    if (this.#state !== "beginning") return;
    if (!this.#feed.isWhole) {
      this.#state = "refused";
      return this.#feed.leave();
    }
    this.#state = "joined";
    for (const line of this.#held ?? []) this.#reporter.line(line);
    this.#held = undefined;
    this.#at.loop.watch(this.#handed.connection, "read", () => this.#takeLetters());
    this.#say(JOINED);
    this.#nudgeLater();
  }

  term(): void {
    this.#feed.term();
  }

  report(line: string): void {
    if (this.#held === undefined) this.#reporter.line(line);
    else this.#held.push(line);
  }

  ended(code: number): void {
    const { kernel, loop } = this.#at;
    const { connection, input, errors, base } = this.#handed;
    if (this.#state === "joined") this.#say(`${this.#code ?? code}\n`);
    this.#state = "over";
    loop.schedule(this, Infinity);
    loop.unwatch(connection);
    this.#reporter.close();
    for (const fd of [connection, input, errors, base]) kernel.close(fd);
    this.#onGone();
  }

  // The stand-in

  /** Sends to the stand-in. A stand-in that does not take it is gone or hangs, and nothing can be done about that. */
  #say(text: string): void {
    try {
      this.#at.kernel.send(this.#handed.connection, bytesOf(text), text.length, []);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
    }
  }

  #nudgeLater(): void {
    this.#at.loop.schedule(this, this.#at.kernel.monotonicMs() + NUDGE_MS);
  }

  wake(): void {
    this.#say("\n");
  }

  #takeLetters(): void {
    const length = this.#receivedLetters();
    if (length === WOULD_BLOCK) return;
    if (length === 0) return this.#loseStandIn();
    for (const letter of byteString(this.#letters, 0, length)) {
      if (this.#state === "joined") this.#takeLetter(letter);
    }
  }

  #receivedLetters(): number {
    try {
      return this.#at.kernel.receive(this.#handed.connection, this.#letters).length;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return 0;
    }
  }

  /** The stand-in was killed. The feed ends, so that the next svlogd finds the directories free. */
  #loseStandIn(): void {
    this.#at.loop.unwatch(this.#handed.connection);
    this.#at.loop.schedule(this, Infinity);
    this.#feed.term();
  }

  #takeLetter(letter: string): void {
    switch (letter) {
      case LETTER.term:
        this.#nudgeLater();
        return this.#feed.term();
      case LETTER.hangup:
        this.#nudgeLater();
        return this.#hangUp();
      case LETTER.alarm:
        this.#nudgeLater();
        return this.#feed.alrm();
    }
  }

  /**
   * HUP: if a config now asks for more than this logger may do, the feed ends. The next svlogd then stays a process of its
   * own.
   */
  #hangUp(): void {
    if (this.#options.directories.every((name) => this.#isFit(name))) return this.#feed.hup();
    this.#code = EXIT.fatal;
    this.#feed.term();
  }

  /**
   * True when the directory is still fit. A directory that does not open counts as fit: the feed says that it cannot
   * open it.
   */
  #isFit(name: string): boolean {
    const { kernel } = this.#at;
    try {
      const directory = kernel.open(this.#handed.base, name, OPEN.read | OPEN.directory | OPEN.nonBlock);
      try {
        return unfitness(kernel, directory) === undefined;
      } finally {
        kernel.close(directory);
      }
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return true;
    }
  }
}

/**
 * The feeds of the logger of the tree: they write the logs of services whose `log/` has no `run`. The fleet gives the pipe
 * and the directory `log/`. The log is `log/main`, by the rules of `log/config`.
 *
 * The first feeds are collected until the fleet says that they are all there. Then the process confines itself to their
 * directories and begins them. A later feed is taken only if its directory lies within.
 */
import { type Fd, STDERR } from "../../posix/descriptor.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { fileKeyOf } from "../../posix/file_key.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { type Allowed, OPEN } from "../../runtime/kernel.ts";
import type { Sleeper } from "../../runtime/loop.ts";
import { thrownText } from "../../runtime/report.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import type { Config } from "../config.ts";
import { needsOwnProcess, type Order } from "../joining.ts";
import { BUFFER_BYTES, LINE_BYTES, type Options } from "../options.ts";
import type { StampKind } from "../stamp.ts";
import { confine } from "./confine.ts";
import { Feed } from "./feed.ts";
import type { FeedOwner } from "./feed_plan.ts";
import { readConfigText } from "./config_file.ts";
import type { Feeds, Surroundings } from "./feeds.ts";
import { Workbench } from "./workbench.ts";

/** The stamp of lines if `config` names none: as with -tt. */
const STAMP: StampKind = 2;
/** The log directory of every service, in `log/`. */
const MAIN = "main";
/**
 * The time for which feeds are held for the next fleet when the fleet dies before the seal. If a next fleet comes, it
 * comes at once.
 */
const HOLD_MS = 3000;

/** A log that the fleet has given. */
interface Given {
  /** Number of the feed in orders and reports. */
  readonly id: number;
  /** Name of the service, for messages. */
  readonly name: string;
  /** Read end of the service's pipe. */
  readonly input: Fd;
  /** The directory `log/`. */
  readonly logDir: Fd;
}

/** All feeds of the logger of the tree. */
export class TreeFeeds implements Feeds {
  readonly at: Surroundings;
  readonly workbench: Workbench;
  /** The logs that wait for the seal; undefined after it. */
  #collected: Given[] | undefined = [];
  /** File keys of the directories that the process has confined itself to; undefined if it has not. */
  #covered: ReadonlySet<string> | undefined;
  readonly #feeds = new Map<number, TreeFeed>();
  readonly #options = new Map<StampKind, Options>();
  #leaving = false;
  readonly #sealLater: Sleeper = {
    wakeAtMs: Infinity,
    wake: () => {
      this.#seal();
      this.#settle();
    },
  };

  constructor(at: Surroundings) {
    this.at = at;
    this.workbench = new Workbench(at.kernel, LINE_BYTES);
  }

  take(order: Order, descriptors: readonly Fd[]): void {
    const [input, logDir, ...more] = descriptors;
    const isFeed = order.do === "feed" && input !== undefined && logDir !== undefined && !this.#leaving;
    for (const fd of isFeed ? more : descriptors) this.at.kernel.close(fd);
    if (isFeed) this.#takeFeed({ id: order.id, name: order.name, input, logDir });
    else if (order.do === "feed" && !this.#leaving) {
      this.at.report({ said: "ended", id: order.id, code: EXIT.fatal });
    } else if (order.do === "seal") this.#seal();
    else if (order.do === "signal") this.#feeds.get(order.id)?.signal(order.signal);
  }

  leave(): void {
    this.#leaving = true;
    for (const given of this.#collected ?? []) this.#close(given);
    this.#collected = undefined;
    for (const feed of this.#feeds.values()) feed.signal(SIGNAL.TERM);
    this.#settle();
  }

  /**
   * Goes on, so that no line waits in a pipe that may be lost. The next fleet sends a TERM.
   *
   * Logs that have not begun are held for a while: the dead fleet may have told another logger to leave them, or not, and
   * the next fleet knows. If no fleet comes, they begin.
   */
  orphaned(): void {
    this.#leaving = true;
    if (this.#collected === undefined) return this.#settle();
    this.at.loop.schedule(this.#sealLater, this.at.kernel.monotonicMs() + HOLD_MS);
  }

  #settle(): void {
    const holds = this.#collected !== undefined && this.#collected.length > 0;
    if (this.#leaving && !holds && this.#feeds.size === 0) this.at.end();
  }

  #close({ input, logDir }: Given): void {
    for (const fd of [input, logDir]) this.at.kernel.close(fd);
  }

  #takeFeed(given: Given): void {
    if (this.#collected !== undefined) return void this.#collected.push(given);
    if (this.#isCovered(given)) return this.#begin(given);
    this.#close(given);
    this.at.report({ said: "uncovered", id: given.id });
  }

  #seal(): void {
    const collected = this.#collected;
    if (collected === undefined) return;
    this.#collected = undefined;
    this.#covered = this.#confine(collected);
    for (const given of collected) this.#begin(given);
  }

  /** Confines the process. Returns the file keys of the directories that stay open; undefined if all do. */
  #confine(collected: readonly Given[]): ReadonlySet<string> | undefined {
    const { kernel, reporter } = this.at;
    const mains = collected.flatMap((given) => this.#main(given) ?? []);
    const allowed: Allowed[] = [
      ...mains.map((directory) => ({ directory, write: true })),
      ...collected.map(({ logDir }) => ({ directory: logDir, write: false })),
    ];
    try {
      const covered = new Set(allowed.map(({ directory }) => fileKeyOf(kernel.statFd(directory))));
      return confine(kernel, reporter, allowed) ? covered : undefined;
    } catch (thrown) {
      // Logs matter more. Without the wall the same user writes the same files.
      reporter.line(`svlogfleet: warning: unable to confine itself: ${thrownText(thrown)}`);
      return undefined;
    } finally {
      for (const fd of mains) kernel.close(fd);
    }
  }

  #main({ logDir }: Given): Fd | undefined {
    try {
      return this.at.kernel.open(logDir, MAIN, OPEN.path | OPEN.directory);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }

  #isCovered({ logDir }: Given): boolean {
    const { kernel } = this.at;
    if (this.#covered === undefined) return true;
    try {
      return this.#covered.has(fileKeyOf(kernel.statFd(logDir))) &&
        this.#covered.has(fileKeyOf(kernel.stat(logDir, MAIN)));
    } catch (thrown) {
      // The directory is not there. The feed will say so.
      rethrowUnlessSysError(thrown);
      return true;
    }
  }

  /** Begins a feed and reports `started` once its log directory is locked, else `ended`. */
  #begin(given: Given): void {
    const { id } = given;
    const feed = this.#feed(given);
    if (feed === undefined) {
      this.#close(given);
      return this.at.report({ said: "ended", id, code: EXIT.fatal });
    }
    this.#feeds.set(id, feed);
    feed.begin();
    if (this.#feeds.has(id)) this.at.report({ said: "started", id });
  }

  #feed(given: Given): TreeFeed | undefined {
    const { kernel, reporter } = this.at;
    const { name, logDir } = given;
    let doing = "read config";
    try {
      const text = readConfigText(kernel, logDir) ?? "";
      if (needsOwnProcess(text)) return undefined;
      doing = "take one more log";
      return new TreeFeed(this, given, this.workbench.configOf(text));
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      reporter.line(`svlogfleet: ${name}: fatal: unable to ${doing}: ${thrownText(thrown)}`);
      return undefined;
    }
  }

  /** The options of a feed. Feeds with equal options share one object. */
  optionsOf({ stamp = STAMP }: Config): Options {
    const options = this.#options.get(stamp) ?? {
      stamp,
      replacement: undefined,
      replaced: "",
      lineBytes: LINE_BYTES,
      bufferBytes: BUFFER_BYTES,
      verbose: false,
      directories: [MAIN],
    };
    this.#options.set(stamp, options);
    return options;
  }

  /** A feed is over. */
  ended(given: Given, code: number): void {
    const { id } = given;
    this.#feeds.delete(id);
    this.#close(given);
    if (!this.#leaving) this.at.report({ said: "ended", id, code });
    this.#settle();
  }
}

/** The log of one service. */
class TreeFeed implements FeedOwner {
  readonly #all: TreeFeeds;
  readonly #given: Given;
  readonly #feed: Feed;
  /** The fleet is told this exit code instead of the feed's own. */
  #code: number | undefined;

  constructor(all: TreeFeeds, given: Given, config: Config) {
    const { kernel, loop } = all.at;
    const { input, logDir } = given;
    this.#all = all;
    this.#given = given;
    const options = all.optionsOf(config);
    this.#feed = new Feed(kernel, loop, all.workbench, {
      input,
      errors: STDERR,
      base: logDir,
      options,
      config,
      owner: this,
    });
  }

  report(line: string): void {
    this.#all.at.reporter.line(line.replace(/^svlogd: /, `svlogfleet: ${this.#given.name}: `));
  }

  ended(code: number): void {
    this.#all.ended(this.#given, this.#code ?? code);
  }

  begin(): void {
    this.#feed.begin();
  }

  /** Treats the feed as the signal treats a svlogd. KILL ends it in order, as TERM does: there is no quicker way. */
  signal(signal: number): void {
    switch (signal) {
      case SIGNAL.TERM:
      case SIGNAL.INT:
      case SIGNAL.QUIT:
      case SIGNAL.KILL:
        return this.#feed.term();
      case SIGNAL.HUP:
        return this.#hangUp();
      case SIGNAL.ALRM:
        return this.#feed.alrm();
      case SIGNAL.STOP:
        return this.#feed.pause(true);
      case SIGNAL.CONT:
        return this.#feed.pause(false);
    }
  }

  /** HUP: if the config now asks for a process of its own, the feed ends, and the fleet starts a svlogd. */
  #hangUp(): void {
    const config = this.#config();
    if (config !== undefined) return this.#feed.hup(config);
    this.#code = EXIT.fatal;
    this.#feed.term();
  }

  #config(): Config | undefined {
    try {
      const text = readConfigText(this.#all.at.kernel, this.#given.logDir) ?? "";
      return needsOwnProcess(text) ? undefined : this.#all.workbench.configOf(text);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }
}

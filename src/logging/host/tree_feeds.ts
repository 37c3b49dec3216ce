/**
 * Feeds of services whose `log/` has no `run`: the fleet gives the pipe and the directory `log/`, in which `main` is
 * written to, by the rules of `config` beside it. The first ones are collected until they are all there; then the
 * process confines itself to their directories, and takes later ones only where they lie within.
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
import type { Options } from "../options.ts";
import type { StampKind } from "../stamp.ts";
import { confine } from "./confine.ts";
import { Feed } from "./feed.ts";
import type { FeedOwner } from "./feed_plan.ts";
import { configIn } from "./fitness.ts";
import type { Feeds, Surroundings } from "./feeds.ts";
import { Workbench } from "./workbench.ts";

/** svlogd's own without -l and -b. */
const LINE_BYTES = 1000;
const BUFFER_BYTES = 1024;
/** As with -tt. */
const STAMP = 2;
const MAIN = "main";
/** A fleet that dies is followed by another one at once, if at all. */
const HOLD_MS = 3000;

/** What the fleet gives. */
interface Given {
  readonly id: number;
  /** For messages. */
  readonly name: string;
  readonly input: Fd;
  /** `log/`. */
  readonly logDir: Fd;
}

export class TreeFeeds implements Feeds {
  readonly at: Surroundings;
  readonly workbench: Workbench;
  /** Until the seal. */
  #collected: Given[] | undefined = [];
  /** What it confined itself to; undefined: to nothing. */
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
   * It goes on, so that nothing waits in a pipe that may be lost; the next fleet sends it away by a TERM. What it has not
   * begun it holds for that one, as long as that may take to come: another logger may have been told to leave it, or not.
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

  /** The directories that stay open, or undefined: all. */
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
      // Logs matter more: what is written is what would have been written, by the same user.
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
      // One that is not there is for the feed to complain of.
      rethrowUnlessSysError(thrown);
      return true;
    }
  }

  /** Says `started` once the log directory is its own, else `ended`. */
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
      const text = configIn(kernel, logDir);
      if (needsOwnProcess(text)) return undefined;
      doing = "take one more log";
      return new TreeFeed(this, given, this.workbench.configOf(text));
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      reporter.line(`svlogfleet: ${name}: fatal: unable to ${doing}: ${thrownText(thrown)}`);
      return undefined;
    }
  }

  /** Equal ones are one. */
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

  ended(given: Given, code: number): void {
    const { id } = given;
    this.#feeds.delete(id);
    this.#close(given);
    if (!this.#leaving) this.at.report({ said: "ended", id, code });
    this.#settle();
  }
}

/** One service's log. */
class TreeFeed implements FeedOwner {
  readonly #all: TreeFeeds;
  readonly #given: Given;
  readonly #feed: Feed;
  /** Told instead of the feed's own. */
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

  /** What svlogd would do with it. It cannot be killed more quickly than in order. */
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

  /** A config that has come to ask for a process of its own ends it: the fleet starts one. */
  #hangUp(): void {
    const config = this.#config();
    if (config !== undefined) return this.#feed.hup(config);
    this.#code = EXIT.fatal;
    this.#feed.term();
  }

  #config(): Config | undefined {
    try {
      const text = configIn(this.#all.at.kernel, this.#given.logDir);
      return needsOwnProcess(text) ? undefined : this.#all.workbench.configOf(text);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return undefined;
    }
  }
}

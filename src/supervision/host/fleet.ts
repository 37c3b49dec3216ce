/**
 * runsvdir(8): a directory of services, each supervised in this one process.
 *
 * Changes in the directory come by inotify; each burst of them is one look, which lists the directory for the machine of
 * the scan (scan.ts). The scan says which services begin and which are told to exit. Services begin in turns, a few at
 * a time, so that a tree of thousands leaves signals and commands heard while it starts.
 *
 * TERM ends this process at once and leaves the services running, as runsvdir's does. HUP (and what a terminal sends)
 * has every service exit first.
 */
import { EXIT } from "../../posix/exit_code.ts";
import { type Fd, STDERR } from "../../posix/descriptor.ts";
import { SIGNAL } from "../../posix/signal.ts";
import { Children } from "../../runtime/children.ts";
import { CHANGE, type Change, type Kernel } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { PathWatch } from "../../runtime/path_watch.ts";
import { thrownText } from "../../runtime/report.ts";
import { Reporter } from "../../runtime/reporter.ts";
import {
  newScan,
  RESCAN_MS,
  type ScanEffect,
  type ScanEvent,
  type ScanState,
  step as stepScan,
  wakeAtMs as scanWakeAtMs,
} from "../scan.ts";
import { RUNSV_VOICE } from "../voice.ts";
import { Filling } from "./filling.ts";
import { Listing } from "./listing.ts";
import { NextLife } from "../../runtime/next_life.ts";
import { takeSignals } from "../../runtime/signals.ts";
import { HEARD, newLoop, STOPS } from "./process.ts";
import { Supervisor } from "./supervisor.ts";
import { openTitle } from "./title.ts";

/** The arguments of runsvdir. */
export interface FleetOptions {
  readonly directory: string;
  /** True when every process of a service leads a session of its own (-P). */
  readonly newSessions: boolean;
  /** The memory of the LOG argument (`titleOf`). What services say on standard error is written into it. */
  readonly title: Uint8Array | undefined;
  /** Absolute path of the program's own file, or of a link to it. Without it no loggers are started. */
  readonly program?: string;
}

/** Supervises a directory of services; returns the exit code (0 for TERM, 111 for HUP). */
export function superviseDirectory(kernel: Kernel, options: FleetOptions): number {
  return new Fleet(kernel, options).run();
}

/** The number of services that begin in one turn. */
const BEGINNINGS_A_TURN = 8;
/** The next look waits for this multiple of the last look's duration, so that a burst of changes costs little. */
const LOOK_PAUSE_FACTOR = 4;
/** The delay after start-up, and after a burst of beginnings, before free memory is returned to the kernel once. */
const SETTLE_MS = 500;
/** More beginnings in a row than these are a burst. */
const BURST = 50;

class Fleet {
  readonly #kernel: Kernel;
  readonly #options: FleetOptions;
  readonly #loop: Loop;
  readonly #children: Children;
  readonly #reporter: Reporter;
  readonly #supervisor: Supervisor;
  readonly #nextLife: NextLife;
  #scan: ScanState = newScan();
  readonly #scanClock: Sleeper = { wakeAtMs: Infinity, wake: () => this.#tell({ kind: "wake" }) };
  readonly #lookClock: Sleeper = { wakeAtMs: Infinity, wake: () => this.#look() };
  readonly #settleClock: Sleeper = { wakeAtMs: Infinity, wake: () => this.#kernel.releaseMemory() };
  /** Services that are to begin in this turn or a later one. */
  readonly #beginnings: { readonly key: string; readonly name: string }[] = [];
  /** The number of services that have begun since none was waiting to begin. */
  #begun = 0;
  #watch: PathWatch | undefined;
  readonly #listing: Listing;
  readonly #filling: Filling;
  /** The reasons why services could not begin the last time, by key: the same reason is reported once. */
  readonly #troubles = new Map<string, string>();
  /** True when the last look did not tell of every service. */
  #isInDoubt = false;
  #lookPauseMs = 0;
  #lookedAtMs = -Infinity;
  #stopping = false;
  /** True while services of a dead fleet are being taken up, to be told to exit. */
  #takesUp = false;
  #code = 0;

  constructor(kernel: Kernel, options: FleetOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.#loop = newLoop(
      kernel,
      `runsvdir ${options.directory}`,
      (thrown) => this.#nextLife.afterFault(thrown),
    );
    this.#reporter = new Reporter(kernel, this.#loop, STDERR);
    this.#children = new Children(kernel, this.#loop);
    this.#nextLife = new NextLife(kernel, this.#loop, this.#children, {
      say: (text) => this.#warn(text),
      readiness: () => this.#stopping ? "leaving" : this.#supervisor.isCalm ? "calm" : "busy",
      kept: () => this.#supervisor.fifos(),
    });
    this.#supervisor = new Supervisor(kernel, this.#loop, this.#children, this.#reporter, {
      newSessions: options.newSessions,
      onLeft: (key) => this.#left(key),
      voice: RUNSV_VOICE,
      program: options.program,
    });
    this.#listing = new Listing(kernel, options.directory, (text) => this.#warn(text));
    this.#filling = new Filling(kernel, options.directory, (event) => this.#tell(event));
  }

  run(): number {
    this.#supervisor.expectBeginnings();
    this.#supervisor.allowDescriptors(this.#kernel.raiseDescriptorLimit());
    const signals = this.#kernel.signals(HEARD);
    this.#loop.watchFirst(signals, () => this.#onSignals(signals));
    const { title } = this.#options;
    if (title !== undefined) openTitle(this.#kernel, this.#loop, title, (text) => this.#warn(text));
    this.#watchDirectory();
    this.#look();
    if (this.#beginnings.length === 0) this.#tellHaveBegun();
    this.#settle();
    this.#nextLife.run();
    return this.#code;
  }

  #warn(text: string): void {
    this.#reporter.line(`runsvdir ${this.#options.directory}: warning: ${text}`);
  }

  // Signals

  #onSignals(fd: Fd): void {
    const signals = takeSignals(this.#kernel, fd);
    if (signals.has(SIGNAL.TERM) && this.#kernel.pid() !== 1) return this.#abandon();
    for (const signal of signals) {
      if (signal === SIGNAL.CHLD) this.#children.reap();
      else if (signal === SIGNAL.ALRM) this.#look();
      else if (signal === SIGNAL.USR2 && !this.#stopping) this.#nextLife.upgrade();
      else if (STOPS.has(signal)) this.#stop(signal === SIGNAL.TERM ? 0 : EXIT.fatal);
    }
  }

  /** runsvdir(8): TERM ends this process alone, at once; the services go on. */
  #abandon(): void {
    this.#code = 0;
    this.#supervisor.abandon();
    this.#loop.stop();
  }

  /** Tells every service to exit; the process leaves when all have left. */
  #stop(code: number): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#code = code;
    this.#beginnings.length = 0;
    this.#takeUpTheRest();
    this.#loop.schedule(this.#scanClock, Infinity);
    this.#supervisor.retireAll();
    this.#leaveWhenEmpty();
  }

  /** Stops what a dead fleet left running, too, of services that have not begun yet or could not begin. */
  #takeUpTheRest(): void {
    this.#takesUp = true;
    for (const [key, { name, standing, wanted }] of this.#scan) {
      if (!wanted || (standing !== "running" && standing !== "waiting") || this.#supervisor.has(key)) {
        continue;
      }
      this.#supervisor.beginToRetire(key, `${this.#options.directory}/${name}`, name, key);
    }
    this.#takesUp = false;
  }

  #leaveWhenEmpty(): void {
    // The first service that is taken up may leave before the second is taken up.
    if (this.#stopping && !this.#takesUp && this.#supervisor.size === 0) {
      this.#supervisor.leave(() => this.#loop.stop());
    }
  }

  #left(key: string): void {
    this.#tell({ kind: "left", key });
    this.#leaveWhenEmpty();
  }

  // Looking at the directory

  #watchDirectory(): void {
    try {
      const changes = this.#kernel.changes();
      this.#loop.watch(changes, "read", (fd) => this.#onChanges(this.#kernel.readChanges(fd)));
      this.#filling.changes = changes;
      this.#watch = new PathWatch(this.#kernel, changes, this.#options.directory);
    } catch (thrown) {
      this.#warn(`unable to watch directories, looking every 5 seconds: ${thrownText(thrown)}`);
    }
  }

  #onChanges(changes: readonly Change[]): void {
    let look = false;
    for (const { watch, mask, name } of changes) {
      const key = this.#filling.keyOf(watch);
      if (key !== undefined) {
        if (name === "log" && (mask & CHANGE.isDirectory) !== 0) {
          this.#filling.watchLog(key, this.#nameOf(key));
        }
        this.#tell({ kind: "touched", key });
        continue;
      }
      const lost = (mask & CHANGE.overflow) !== 0;
      if (lost) this.#filling.touchAll();
      if (lost || this.#watch?.concerns(watch, mask) === true) {
        this.#watch?.renew();
        look = true;
      }
      if (watch === this.#watch?.content) look = true;
      // A directory has arrived whole when the last change of its name was a rename.
      if ((mask & CHANGE.movedTo) !== 0) this.#listing.moved.add(name);
      else if ((mask & (CHANGE.create | CHANGE.delete | CHANGE.movedFrom)) !== 0) {
        this.#listing.moved.delete(name);
      }
    }
    if (look) this.#lookSoon();
  }

  #lookSoon(): void {
    const due = this.#lookedAtMs + this.#lookPauseMs;
    if (due <= this.#kernel.monotonicMs()) this.#look();
    else if (this.#lookClock.wakeAtMs > due) this.#loop.schedule(this.#lookClock, due);
  }

  #look(): void {
    if (this.#stopping) return;
    const begun = this.#kernel.monotonicMs();
    // The watch comes first, then the list: what arrives in between is seen twice, and never missed.
    const unwatched = this.#watch === undefined || (this.#watch.content < 0 && this.#watch.renew() !== 0);
    const entries = this.#listing.look(this.#scan);
    if (entries !== undefined) this.#tell({ kind: "listed", entries });
    this.#lookedAtMs = this.#kernel.monotonicMs();
    this.#lookPauseMs = (this.#lookedAtMs - begun) * LOOK_PAUSE_FACTOR;
    this.#isInDoubt = entries === undefined || this.#listing.doubts;
    const poll = unwatched || this.#isInDoubt;
    this.#loop.schedule(this.#lookClock, poll ? this.#lookedAtMs + RESCAN_MS : Infinity);
  }

  #tell(event: ScanEvent): void {
    // While the fleet stops, no service begins again, so the scan has nothing to decide any more.
    if (this.#stopping) return;
    const now = { monotonicMs: this.#kernel.monotonicMs(), wallNs: this.#kernel.wallNs() };
    const { state, effects } = stepScan(this.#scan, event, now);
    this.#scan = state;
    for (const effect of effects) this.#perform(effect);
    this.#loop.schedule(this.#scanClock, scanWakeAtMs(this.#scan));
  }

  #perform(effect: ScanEffect): void {
    switch (effect.kind) {
      case "begin":
        this.#beginnings.push(effect);
        if (this.#beginnings.length === 1) this.#loop.goOn(() => this.#beginSome());
        return;
      case "retire":
        return this.#retire(effect.key);
      case "watch filling":
        return void this.#filling.watch(effect.key, effect.name);
      case "unwatch filling":
        return this.#filling.unwatch(effect.key);
      case "inspect":
        return this.#filling.inspect(effect.key, effect.name);
      case "report":
        return this.#warn(effect.text);
    }
  }

  #beginSome(): void {
    for (const { key } of this.#beginnings.splice(0, BEGINNINGS_A_TURN)) {
      const name = this.#nameOf(key);
      const trouble = this.#supervisor.begin(key, `${this.#options.directory}/${name}`, name, key);
      if (trouble === undefined) this.#troubles.delete(key);
      else this.#couldNotBegin(key, name, trouble);
    }
    this.#begun += BEGINNINGS_A_TURN;
    if (this.#beginnings.length > 0) return this.#loop.goOn(() => this.#beginSome());
    this.#tellHaveBegun();
    if (this.#begun > BURST) this.#settle();
    this.#begun = 0;
  }

  /**
   * A service that could not be looked at, or could not begin, is tried again. One that the first look missed counts as
   * being filled when a later look finds it, and does not begin before its `run` is executable.
   */
  #tellHaveBegun(): void {
    const standings = [...this.#scan.values()].map(({ standing }) => standing);
    const moreToCome = standings.some((one) => one === "waiting" || one === "filling" || one === "unready");
    this.#supervisor.haveBegun(this.#isInDoubt || moreToCome);
  }

  #nameOf(key: string): string {
    return this.#scan.get(key)?.name ?? "";
  }

  #settle(): void {
    this.#loop.schedule(this.#settleClock, this.#kernel.monotonicMs() + SETTLE_MS);
  }

  #couldNotBegin(key: string, name: string, trouble: string): void {
    if (this.#troubles.get(key) !== trouble) this.#reporter.line(`runsv ${name}: fatal: ${trouble}`);
    this.#troubles.set(key, trouble);
    this.#tell({ kind: "left", key });
  }

  #retire(key: string): void {
    const waiting = this.#beginnings.findIndex((beginning) => beginning.key === key);
    if (waiting < 0) return this.#supervisor.retire(key);
    this.#beginnings.splice(waiting, 1);
    this.#tell({ kind: "left", key });
  }
}

/**
 * The services of one process, from their beginning to their end. No call waits.
 *
 * The parts: `Posts` opens and closes what a service has open, `Controls` hears commands, `Performer` runs the machines,
 * `Starter` and `LogStarter` start programs, `RecordKeeping` writes status files and records, `Succession` takes up what
 * a dead supervisor has left, `Loggers` has the fleet's loggers.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { Loggers } from "../../loggers/host.ts";
import type { Children } from "../../runtime/children.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop } from "../../runtime/loop.ts";
import { thrownText } from "../../runtime/report.ts";
import type { Reporter } from "../../runtime/reporter.ts";
import { SysError } from "../../sys/error.ts";
import type { Who } from "../pair.ts";
import { isCalm, type ServiceState } from "../service_state.ts";
import type { Voice } from "../voice.ts";
import { Controls } from "./controls.ts";
import { LeftOpen } from "./left_open.ts";
import { LogStarter } from "./log_starter.ts";
import { Performer } from "./performer.ts";
import { Posts, type PrintLine, Unusable } from "./posts.ts";
import { RecordKeeping } from "./record_keeping.ts";
import { Starter } from "./starter.ts";
import { Succession } from "./succession.ts";
import { BOTH, type Post, type Unit } from "./unit.ts";

/** Settings of the applet that runs the supervisor. */
export interface SupervisorOptions {
  /** True when every process of a service leads a session of its own (runsvdir -P). */
  readonly newSessions: boolean;
  /** A service was told to exit, and has left. */
  readonly onLeft: (key: string) => void;
  readonly voice: Voice;
  /** Absolute path of the program's own file, or of a link to it, to start loggers; undefined: there are none. */
  readonly program: string | undefined;
}

/** A directory that is to be supervised. */
interface Beginning {
  readonly key: string;
  readonly path: string;
  readonly name: string;
  readonly fileKey: string | undefined;
  /** True when the service is taken up only to be retired at once: nothing is started. */
  readonly retires: boolean;
}

/** The services of one process. */
export class Supervisor {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #children: Children;
  readonly #options: SupervisorOptions;
  readonly #units = new Map<string, Unit>();
  readonly #posts: Posts;
  readonly #keeping: RecordKeeping;
  readonly #succession: Succession;
  readonly #starter: Starter;
  readonly #loggers: Loggers<Unit>;
  readonly #performer: Performer;
  /** True from the start until all services that were there then have begun. */
  #begins = false;
  readonly #leftOpen: LeftOpen;
  readonly #onWake = (unit: Unit): void => {
    this.#performer.tell(unit, { kind: "to", who: "log", event: { kind: "wake" } });
    this.#performer.tell(unit, { kind: "to", who: "main", event: { kind: "wake" } });
  };

  constructor(
    kernel: Kernel,
    loop: Loop,
    children: Children,
    reporter: Reporter,
    options: SupervisorOptions,
  ) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#children = children;
    this.#options = options;
    this.#leftOpen = new LeftOpen(kernel, loop);
    const line: PrintLine = (name, level, text) => reporter.line(options.voice(name, level, text));
    const onEnded = (unit: Unit, who: Who, pid: number, status: number) =>
      this.#performer.tell(unit, { kind: "to", who, event: { kind: "ended", pid, status } });
    const controls = new Controls(kernel, loop, (post, letter) => this.#command(post, letter));
    const posts = this.#posts = new Posts(kernel, controls, line);
    const keeping = this.#keeping = new RecordKeeping(
      kernel,
      line,
      (unit) => [this.#succession.holders.holderOf(unit) ?? [], unit.feed?.logger ?? []].flat(),
    );
    const succession = this.#succession = new Succession(kernel, loop, children, keeping, {
      onEnded,
      onChild: (unit, who, pid) => this.#starter.expect(unit, who, pid),
      onHandedOver: (unit) => {
        if (this.#has(unit)) keeping.handedOver(unit);
      },
    });
    const starter = this.#starter = new Starter(kernel, children, posts, {
      newSessions: options.newSessions,
      line,
      onStarted: (pid) => keeping.lastPid = pid,
      onEnded,
    });
    const loggers = this.#loggers = this.#newLoggers();
    const { holders } = succession;
    const logStarter = new LogStarter(kernel, { posts, starter, loggers, holders });
    this.#performer = new Performer(kernel, loop, {
      ...{ controls, keeping, succession, starter, logStarter, loggers, line },
      has: (unit) => this.#has(unit),
      leave: (unit) => this.#leave(unit),
    });
  }

  #newLoggers(): Loggers<Unit> {
    const { holders } = this.#succession;
    return new Loggers(this.#kernel, this.#loop, this.#children, {
      program: this.#options.program,
      logOf: (pid) => this.#starter.logOf(pid),
      hasHolders: () => holders.hasAny,
      dismissHolders: () => holders.dismissAll(),
      holdersHaveLeft: () => holders.haveLeft(),
      onLocked: (unit) => holders.handedOver(unit),
      onEnded: (unit, pid, status) => {
        unit.feed = undefined;
        this.#performer.tell(unit, { kind: "to", who: "log", event: { kind: "ended", pid, status } });
      },
      onReplaced: (unit, pid) =>
        this.#performer.tell(unit, { kind: "to", who: "log", event: { kind: "replaced", pid } }),
    });
  }

  /** True when the next life would miss nothing: no hook runs, no command waits behind one, no service is leaving. */
  get isCalm(): boolean {
    return [...this.#units.values()].every(({ aside, pair: { main, log, leaving } }) =>
      aside || (leaving === "no" && isCalm(main) && (log === undefined || isCalm(log)))
    );
  }

  /** True when the service is supervised. */
  has(key: string): boolean {
    return this.#units.has(key);
  }

  /** The number of supervised services. */
  get size(): number {
    return this.#units.size;
  }

  /** Tells how many descriptors this process may have; some of them stay free. */
  allowDescriptors(most: number): void {
    this.#posts.allowDescriptors(most);
    this.#keeping.allowDescriptors(most);
  }

  // Beginning

  /**
   * Supervises the directory at `path` under `name`. Returns undefined on success. Else returns the reason why it
   * cannot be supervised, as the end of runsv's `fatal:` line; then nothing of the directory is held. With a `fileKey`
   * it must be that directory, and not another one that came under its name meanwhile.
   */
  begin(key: string, path: string, name: string, fileKey?: string): string | undefined {
    return this.#begin({ key, path, name, fileKey, retires: false });
  }

  /** Takes up what a dead supervisor has left of the service, to retire it at once. Nothing new is started. */
  beginToRetire(key: string, path: string, name: string, fileKey: string): void {
    this.#begin({ key, path, name, fileKey, retires: true });
  }

  #begin({ key, path, name, fileKey, retires }: Beginning): string | undefined {
    let dir: Fd;
    try {
      dir = this.#posts.enter(path, fileKey);
    } catch (thrown) {
      return `unable to change to directory: ${thrownText(thrown)}`;
    }
    const unit = this.#posts.newUnit({ key, name, path, dir }, this.#onWake);
    const trouble = this.#open(unit);
    if (trouble !== undefined) return trouble;
    if (retires && BOTH.every((who) => hasNothing(unit.service(who)))) {
      this.#release(unit);
      return undefined;
    }
    this.#units.set(key, unit);
    if (unit.log !== undefined) {
      this.#performer.tell(unit, { kind: "to", who: "log", event: { kind: "publish" } });
    }
    this.#performer.tell(unit, { kind: "to", who: "main", event: { kind: retires ? "retire" : "publish" } });
    return undefined;
  }

  /**
   * Opens the unit's directory. Returns the reason why it cannot be supervised, if there is one; then nothing of the
   * directory is held.
   */
  #open(unit: Unit): string | undefined {
    try {
      this.#posts.openAll(unit);
      for (const who of BOTH) this.#succession.takeUp(unit, who);
      return undefined;
    } catch (thrown) {
      this.#children.disown(unit);
      this.#release(unit);
      if (thrown instanceof Unusable) return thrown.message;
      if (thrown instanceof SysError) return thrownText(thrown);
      throw thrown;
    }
  }

  /**
   * The descriptors that must stay open when this process executes itself. They are the control FIFOs, the FIFOs that
   * tell of a supervisor, and the log pipes. The life before this one may have left more of them open, for services
   * that have not begun again yet.
   */
  fifos(): Fd[] {
    return [...this.#leftOpen.descriptors, ...this.#openFifos()];
  }

  #openFifos(): Fd[] {
    return [...this.#units.values()].flatMap(({ main, log, pipe }) =>
      [
        ...[main, log].flatMap((post) => post === undefined ? [] : [post.control, post.ok]),
        ...(pipe?.isNamed === true ? [pipe.read, pipe.write] : []),
      ].filter((fd) => fd >= 0)
    );
  }

  /**
   * Expects services to begin. To be called before anything is opened. Descriptors that the life before this one has
   * left open stay open until their services have begun. The ends of unknown children are remembered until `haveBegun`.
   */
  expectBeginnings(): void {
    this.#begins = true;
    this.#leftOpen.take();
  }

  /**
   * All services that were there at the start have begun, or could not begin. `moreToCome`: some of these will be tried
   * again. To be called again when they have been.
   */
  haveBegun(moreToCome: boolean): void {
    if (moreToCome) this.#leftOpen.closeWhatIsOpenAgain(() => this.#openFifos());
    else this.#leftOpen.close();
    if (!this.#begins) return;
    this.#begins = false;
    this.#succession.allBegun();
    this.#children.reap();
  }

  // Leaving

  /** Tells a service to exit, like the command `x`, which `u` takes back. */
  exit(key: string): void {
    const post = this.#units.get(key)?.main;
    if (post !== undefined) this.#command(post, "x");
  }

  /** Tells a service to exit for good. A service that was set aside would never answer, so nothing waits for it. */
  retire(key: string): void {
    const unit = this.#units.get(key);
    if (unit === undefined) return;
    if (unit.aside) this.#leave(unit);
    else this.#performer.tell(unit, { kind: "to", who: "main", event: { kind: "retire" } });
  }

  /** Tells all services to exit for good. From now on no svlogd joins a logger. */
  retireAll(): void {
    this.#loggers.broker.close();
    for (const key of [...this.#units.keys()]) this.retire(key);
  }

  /** The process ends at once, and its services go on: the tree's logger gets the logs that it was not given yet. */
  abandon(): void {
    this.#loggers.tree.hurry();
  }

  /** Tells the loggers to leave after the last service has left, and calls `done` when they have. */
  leave(done: () => void): void {
    this.#leftOpen.close();
    this.#loggers.leave(done);
  }

  // Running

  #command({ unit, who }: Post, letter: string): void {
    this.#performer.tell(unit, { kind: "to", who, event: { kind: "command", letter } });
  }

  /** False for a service that has left, whose descriptors are closed. */
  #has(unit: Unit): boolean {
    return this.#units.get(unit.key) === unit;
  }

  #leave(unit: Unit): void {
    this.#loop.schedule(unit, Infinity);
    this.#units.delete(unit.key);
    if (unit.feed !== undefined) this.#loggers.tree.forget(unit.feed);
    // A service that was set aside may have left something behind, which its files tell the next supervisor.
    if (!unit.aside) this.#posts.removeRecords(unit);
    this.#release(unit);
    this.#options.onLeft(unit.key);
  }

  #release(unit: Unit): void {
    this.#succession.forget(unit);
    this.#posts.closeAll(unit);
  }
}

/** True for a service that has no process, and no end of a process to act upon. */
function hasNothing(service: ServiceState | undefined): boolean {
  return service === undefined ||
    (service.pid === 0 && service.ended === undefined && service.phase === "down");
}

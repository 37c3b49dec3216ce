/**
 * One simulation: the production hosts on the simulated kernel, from start to end, all of it decided by a seed.
 *
 * A supervisor lives once or twice. In each life it is disturbed and left to rest, some rounds long; at rest the truth
 * is checked. Then it is told to leave, sometimes in the middle of things, and what is left of it is checked.
 */
import { SIGNAL } from "../../src/posix/signal.ts";
import { superviseDirectory, superviseOne } from "../../src/supervision/host.ts";
import { Gone, SimulatedKernel } from "./kernel.ts";
import type { Service } from "./actors.ts";
import type { Pipe } from "../kernel/pipe.ts";
import type { Inode } from "../kernel/tree.ts";
import { Random } from "../random.ts";
import { Tester } from "./tester.ts";
import { Truth } from "./truth.ts";
import { Violation, World } from "../kernel/world.ts";

export interface Result {
  readonly seed: number;
  readonly hash: string;
  readonly happenings: number;
  readonly calls: number;
  readonly faults: ReadonlyMap<string, number>;
  /** The invariant that broke, with its facts. */
  readonly broken: Violation | undefined;
  /** The last lines of the transcript. */
  readonly tail: readonly string[];
}

/**
 * The time to come to rest after the last fault. The longest pause is five seconds, and some things wait for others.
 */
const REST_MS = 30_000;
const IDLE_WITHIN_MS = 300_000;

const PROGRAM = "/bin/denit";

type Ending = "HUP" | "TERM" | "INT" | "QUIT" | "exit";

interface Plan {
  readonly fleet: boolean;
  readonly path: string;
  readonly lives: number;
  readonly rounds: number;
  readonly rate: number;
  readonly ending: Ending;
  /** True when the supervisor is told to leave before everything is at rest. */
  readonly hasty: boolean;
  /** True when faults go on while the supervisor leaves. */
  readonly faultyEnd: boolean;
  /** True when the tester starts a service that was told to exit. */
  readonly interferes: boolean;
  readonly moves: boolean;
  readonly clockJumps: boolean;
  /** True when the fleet is process 1: TERM stops it as HUP does. */
  readonly first: boolean;
  /** The number of times that the supervisor is killed in each round while it is disturbed. */
  readonly deaths: number;
}

const FEW = ["alpha", "beta", "gamma", "delta"];
/** More than are begun in one turn. */
const MANY = [...FEW, ...Array.from({ length: 20 }, (_, i) => `service${i}`)];
const PATHS = ["/etc/current", "/etc/first", "etc/../etc/current", "/service", "service"];

function planOf(random: Random): Plan {
  const fleet = random.chance(0.8);
  const moves = fleet && random.chance(0.25);
  const first = random.chance(0.1);
  const ending = random.pick(
    fleet ? ["HUP", "HUP", "HUP", "TERM"] as const : ["TERM", "HUP", "INT", "QUIT", "exit"] as const,
  );
  return {
    fleet,
    path: fleet ? random.pick(PATHS) : "/etc/first",
    lives: random.chance(0.25) ? 2 : 1,
    rounds: 1 + random.below(2),
    rate: random.pick([0, 0, 0.003, 0.02, 0.1]),
    ending,
    hasty: random.chance(0.35),
    faultyEnd: random.chance(0.3),
    interferes: random.chance(0.2),
    moves,
    clockJumps: random.chance(0.3),
    first,
    deaths: moves || first || random.chance(0.5) ? 0 : 1 + random.below(4),
  };
}

/**
 * True when the fleet abandons its services: TERM ends a fleet that is not process 1 at once, and leaves its services
 * alone.
 */
function abandons({ fleet, ending, first }: Plan): boolean {
  return fleet && ending === "TERM" && !first;
}

/** `print` gets every line of the transcript. */
export type Simulate = (seed: number, print?: (line: string) => void) => Result;

export function simulate(seed: number, print?: (line: string) => void): Result {
  const world = new World(new Random(seed));
  world.print = print;
  const simulation = new Simulation(world, planOf(world.random));
  simulation.run();
  return {
    seed,
    hash: world.hash,
    happenings: world.happenings,
    calls: simulation.kernel.calls,
    faults: simulation.kernel.faults.counts,
    broken: world.violation,
    tail: world.tail,
  };
}

class Simulation {
  readonly kernel: SimulatedKernel;
  readonly #world: World;
  readonly #random: Random;
  readonly #plan: Plan;
  readonly #tester: Tester;
  readonly #truth: Truth;
  #life = 0;
  #round = 0;
  #phase: "disturbed" | "resting" | "leaving" = "disturbed";
  #toldAgain = false;
  /** True while there is no supervisor. */
  #dead = false;

  constructor(world: World, plan: Plan) {
    this.#world = world;
    this.#random = world.random;
    this.#plan = plan;
    const titled = plan.fleet && this.#random.chance(0.15);
    this.kernel = new SimulatedKernel(world, {
      costMs: this.#random.pick([0, 0.02, 0.02, 1.5]),
      thriftyInodes: this.#random.chance(0.5),
      adopts: this.#random.chance(0.5),
      pid: plan.first ? 1 : 200,
      lastArgument: titled ? new Uint8Array(60).fill(0x2e) : undefined,
      tellsExits: this.#random.chance(0.5),
    });
    this.kernel.onIdle = () => this.#onIdle();
    this.kernel.onLost = (text, pipe, service) => this.#onLost(text, pipe, service);
    this.kernel.onUnheard = (text, fifo) => this.#onUnheard(text, fifo);
    this.#tester = new Tester(this.kernel, plan);
    this.kernel.onExecution = () => this.#tester.beforeExecution();
    this.#truth = new Truth(this.kernel, this.#tester);
    world.note(`plan ${JSON.stringify(plan)}`);
  }

  run(): void {
    try {
      this.#makeServices();
      // A service that went away while nobody was there is nobody's any more.
      const lives = abandons(this.#plan) && this.#plan.deaths === 0 ? 1 : this.#plan.lives;
      for (let life = 0; life < lives; life++) {
        this.#live();
      }
    } catch (thrown) {
      if (!(thrown instanceof Violation)) this.#world.violate("nothing thrown escapes", describe(thrown));
    }
  }

  #makeServices(): void {
    const { tree } = this.kernel;
    for (const path of ["/etc", "/etc/first", "/etc/second", "/sv", "/run"]) tree.mkdir(tree.root, path);
    tree.mkdir(tree.root, "/bin");
    tree.write(tree.file(tree.root, PROGRAM, 0o755), "#!/bin/sh\n");
    tree.mkdir(tree.root, "/dev");
    tree.file(tree.root, "/dev/null", 0o666);
    tree.symlink("first", tree.root, "/etc/current");
    tree.symlink("/etc/current", tree.root, "/service");
    const first = tree.directory(tree.root, "/etc/first");
    if (!this.#plan.fleet) return void this.#tester.make(first, "one");
    const names = this.#random.chance(0.05) ? MANY : FEW.slice(0, this.#random.below(5));
    for (const name of names) this.#tester.make(first, name, !this.#plan.moves && this.#random.chance(0.4));
    this.#tester.make(tree.directory(tree.root, "/etc/second"), "epsilon");
  }

  #live(): void {
    this.#life++;
    this.#round = 0;
    this.#toldAgain = false;
    this.#tester.askedToExit = false;
    // What the last one has left running goes on.
    if (this.#life === 1 || !abandons(this.#plan)) {
      for (const service of this.kernel.actors.services()) Object.assign(service, { runs: 0, logRuns: 0 });
    }
    this.#disturb();
    const code = this.#superviseToTheEnd();
    this.#world.note(`returned ${code}`);
    this.#checkEnd(code);
    // Closing takes time, and nobody kills what has returned.
    this.#dead = true;
    this.kernel.end();
    this.#dead = false;
    if (abandons(this.#plan)) this.kernel.actors.orphan();
  }

  /** However often it dies. A runsv that could not begin is started again, as runsvdir does. */
  #superviseToTheEnd(): number {
    for (;;) {
      this.#tester.lifeBeganMs = this.#world.nowMs;
      this.kernel.cannotWatch = false;
      this.kernel.descriptorLimit = 1000;
      this.kernel.begin();
      const code = this.#superviseOnce();
      this.kernel.diesAtCall = Infinity;
      const again = code === undefined || (this.#plan.deaths > 0 && !this.#plan.fleet && code === 111);
      if (!again) return code;
      this.#dead = true;
      if (code !== undefined) this.kernel.leave();
      // Somebody notices, and starts another.
      const pauseMs = code === undefined ? this.#random.pick([0, 1, 1000]) : 1000;
      this.#world.moveTo(this.#world.nowMs + this.#random.between(0, pauseMs));
      this.#world.catchUp();
      if (code === undefined && this.#random.chance(0.5)) this.kernel.actors.beginStranger();
      this.#dead = false;
      this.#tester.looksWhole();
      this.#world.note("another supervisor begins");
      const life = this.#life;
      // It may leave before that of its own accord, as what it takes up tells. The next life is not meant.
      if (this.#phase === "leaving") this.#world.after(100, () => life === this.#life && this.#raiseEnding());
    }
  }

  /** Undefined when it has died, be it after its last call: then it has returned here, but never does in life. */
  #superviseOnce(): number | undefined {
    try {
      const code = this.#supervise();
      if (!this.kernel.isGone) return code;
    } catch (thrown) {
      if (!(thrown instanceof Gone)) throw thrown;
    }
    this.#dead = true;
    this.kernel.bury();
    return undefined;
  }

  #supervise(): number {
    if (!this.#plan.fleet) return superviseOne(this.kernel, "/etc/first/one", { program: PROGRAM });
    const title = this.kernel.lastArgument;
    return superviseDirectory(this.kernel, {
      directory: this.#plan.path,
      newSessions: false,
      title,
      program: PROGRAM,
    });
  }

  #checkEnd(code: number): void {
    const { fleet, ending } = this.#plan;
    if (abandons(this.#plan)) return this.#checkAbandoned(code);
    // runsv leaves early by an `x` of the tester, and where it could not begin.
    const early = this.#phase !== "leaving";
    const begun = fleet || code === 0;
    if (early && (fleet || (begun && !this.#tester.askedToExit))) {
      this.#world.violate("nobody leaves untold", `${code}`);
    }
    const expected = fleet && ending !== "TERM" ? 111 : 0;
    if (begun && code !== expected) this.#world.violate("the exit code is the one of the signal", `${code}`);
    this.#truth.checkAfterLeaving(this.#plan.hasty && this.#plan.deaths > 0);
    if (this.#world.violation !== undefined) throw this.#world.violation;
  }

  /** Checks that TERM ends the scanner alone: processes go on, and none was signalled. */
  #checkAbandoned(code: number): void {
    if (this.#phase !== "leaving") this.#world.violate("nobody leaves untold", `${code}`);
    if (code !== 0) this.#world.violate("the exit code is the one of the signal", `${code}`);
  }

  // The course of a life

  #disturb(): void {
    const durationMs = this.#random.between(2000, 25_000);
    this.#phase = "disturbed";
    this.kernel.idleByMs = Infinity;
    this.kernel.faults.rate = this.#plan.rate;
    this.#world.note(`disturb for ${durationMs.toFixed(0)} ms`);
    this.#tester.disturb(durationMs, 10 + this.#random.below(90));
    for (let i = 0; i < this.#plan.deaths; i++) {
      this.#world.after(this.#random.between(0, durationMs), () => this.#kill());
    }
    this.#world.after(durationMs, () => this.#settle());
  }

  /** Kills the supervisor at once, or in the midst of what it does next. */
  #kill(): void {
    if (this.#dead || this.#phase !== "disturbed") return;
    if (this.#random.chance(0.2)) return this.kernel.die();
    this.kernel.diesAtCall = this.kernel.calls + 1 + this.#random.below(60);
  }

  #settle(): void {
    if (this.#dead || this.kernel.isGone) return this.#world.after(2000, () => this.#settle());
    this.kernel.diesAtCall = Infinity;
    this.#round++;
    this.#tester.settle();
    if (this.#plan.hasty && this.#round === this.#plan.rounds) return this.#tellToLeave();
    this.#world.after(REST_MS, () => this.#rest());
  }

  #rest(): void {
    this.#world.note("rest");
    this.#phase = "resting";
    this.#tester.ask();
    this.#tester.speak();
    if (this.#neverIdle) {
      this.#world.after(REST_MS, () => this.kernel.beforeWait = () => this.#onRest());
    } else this.kernel.idleByMs = this.#world.nowMs + IDLE_WITHIN_MS;
  }

  /** Goes on when nothing is ready and nothing will happen. True: there is more. */
  #onIdle(): boolean {
    if (this.#phase === "resting") this.#onRest();
    else if (this.#phase === "leaving" && this.#mayBeTakenBack && !this.#toldAgain) {
      this.#toldAgain = true;
      this.#raiseEnding();
    } else return false;
    return true;
  }

  #onRest(): void {
    this.kernel.beforeWait = undefined;
    this.#truth.checkAtRest();
    if (this.#round < this.#plan.rounds) this.#disturb();
    else if (this.#random.chance(0.3)) this.#loseLoggers();
    else this.#world.after(this.#random.between(0, 100), () => this.#tellToLeave());
  }

  #tellToLeave(): void {
    const { ending, faultyEnd, rate, interferes } = this.#plan;
    this.#world.note(`tell to leave: ${ending}`);
    this.#phase = "leaving";
    this.kernel.idleByMs = this.#world.nowMs + IDLE_WITHIN_MS;
    if (faultyEnd) this.kernel.faults.rate = rate;
    this.kernel.abandonsAt = abandons(this.#plan) ? SIGNAL.TERM : 0;
    this.#raiseEnding();
    if (!interferes) return;
    this.#world.after(this.#random.between(0, 20), () => this.#interfere());
    const life = this.#life;
    if (this.#neverIdle && this.#mayBeTakenBack) {
      this.#world.after(REST_MS, () => life === this.#life && this.#raiseEnding());
    }
  }

  /** True when a command may take back the exit: that of runsv, but not that of a fleet. */
  get #mayBeTakenBack(): boolean {
    return this.#plan.interferes && !this.#plan.fleet;
  }

  /**
   * True when the supervisor is never idle. A fleet that could not get its watches looks every five seconds, and a
   * fleet with a title writes into it.
   */
  get #neverIdle(): boolean {
    return this.kernel.cannotWatch || this.kernel.lastArgument !== undefined;
  }

  #raiseEnding(): void {
    const { ending } = this.#plan;
    if (ending !== "exit") return this.kernel.raise(SIGNAL[ending]);
    const [service] = this.#tester.present();
    if (service !== undefined) this.#tester.send(service, "supervise/control", "x");
  }

  #interfere(): void {
    for (const service of this.#tester.present()) {
      if (service.bystander) continue;
      this.#tester.send(service, "supervise/control", this.#random.pick(["u", "d", "o", "ud"]));
      this.#tester.send(service, "log/supervise/control", this.#random.pick(["u", "o", "d", "t"]));
    }
  }

  /** Loggers are between two lives, and lines wait, when the end is near: they must get one more life. */
  #loseLoggers(): void {
    this.#world.note("loggers end, and lines wait");
    this.#killLoggers();
    // The second life is a short one, after which there is a pause.
    this.#world.after(50, () => this.#killLoggers());
    this.#world.after(100, () => this.#tester.speak());
    this.#world.after(this.#random.between(100, 1200), () => this.#tellToLeave());
  }

  #killLoggers(): void {
    for (const actor of this.kernel.actors.alive()) {
      if ((actor.role === "log" || actor.role === "logger") && !actor.service.bystander) {
        this.kernel.actors.deliver(actor, SIGNAL.KILL);
      }
    }
  }

  /** A runsv that cannot begin leaves, and what was in its FIFO with it. A log that could not be looked at is none. */
  #onUnheard(text: string, fifo: Inode): void {
    if (!this.#plan.fleet || this.#phase === "leaving") return;
    const log = fifo.parent?.parent;
    const service = log?.parent === undefined ? undefined : this.kernel.actors.serviceOf(log.parent);
    if (log?.name === "log" && service?.logRuns === -Infinity) return;
    this.#world.violate("no command is lost", JSON.stringify(text));
  }

  #onLost(text: string, pipe: Pipe, service?: Service): void {
    // A pipe without a name, where there can be no other, does not outlive the supervisor.
    if (service === undefined && this.#plan.deaths > 0) return;
    // Its log could not be looked at when it began, and so there is none.
    if (service !== undefined && (!this.kernel.hasTaken(pipe) || service.logRuns === -Infinity)) return;
    // A logger that has just been killed cannot be known to have, before it is reaped.
    if (
      [...this.kernel.actors.all.values()].some(({ stdin, state }) =>
        stdin?.pipe === pipe && state === "ended"
      )
    ) return;
    const { hasty, faultyEnd, rate, interferes } = this.#plan;
    if (this.#phase !== "leaving" || hasty || interferes || (faultyEnd && rate > 0)) return;
    this.#world.violate("no line is lost", `${service?.name}: ${JSON.stringify(text)}`);
  }
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
}

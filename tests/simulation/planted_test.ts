/**
 * A test of the tests: known mistakes, planted one at a time into a copy of the sources, must each be found, by the
 * simulation or by the enumeration, and by an invariant whose name says what is wrong.
 */
import { assert, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { runSeed } from "../seed.ts";
import type { Enumeration } from "./enumeration.ts";
import { type Mistake, plant } from "./planting.ts";
import type { Simulate } from "./simulation.ts";

interface FoundBySimulation extends Mistake {
  /** The one that must be seen to break, if not first of all. */
  readonly invariant: string;
}

interface FoundByEnumeration extends Mistake {
  readonly space: string;
  /** Part of what the enumeration says. */
  readonly invariant: string;
}

const MISTAKES: readonly FoundBySimulation[] = [
  {
    name: "a child that was killed is forgotten",
    in: "Children.reap",
    plant: {
      right: "this.#kernel.reap()",
      wrong: "((exit) => exit?.status === 9 ? { ...exit, pid: -1 } : exit)(this.#kernel.reap())",
    },
    invariant: "what is wanted up runs",
  },
  {
    name: "a wake is lost",
    in: "wakeAtMs",
    plant: { right: "startDueAtMs(state)", wrong: "Infinity" },
    invariant: "what is wanted up runs",
  },
  {
    name: "a second copy is started",
    in: "startDueAtMs",
    plant: { right: "state.pid !== 0 ||", wrong: "" },
    invariant: "one process at a time",
  },
  {
    name: "k forgets the child, as runsv does",
    in: "hookThenSignal",
    plant: { after: 'if (arguments[0] === "k") this.state = { ...this.state, pid: 0, phase: "down" };' },
    invariant: "one process at a time",
  },
  {
    name: "finish is left out",
    in: "actOnEnd",
    plant: {
      right: 'ran && this.state.role === "main"',
      wrong: 'ran && this.state.role === "main" && status !== 0',
    },
    invariant: "finish runs once for each end of run",
  },
  {
    name: "finish is told the whole wait status",
    in: "finishArguments",
    plant: { before: "if ((arguments[0] & 0xff) === 0) return { code: arguments[0], signal: 0 };" },
    invariant: "finish is told how run ended",
  },
  {
    name: "deadlines are of the clock that people set",
    in: "Performer.now",
    plant: {
      body:
        "const wallNs = this.#kernel.wallNs(); return { monotonicMs: Number(wallNs / 1_000_000n), wallNs };",
    },
    invariant: "what is at rest asks for no time",
  },
  {
    name: "the directory is polled",
    in: "Fleet.look",
    plant: { right: "poll ? this.#lookedAtMs + RESCAN_MS : Infinity", wrong: "this.#lookedAtMs + RESCAN_MS" },
    invariant: "what is at rest asks for no time",
  },
  {
    name: "the loop spins",
    in: "Children.reap",
    plant: { after: "this.#loop.goOn(this.#reapMore);" },
    invariant: "no busy loop",
  },
  {
    name: "a lock is waited for",
    in: "lock",
    plant: { right: "this.#kernel.lock(fd, false)", wrong: "this.#kernel.lock(fd, true)" },
    invariant: "no call waits",
  },
  {
    name: "a descriptor is left open",
    in: "closeAll",
    plant: { right: "post.control, post.ok, post.record.fd", wrong: "post.control, post.record.fd" },
    invariant: "no descriptor is left open",
  },
  {
    name: "a directory that is being filled begins too soon",
    in: "arrived",
    plant: { right: "entry.whole", wrong: "(entry.whole || !entry.whole)" },
    invariant: "no service starts without its logger",
  },
  {
    name: "what waits in the log pipe is thrown away",
    in: "answered",
    plant: { right: "if (!holdsLines) return gone(state);", wrong: "return gone(state);" },
    invariant: "no line is lost",
  },
  {
    name: "services that leave while the fleet stops begin again",
    in: "Fleet.tell",
    plant: { right: "if (this.#stopping) return;", wrong: "" },
    invariant: "what was told to leave leaves",
  },
  {
    name: "the logs of a logger that died are forgotten",
    in: "TreeLogger.ended",
    plant: { right: "for (const feed of before) this.#step(feed, event);", wrong: "" },
    invariant: "what is wanted up runs",
  },
  {
    name: "what is not covered is left to itself",
    in: "TreeLogger.heard",
    plant: { right: 'this.#tell({ kind: "said uncovered" });', wrong: ";" },
    invariant: "what is wanted up runs",
  },
  {
    name: "a log is given to the next logger while the last one has it",
    in: "woken",
    plant: { right: 'phase: "leaving"', wrong: 'phase: "none"' },
    invariant: "a tree has one logger",
  },
  {
    name: "the pipe of a log that drains is held by its logger alone",
    in: "closePipe",
    plant: { right: "unit.feed === undefined", wrong: "unit !== undefined" },
    invariant: "no line is lost",
  },
  {
    name: "a connection that was passed on is kept",
    in: "pass",
    plant: { right: "this.#kernel.close(fd)", wrong: "undefined" },
    invariant: "no descriptor is left open",
  },
  {
    name: "the fleet leaves before its loggers",
    in: "leaveWhenEmpty",
    plant: { right: "this.#supervisor.leave(() => this.#loop.stop());", wrong: "this.#loop.stop();" },
    invariant: "no child is left",
  },
  {
    name: "a process that got the pid of another one is taken for it",
    in: "Adoption.take",
    plant: { right: "record.starting || beganInTime(record, facts.startNs)", wrong: "true" },
    invariant: "a status names a process that is",
  },
  {
    name: "a start is not written down before it is made",
    in: "before",
    plant: { right: "starting: true, notBeforeNs", wrong: "notBeforeNs" },
    invariant: "one process at a time",
  },
  {
    name: "what a dead supervisor left is not taken up",
    in: "Supervisor.open",
    plant: { right: "this.#succession.takeUp(unit, who);", wrong: ";" },
    invariant: "one process at a time",
  },
  {
    name: "an adopted process is signalled by its number",
    in: "Performer.signal",
    plant: { right: "!succession.signal(pid, signal)", wrong: "true" },
    invariant: "only own children are signalled",
  },
  {
    name: "what a supervisor that executes itself has left open is never closed",
    in: "LeftOpen.close",
    plant: { right: "for (const fd of this.#fds) this.#kernel.close(fd);", wrong: "" },
    invariant: "no descriptor is left open",
  },
  {
    name: "what is left open for a service that could not begin is closed before its next try",
    in: "haveBegun",
    plant: { right: "if (moreToCome)", wrong: "if (!moreToCome && moreToCome)" },
    invariant: "no command is lost",
  },
  {
    name: "control FIFOs are closed when the supervisor executes itself",
    in: "startAgain",
    plant: { right: "for (const fd of this.#options.kept()) this.#kernel.duplicate(fd, fd);", wrong: "" },
    invariant: "no command is lost",
  },
  {
    name: "a log pipe that somebody has is made anew",
    in: "Posts.isHeld",
    plant: { body: "return false;" },
    invariant: "what is said is written",
  },
  {
    name: "a failure to publish is forgotten",
    in: "Life.take",
    plant: { right: "republishAtMs: this.#now.monotonicMs + REFUSED_PAUSE_MS", wrong: "" },
    invariant: "the status files say what is",
  },
];

/** Mistakes of which the enumeration tells the shortest way to them. */
const MISTAKES_OF_MACHINES: readonly FoundByEnumeration[] = [
  {
    name: "a logger is started with its pipe closed",
    in: "drain",
    plant: { right: 'want: "exit", once: false, closed: true', wrong: 'want: "exit"' },
    space: "a service and its logger",
    invariant: "starts log with the pipe closed",
  },
  {
    name: "a last life is waited for that was called off",
    in: "leave",
    plant: { right: 'log.want !== "up" && !log.once', wrong: 'leaving === "no" && log.want !== "up"' },
    space: "a service and its logger",
    invariant: "what is retired does not leave",
  },
  {
    name: "d takes back what is closed",
    in: "Life.want",
    plant: { right: 'want: leaves(this.state) ? "exit" : want', wrong: "want" },
    space: "a service and its logger",
    invariant: "is taken back while it drains",
  },
  {
    name: "an end is lost behind a hook",
    in: "collected",
    plant: {
      right: "pid === this.state.pid",
      wrong: 'pid === this.state.pid && this.state.awaiting === "nothing"',
    },
    space: "a service, with two commands behind a hook",
    invariant: "believes in a process that has ended",
  },
  {
    name: "a process that has ended is signalled",
    in: "Life.signal",
    plant: { right: "pid !== 0 && ended === undefined", wrong: "pid !== 0 || ended === undefined" },
    space: "a service, with two commands behind a hook",
    invariant: "which is not run",
  },
  {
    name: "the old pid of a log is kept when it is replaced",
    in: "replaced",
    plant: { right: "this.#publish({ pid })", wrong: "this.#publish({})" },
    space: "a logger, with every command and every failure",
    invariant: "run is forgotten",
  },
  {
    name: "a pause is kept by what is not wanted",
    in: "startWanted",
    plant: { right: '!leaves(state) && (state.want === "up" || state.once)', wrong: "!leaves(state)" },
    space: "a service, with two commands behind a hook",
    invariant: "is at rest, and has a deadline",
  },
];

/**
 * The number of simulations of which one must find the mistake. The rarest mistake shows in one of about 300, so a run
 * misses it by chance once in a million.
 */
const SEEDS = 4000;
const ROOT = fromFileUrl(new URL("../../", import.meta.url));
/** The sources, and what simulates and enumerates them. */
const PARTS = ["src", "tests/kernel", "tests/simulation"];

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(join(from, name), join(to, name));
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      await Deno.copyFile(join(from, name), join(to, name));
    }
  }
}

/** Calls `look` with a directory that has the sources and this simulator, and one mistake in them. */
async function planted(mistake: Mistake, look: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-planted-" });
  try {
    for (const part of PARTS) await copy(join(ROOT, part), join(directory, part));
    await Deno.copyFile(join(ROOT, "tests/random.ts"), join(directory, "tests/random.ts"));
    plant(join(directory, "src"), mistake);
    await look(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function seedThatBreaks(simulate: Simulate, invariant: string): number | undefined {
  const first = runSeed();
  for (let seed = first; seed < first + SEEDS; seed++) {
    if (simulate(seed).broken?.invariant === invariant) return seed;
  }
  return undefined;
}

for (const mistake of MISTAKES) {
  Deno.test(`the simulation finds it when ${mistake.name}`, async () => {
    await planted(mistake, async (directory) => {
      const { simulate } = await import(`file://${directory}/tests/simulation/simulation.ts`);
      const seed = seedThatBreaks(simulate, mistake.invariant);
      assert(seed !== undefined, `not found in ${SEEDS} seeds from ${runSeed()}`);
    });
  });
}

for (const mistake of MISTAKES_OF_MACHINES) {
  Deno.test(`the enumeration finds it when ${mistake.name}`, async () => {
    await planted(mistake, async (directory) => {
      const { ENUMERATIONS } = await import(`file://${directory}/tests/simulation/enumeration.ts`);
      const { broken }: Enumeration = ENUMERATIONS[mistake.space]();
      assertStringIncludes(broken.join("\n"), mistake.invariant);
    });
  });
}

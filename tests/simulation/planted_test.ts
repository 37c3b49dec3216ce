/**
 * A test of the tests: known mistakes, planted one at a time into a copy of the sources, must each be found, by the
 * simulation or by the enumeration, and by an invariant whose name says what is wrong.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import type { Enumeration } from "./enumeration.ts";
import type { Simulate } from "./simulation.ts";

interface Mistake {
  readonly name: string;
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
  /** The one that must be seen to break, if not first of all. */
  readonly invariant: string;
}

const MISTAKES: readonly Mistake[] = [
  {
    name: "a child that was killed is forgotten",
    file: "runtime/children.ts",
    right: "const expected = this.#expected.get(pid);",
    wrong: "const expected = status === 9 ? undefined : this.#expected.get(pid);",
    invariant: "what is wanted up runs",
  },
  {
    name: "a wake is lost",
    file: "supervision/service.ts",
    right: "return Math.min(startPausedUntilMs(state), state.republishAtMs);",
    wrong: "return state.republishAtMs;",
    invariant: "what is wanted up runs",
  },
  {
    name: "a second copy is started",
    file: "supervision/service.ts",
    right: 'if (state.awaiting !== "nothing" || state.pid !== 0 || !startWanted(state)) return Infinity;',
    wrong: 'if (state.awaiting !== "nothing" || !startWanted(state)) return Infinity;',
    invariant: "one process at a time",
  },
  {
    name: "k forgets the child, as runsv does",
    file: "supervision/service.ts",
    right: 'k: (life) => life.hookThenSignal("k", SIGNAL.KILL),',
    wrong:
      'k: (life) => { life.hookThenSignal("k", SIGNAL.KILL); life.state = { ...life.state, pid: 0, phase: "down" }; },',
    invariant: "one process at a time",
  },
  {
    name: "finish is left out",
    file: "supervision/service.ts",
    right: 'if (ran && this.state.role === "main") this',
    wrong: 'if (ran && this.state.role === "main" && status !== 0) this',
    invariant: "finish runs once for each end of run",
  },
  {
    name: "finish is told the whole wait status",
    file: "supervision/service.ts",
    right: "return low === 0 ? { code: (status >> 8) & 0xff, signal: 0 } : { code: -1, signal: low };",
    wrong: "return low === 0 ? { code: status, signal: 0 } : { code: -1, signal: low };",
    invariant: "finish is told how run ended",
  },
  {
    name: "deadlines are of the clock that people set",
    file: "supervision/host/supervisor.ts",
    right: "return { monotonicMs: this.#kernel.monotonicMs(), wallNs",
    wrong: "return { monotonicMs: Number(this.#kernel.wallNs() / 1_000_000n), wallNs",
    invariant: "what is at rest asks for no time",
  },
  {
    name: "the directory is polled",
    file: "supervision/host/fleet.ts",
    right: "poll ? this.#lookedAtMs + RETRY_MS : Infinity",
    wrong: "this.#lookedAtMs + RETRY_MS",
    invariant: "what is at rest asks for no time",
  },
  {
    name: "the loop spins",
    file: "runtime/children.ts",
    right: "if (ended === undefined) return;",
    wrong: "if (ended === undefined) return this.#loop.goOn(this.#reapMore);",
    invariant: "no busy loop",
  },
  {
    name: "a lock is waited for",
    file: "supervision/host/posts.ts",
    right: "this.#kernel.lock(fd, false)",
    wrong: "this.#kernel.lock(fd, true)",
    invariant: "no call waits",
  },
  {
    name: "a descriptor is left open",
    file: "supervision/host/posts.ts",
    right: "for (const fd of [post.control, post.ok, post.record]) if",
    wrong: "for (const fd of [post.control, post.record]) if",
    invariant: "no descriptor is left open",
  },
  {
    name: "a directory that is being filled begins too soon",
    file: "supervision/scan.ts",
    right: "if (entry.whole) return begin(",
    wrong: "if (entry.whole || !entry.whole) return begin(",
    invariant: "no service starts without its logger",
  },
  {
    name: "what waits in the log pipe is thrown away",
    file: "supervision/pair.ts",
    right: "if (!holdsLines) return gone(state);",
    wrong: "return gone(state);",
    invariant: "no line is lost",
  },
  {
    name: "services that leave while the fleet stops begin again",
    file: "supervision/host/fleet.ts",
    right: "    if (this.#stopping) return;\n    const now",
    wrong: "    const now",
    invariant: "what was told to leave leaves",
  },
  {
    name: "the logs of a logger that died are forgotten",
    file: "loggers/host/tree_logger.ts",
    right: "      for (const feed of before) this.#step(feed, event);\n",
    wrong: "",
    invariant: "what is wanted up runs",
  },
  {
    name: "what is not covered is left to itself",
    file: "loggers/host/tree_logger.ts",
    right: '    if (feed.state.standing === "waiting") this.#tell({ kind: "said uncovered" });\n',
    wrong: "",
    invariant: "what is wanted up runs",
  },
  {
    name: "a log is given to the next logger while the last one has it",
    file: "loggers/tree_logger.ts",
    right: 'return { state: { ...state, phase: "leaving" }, effects: [{ kind: "leave" }] };',
    wrong: 'return { state: { ...state, phase: "none" }, effects: [{ kind: "leave" }] };',
    invariant: "a tree has one logger",
  },
  {
    name: "the pipe of a log that drains is held by its logger alone",
    file: "supervision/host/supervisor.ts",
    right: "    if (unit.feed === undefined) return this.#posts.closePipe(unit);",
    wrong: "    if (unit !== undefined) return this.#posts.closePipe(unit);",
    invariant: "no line is lost",
  },
  {
    name: "a connection that was passed on is kept",
    file: "loggers/host/shared_logger.ts",
    right: "      onSent: () => this.#kernel.close(fd),\n",
    wrong: "",
    invariant: "no descriptor is left open",
  },
  {
    name: "the fleet leaves before its loggers",
    file: "supervision/host/fleet.ts",
    right: "this.#supervisor.leave(() => this.#loop.stop());",
    wrong: "this.#loop.stop();",
    invariant: "no child is left",
  },
  {
    name: "a process that got the pid of another one is taken for it",
    file: "supervision/host/adoption.ts",
    right:
      "if (facts === undefined || !(memory.starting || isRemembered(memory, facts.startNs))) return ENDED;",
    wrong: "if (facts === undefined) return ENDED;",
    invariant: "a status names a process that is",
  },
  {
    name: "a start is not written down before it is made",
    file: "supervision/host/supervisor.ts",
    right: "post.starting = post.forgetful = true;",
    wrong: "post.starting = post.forgetful = false;",
    invariant: "one process at a time",
  },
  {
    name: "what a dead supervisor left is not taken up",
    file: "supervision/host/supervisor.ts",
    right: "for (const who of BOTH) this.#adopt(unit, who);",
    wrong: "",
    invariant: "one process at a time",
  },
  {
    name: "an adopted process is signalled by its number",
    file: "supervision/host/supervisor.ts",
    right: "if (!this.#adoption.signal(pid, signal)) this.#kernel.kill(pid, signal);",
    wrong: "this.#kernel.kill(pid, signal);",
    invariant: "only own children are signalled",
  },
  {
    name: "what a supervisor that executes itself has left open is never closed",
    file: "supervision/host/supervisor.ts",
    right: "for (const fd of this.#kept) this.#kernel.close(fd);",
    wrong: "",
    invariant: "no descriptor is left open",
  },
  {
    name: "control FIFOs are closed when the supervisor executes itself",
    file: "runtime/next_life.ts",
    right: "for (const fd of this.#options.kept()) this.#kernel.duplicate(fd, fd);",
    wrong: "",
    invariant: "no command is lost",
  },
  {
    name: "a log pipe that somebody has is made anew",
    file: "supervision/host/posts.ts",
    right: "if (!this.#isHeld(dir) && !this.#renewFifo(dir)) return",
    wrong: "if (!this.#renewFifo(dir)) return",
    invariant: "what is said is written",
  },
  {
    name: "a failure to publish is forgotten",
    file: "supervision/service.ts",
    right: "return this.#set({ republishAtMs: this.#now.monotonicMs + REFUSED_PAUSE_MS });",
    wrong: "return;",
    invariant: "the status files say what is",
  },
];

/** Mistakes of which the enumeration tells the shortest way to them. */
const MISTAKES_OF_MACHINES: readonly (Mistake & { readonly space: string })[] = [
  {
    name: "a logger is started with its pipe closed",
    file: "supervision/pair.ts",
    right: 'log: { ...log, want: "exit", once: false, closed: true },',
    wrong: 'log: { ...log, want: "exit" },',
    space: "a service and its logger",
    invariant: "starts log with the pipe closed",
  },
  {
    name: "a last life is waited for that was called off",
    file: "supervision/pair.ts",
    right: '  if (log.want !== "up" && !log.once) return gone(state);\n',
    wrong: '  if (leaving === "no" && log.want !== "up") return gone(state);\n',
    space: "a service and its logger",
    invariant: "what is retired does not leave",
  },
  {
    name: "d takes back what is closed",
    file: "supervision/service.ts",
    right: 'want: leaves(this.state) ? "exit" : want,',
    wrong: "want,",
    space: "a service and its logger",
    invariant: "is taken back while it drains",
  },
  {
    name: "an end is lost behind a hook",
    file: "supervision/service.ts",
    right: "if (pid === this.state.pid) this.#set({ ended: status });",
    wrong: 'if (pid === this.state.pid && this.state.awaiting === "nothing") this.#set({ ended: status });',
    space: "a service, with two commands behind a hook",
    invariant: "believes in a process that has ended",
  },
  {
    name: "a process that has ended is signalled",
    file: "supervision/service.ts",
    right: "if (pid !== 0 && ended === undefined) this",
    wrong: "if (pid !== 0 || ended === undefined) this",
    space: "a service, with two commands behind a hook",
    invariant: "which is not run",
  },
  {
    name: "the old pid of a log is kept when it is replaced",
    file: "supervision/service.ts",
    right: "this.state.ended === undefined) this.#publish({ pid });",
    wrong: "this.state.ended === undefined) this.#publish({});",
    space: "a logger, with every command and every failure",
    invariant: "run is forgotten",
  },
  {
    name: "a pause is kept by what is not wanted",
    file: "supervision/service.ts",
    right: 'return !leaves(state) && (state.want === "up" || state.once);',
    wrong: "return !leaves(state);",
    space: "a service, with two commands behind a hook",
    invariant: "is at rest, and has a deadline",
  },
];

const SEEDS = 400;
const ROOT = fromFileUrl(new URL("../../", import.meta.url));

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
async function planted(
  { file, right, wrong }: Mistake,
  look: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-planted-" });
  try {
    for (const part of ["src", "tests/simulation"]) await copy(join(ROOT, part), join(directory, part));
    const path = join(directory, "src", file);
    const source = await Deno.readTextFile(path);
    assertEquals(source.split(right).length, 2, `${file} has "${right}" once`);
    await Deno.writeTextFile(path, source.replace(right, () => wrong));
    await look(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function seedThatBreaks(simulate: Simulate, invariant: string): number | undefined {
  for (let seed = 1; seed <= SEEDS; seed++) if (simulate(seed).broken?.invariant === invariant) return seed;
  return undefined;
}

for (const mistake of MISTAKES) {
  Deno.test(`the simulation finds it when ${mistake.name}`, async () => {
    await planted(mistake, async (directory) => {
      const { simulate } = await import(`file://${directory}/tests/simulation/simulation.ts`);
      assert(seedThatBreaks(simulate, mistake.invariant) !== undefined, `not found in ${SEEDS} seeds`);
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

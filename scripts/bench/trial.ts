/**
 * One trial: starts fleets, measures one item, and prints the samples as JSON. `namespace.ts` runs it.
 */

import { command, delay, EMPTY_PROGRAM, Fleet } from "./fleet.ts";
import { type Contender, EMPTY_OF, type Item, type Measure, type Samples } from "./measurement.ts";
import { leaveWithParent } from "./namespace.ts";
import { contextSwitches, cpuTicks, proportionalSizeKb } from "./proc.ts";
import { rotated } from "./statistics.ts";
import { watchSystemCalls } from "./strace.ts";
import { type Installation, isDenit } from "./systems.ts";

/** The order for a trial. */
export interface TrialRequest {
  readonly item: Item;
  /** The systems to measure: one, or all of them side by side for `status` and `idle`. */
  readonly installations: readonly Installation[];
  readonly services: number;
  /** The number of repetitions, if the item can be repeated in one trial. */
  readonly repeats: number;
  /** The part of its period, 0 to 1, after which a system that looks periodically is first measured. */
  readonly phase: number;
  readonly idleSeconds: number;
  /** An empty directory. */
  readonly arena: string;
}

/** All systems delay a restart within the first second of a life on purpose, so services live longer than that. */
const GROWN_UP_MS = 1200;
/** runit looks at its directory so often (runsvdir.c). New directories come at points spread evenly over this time. */
const LOOK_PERIOD_MS = 5000;
/** Memory is that of idle supervisors: by then they have returned the memory that their start took. */
const MEMORY_AFTER_MS = 2000;

/** Deno's idle threads end after ten seconds. */
const SETTLE_MS = 12_000;

type Trial = (request: TrialRequest, report: (samples: Samples) => void) => Promise<void>;

const TRIALS: Record<Item, Trial> = {
  up: measureUp,
  restart: grownUp("restart ms", (fleet, { repeats }) => fleet.restartTimes(repeats)),
  notice: grownUp("notice ms", (fleet, { repeats, phase }) => noticeTimes(fleet, repeats, phase)),
  stop: measureStop,
  "sv-stop": grownUp("sv-stop ms", async (fleet) => [await fleet.stopServicesTime()]),
  status: measureStatus,
  idle: measureIdle,
};

async function measureUp(request: TrialRequest, report: (samples: Samples) => void): Promise<void> {
  const { services } = request;
  for (const { fleet, contender } of await prepareAll(request)) {
    const upMs = await fleet.start();
    await fleet.quiet();
    await delay(MEMORY_AFTER_MS);
    const supervisors = fleet.supervisors();
    report({ measure: "up ms", contender, scale: services, values: [upMs] });
    report({ measure: "memory kB", contender, scale: services, values: [proportionalSizeKb(supervisors)] });
    report({ measure: "supervising processes", contender, scale: services, values: [supervisors.length] });
  }
}

/** A trial of one measure on fleets that are up and quiet and have lived for more than a second. */
function grownUp(
  measure: Measure,
  take: (fleet: Fleet, request: TrialRequest) => Promise<number[]>,
): Trial {
  return async (request, report) => {
    for (const { fleet, contender } of await prepareAll(request)) {
      await fleet.start();
      await delay(GROWN_UP_MS);
      await fleet.quiet();
      report({ measure, contender, scale: request.services, values: await take(fleet, request) });
    }
  };
}

/** Measures twice, because a supervisor may delay a service that ends in its first second. */
async function measureStop(request: TrialRequest, report: (samples: Samples) => void): Promise<void> {
  await grownUp("stop ms", async (fleet) => [await fleet.stopTime()])(request, report);
  for (const { fleet, contender } of await prepareAll({ ...request, arena: `${request.arena}/young` })) {
    await fleet.start();
    const values = [await fleet.stopTime()];
    report({ measure: "young stop ms", contender, scale: request.services, values });
  }
}

async function noticeTimes(fleet: Fleet, repeats: number, phase: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < repeats; index++) {
    await delay((index + phase) / repeats * LOOK_PERIOD_MS);
    times.push(await fleet.noticeTime(`late${index}`));
  }
  return times;
}

/** Runs all commands in turn, again and again, so that a disturbance of the machine disturbs all of them. */
async function measureStatus(request: TrialRequest, report: (samples: Samples) => void): Promise<void> {
  const timed: { contender: Contender; scale: number; run: Deno.Command; values: number[] }[] = [];
  for (const { fleet, contender } of await startAll(request)) {
    for (const services of [1, request.services]) {
      timed.push({ contender, scale: services, run: fleet.statusCommand(services), values: [] });
    }
  }
  for (const { system, programs } of request.installations) {
    if (!isDenit(system)) continue;
    const run = command(programs, EMPTY_PROGRAM, [], "null");
    timed.push({ contender: EMPTY_OF[system], scale: 0, run, values: [] });
  }
  for (let index = 0; index < request.repeats; index++) {
    for (const { run, values } of rotated(timed, index)) values.push(wallTimeMs(run));
  }
  for (const { contender, scale, values } of timed) {
    report({ measure: "status ms", contender, scale, values });
  }
}

function wallTimeMs(run: Deno.Command): number {
  const begunMs = performance.now();
  const { success } = run.outputSync();
  const endedMs = performance.now();
  if (!success) throw new Error("A status command failed");
  return endedMs - begunMs;
}

/** Counts from outside first. In a second period strace watches, which disturbs the processes. */
async function measureIdle(request: TrialRequest, report: (samples: Samples) => void): Promise<void> {
  const idle = (await startAll(request)).map(({ fleet, contender }) => ({
    contender,
    pids: fleet.supervisors(),
  }));
  const periodMs = request.idleSeconds * 1000;
  await delay(SETTLE_MS);
  const before = idle.map(({ pids }) => ({ ticks: cpuTicks(pids), switches: contextSwitches(pids) }));
  await delay(periodMs);
  const after = idle.map(({ pids }) => ({ ticks: cpuTicks(pids), switches: contextSwitches(pids) }));
  const calls = await Promise.all(
    idle.map(({ pids, contender }) =>
      watchSystemCalls(pids, `${request.arena}/${contender}.strace`, periodMs)
    ),
  );
  for (const [index, { contender }] of idle.entries()) {
    const say = (measure: Measure, value: number) =>
      report({ measure, contender, scale: request.services, values: [value] });
    say("idle system calls", calls[index] ?? Number.NaN);
    say("idle ticks", (after[index]?.ticks ?? Number.NaN) - (before[index]?.ticks ?? Number.NaN));
    say(
      "idle context switches",
      (after[index]?.switches ?? Number.NaN) - (before[index]?.switches ?? Number.NaN),
    );
  }
}

type Entrant = { readonly contender: Contender; readonly fleet: Fleet };

function prepareAll({ installations, arena, services }: TrialRequest): Promise<Entrant[]> {
  return Promise.all(installations.map(async (installation) => ({
    contender: installation.system,
    fleet: await Fleet.prepare(installation, `${arena}/${installation.system}`, services),
  })));
}

async function startAll(request: TrialRequest): Promise<Entrant[]> {
  const entrants = await prepareAll(request);
  for (const { fleet } of entrants) await fleet.start();
  for (const { fleet } of entrants) await fleet.quiet();
  return entrants;
}

if (import.meta.main) {
  leaveWithParent();
  const request: TrialRequest = JSON.parse(Deno.args[0] ?? "");
  const samples: Samples[] = [];
  await TRIALS[request.item](request, (more) => samples.push(more));
  console.log(JSON.stringify(samples));
  // Fleets and the wait for the parent would keep the process alive.
  Deno.exit(0);
}

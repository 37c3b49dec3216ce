/**
 * One trial of survival: starts a fleet, kills its supervisors, and prints the samples as JSON. `../namespace.ts` runs it.
 */

import { delay, Fleet, isRun } from "../fleet.ts";
import { leaveWithParent } from "../namespace.ts";
import { isAlive, proportionalSizeKb } from "../proc.ts";
import { type Installation, isDenit } from "../systems.ts";
import type { Samples, SurvivalItem } from "./measurement.ts";

/** The order for a trial of survival. */
export interface SurvivalRequest {
  readonly item: SurvivalItem;
  readonly installation: Installation;
  readonly services: number;
  /** The number of times that supervisors are killed. */
  readonly kills: number;
  /** An empty directory. */
  readonly arena: string;
}

/** All systems delay a restart within the first second of a life on purpose, so services live longer than that. */
const GROWN_UP_MS = 1200;
/** Memory is that of idle supervisors: by then they have returned the memory that their start took. */
const MEMORY_AFTER_MS = 2000;
/** A supervisor that is started again has started its service by then. runsvdir and s6-svscan wait a second first. */
const STARTED_MS = 1500;

type Report = (samples: Samples) => void;

const TRIALS: Record<SurvivalItem, (request: SurvivalRequest, report: Report) => Promise<void>> = {
  return: measureReturn,
  memory: measureMemory,
  copies: countCopies,
};

async function started({ installation, arena, services }: SurvivalRequest): Promise<Fleet> {
  const fleet = await Fleet.prepare(installation, `${arena}/${installation.system}`, services);
  await fleet.start();
  await fleet.quiet();
  await delay(GROWN_UP_MS);
  return fleet;
}

async function measureReturn(request: SurvivalRequest, report: Report): Promise<void> {
  const { installation: { system }, services, kills } = request;
  const fleet = await started(request);
  const values: number[] = [];
  for (let i = 0; i < kills; i++) {
    values.push(await fleet.returnTime());
    // A scanner that starts many services at once needs time until it has done so.
    await delay(GROWN_UP_MS);
  }
  report({ measure: "return ms", contender: system, scale: services, values });
}

async function measureMemory(request: SurvivalRequest, report: Report): Promise<void> {
  const { installation: { system }, services } = request;
  const fleet = await started(request);
  for (const measure of ["own kB", "adopted kB"] as const) {
    await fleet.quiet();
    await delay(MEMORY_AFTER_MS);
    report({
      measure,
      contender: system,
      scale: services,
      values: [proportionalSizeKb(fleet.supervisors())],
    });
    if (measure === "own kB" && isDenit(system)) await fleet.returnTime();
    else break;
  }
}

/** Kills the supervisor of one service after the other, or of all of them; then stops everything in order. */
async function countCopies(request: SurvivalRequest, report: Report): Promise<void> {
  const { installation: { system }, services, kills } = request;
  const fleet = await started(request);
  const names = fleet.serviceDirectories;
  for (let i = 0; i < kills; i++) {
    await fleet.returnTime(names.slice(i % names.length, i % names.length + 1));
    await delay(STARTED_MS);
  }
  const say = (measure: Samples["measure"], value: number) =>
    report({ measure, contender: system, scale: services, values: [value] });
  say("processes", copies());
  say("unwanted starts", fleet.unexpectedStarts);
  await fleet.leave();
  await delay(STARTED_MS);
  say("left behind", copies());
}

/** The number of processes of the service. No other process is in the trial's namespace. */
function copies(): number {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) =>
    Number.isInteger(pid) && isRun(pid) && isAlive(pid)
  ).length;
}

if (import.meta.main) {
  leaveWithParent();
  const request: SurvivalRequest = JSON.parse(Deno.args[0] ?? "");
  const samples: Samples[] = [];
  await TRIALS[request.item](request, (more) => samples.push(more));
  console.log(JSON.stringify(samples));
  // Fleets and the wait for the parent would keep the process alive.
  Deno.exit(0);
}

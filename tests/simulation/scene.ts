/** The parts of scenes on the simulated kernel: services, a fleet, and acts while it runs. */
import { SIGNAL } from "../../src/posix/signal.ts";
import { assertEquals } from "@std/assert";
import { superviseDirectory } from "../../src/supervision/host.ts";
import { HEALTHY, type Service } from "./actors.ts";
import type { SimulatedKernel } from "./kernel.ts";

/** The exit code of a fleet that HUP has ended. */
export const HUP_CODE = 111;

/** Adds a healthy service at `path`. */
export function addService(kernel: SimulatedKernel, path: string): Service {
  const { tree, actors } = kernel;
  const directory = tree.mkdir(tree.root, path);
  tree.write(tree.file(directory, "run", 0o755), "#!/bin/sh\n");
  const service: Service = {
    name: path,
    directory,
    character: { ...HEALTHY },
    bystander: false,
    runs: 0,
    logRuns: 0,
    logged: false,
    finish: "none",
    runStatus: 0,
  };
  actors.know(service);
  return service;
}

/** Healthy services of these names in /service. */
export function fleetOf(kernel: SimulatedKernel, names: readonly string[]): Service[] {
  kernel.tree.mkdir(kernel.tree.root, "/service");
  return names.map((name) => addService(kernel, `/service/${name}`));
}

/** The options with which the services are supervised. */
export const FLEET = {
  directory: "/service",
  newSessions: false,
  title: undefined,
  program: "/bin/denit",
} as const;

/** Runs the fleet. Each time that nothing is left to do, plays the next of `acts`, and after them HUP. */
export function superviseWhile(kernel: SimulatedKernel, acts: readonly (() => void)[] = []): number {
  const rest = [...acts, () => kernel.raise(SIGNAL.HUP)];
  kernel.onIdle = () => {
    const act = rest.shift();
    act?.();
    return act !== undefined;
  };
  return superviseDirectory(kernel, FLEET);
}

/** Services with a log/config and no log/run, on a machine that has our program. */
export function loggedFleet(kernel: SimulatedKernel, configs: Readonly<Record<string, string>>): Service[] {
  const { tree } = kernel;
  tree.mkdir(tree.root, "/bin");
  tree.write(tree.file(tree.root, "/bin/real", 0o755), "#!/bin/sh\n");
  tree.symlink("real", tree.root, "/bin/denit");
  return fleetOf(kernel, Object.keys(configs)).map((service) => {
    tree.mkdir(service.directory, "log");
    const text = configs[service.name.slice("/service/".length)] ?? "";
    tree.write(tree.file(service.directory, "log/config", 0o644), text);
    return service;
  });
}

/** The processes that live, but for those of `run`. */
export function labelsOf(kernel: SimulatedKernel): string[] {
  return kernel.actors.alive().map(({ label }) => label).filter((label) => !label.endsWith(" ./run")).sort();
}

/** Writes a command into a control FIFO of the service. */
export function send(
  kernel: SimulatedKernel,
  service: Service | undefined,
  path: string,
  letter: string,
): void {
  const fifo = service && kernel.tree.find(service.directory, path);
  if (fifo?.kind === "fifo") fifo.pipe.put(letter);
}

/** Checks that nothing of a service is open any more. */
export function nothingIsHeld(kernel: SimulatedKernel): void {
  assertEquals([kernel.openOf("inode"), kernel.openOf("pipe"), kernel.locks], [0, 0, 0]);
}

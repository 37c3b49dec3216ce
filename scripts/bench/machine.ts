/** The machine and the versions of a run, for the head of its report. */

import type { SystemId } from "./systems.ts";

/** The lines for the head of a report; `denit` says on which runtimes denit runs. */
export function machineLines(systems: readonly SystemId[], denit: readonly string[]): string[] {
  const model = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ??
    Deno.build.arch;
  const memoryKib = Number(/^MemTotal:\s+(\d+)/m.exec(Deno.readTextFileSync("/proc/meminfo"))?.[1]);
  const packages = systems.filter((system) => system === "runit" || system === "s6");
  return [
    `${model}, ${navigator.hardwareConcurrency} processors, ${
      Math.round(memoryKib / 1024 / 1024)
    } GiB, Linux ${Deno.osRelease()}`,
    ...packages.map((name) => `${name} ${packageVersion(name)}`),
    ...denit,
  ];
}

function packageVersion(name: string): string {
  try {
    const { success, stdout } = new Deno.Command("dpkg-query", { args: ["-W", "-f", "${Version}", name] })
      .outputSync();
    if (success) return `${new TextDecoder().decode(stdout)} (Debian package)`;
  } catch {
    // Not a Debian system.
  }
  return "of this system";
}

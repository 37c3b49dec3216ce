/** Facts about the processes of a fleet, read from `/proc`. */

/** The processes that descend from `roots`, with the roots. */
export function descendants(roots: readonly number[]): number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = Number(statFields(pid)?.[STAT_PARENT] ?? 0);
    children.set(parent, [...children.get(parent) ?? [], pid]);
  }
  const found = [...roots];
  for (const pid of found) found.push(...children.get(pid) ?? []);
  return found;
}

/** The sum of proportional set sizes in kB of 1,000 bytes. A page that k processes map counts 1/k in each. */
export function proportionalSizeKb(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const line = /^Pss:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`));
    return Number(line?.[1] ?? Number.NaN) * 1.024; // The kernel's kB has 1,024 bytes.
  });
}

/** The user and system time of all threads, in ticks of 10 ms. */
export function cpuTicks(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const fields = statFields(pid);
    return Number(fields?.[STAT_UTIME]) + Number(fields?.[STAT_STIME]);
  });
}

/** The processor time of all threads that live, in seconds. It is exact to the nanosecond; ticks round it for every process. */
export function processorSeconds(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const threads = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
    return sum(threads, (thread) => {
      const [nanoseconds] = Deno.readTextFileSync(`/proc/${pid}/task/${thread}/schedstat`).split(" ");
      return Number(nanoseconds) / 1e9;
    });
  });
}

/** The arguments of a process, its name first; none if it has ended. */
export function commandLine(pid: number): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** The number of times that a thread of these processes left a processor, for whatever reason. */
export function contextSwitches(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const threads = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
    return sum(threads, (thread) => {
      const status = Deno.readTextFileSync(`/proc/${pid}/task/${thread}/status`);
      return sum([...status.matchAll(/voluntary_ctxt_switches:\s+(\d+)/g)], (match) => Number(match[1]));
    });
  });
}

/** True if the process exists and has not ended. */
export function isAlive(pid: number): boolean {
  const state = statFields(pid)?.[STAT_STATE];
  return state !== undefined && state !== "Z" && state !== "X";
}

// Positions behind the command name, which stands in parentheses and may contain anything: proc_pid_stat(5).
const STAT_STATE = 0;
const STAT_PARENT = 1;
const STAT_UTIME = 11;
const STAT_STIME = 12;

function statFields(pid: number): string[] | undefined {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    // The process ended between the listing and the reading.
    return undefined;
  }
}

function sum<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((total, item) => total + measure(item), 0);
}

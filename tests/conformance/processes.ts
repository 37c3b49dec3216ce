/**
 * Processes of a lane: its descendants, what they wait for, and their end.
 *
 * A lane is a child subreaper (prctl(2)). Whatever a scenario leaves behind becomes the lane's own child, so the lane
 * can find, kill and reap it. Children for which `Deno.Command` waits are left to Deno.
 */

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;
const O_WRONLY_NONBLOCK = 0o4001;
const FIONREAD = 0x541b;

const libc = Deno.dlopen("libc.so.6", {
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "u64"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  mkfifo: { parameters: ["buffer", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
}).symbols;

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** A process as `/proc/PID/stat` shows it. */
export interface Process {
  /** The process ID. */
  readonly pid: number;
  /** Pid of the parent. */
  readonly parent: number;
  /** The name, without its parentheses. */
  readonly name: string;
  /** State, one letter of proc(5): R, S, T, Z ... */
  readonly state: string;
}

/** Makes this process a subreaper: from now on orphans among its descendants become its children. */
export function becomeSubreaper(): void {
  if (libc.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) !== 0) throw new Error("prctl refused");
}

/**
 * Pids of processes that were no descendants at the last look, and so never will be. To read these at every look
 * would be most of its cost. The kernel gives a pid to another process once it has counted round. Then all are read
 * again (/proc/loadavg has the last pid given), and in any case once a second.
 */
const strangers = { pids: new Set<string>(), lastPid: 0, atMs: -Infinity };
const STRANGERS_MS = 1000;

function forgetStrangers(): void {
  const lastPid = Number(readText("/proc/loadavg")?.trim().split(" ").at(-1));
  if (!(lastPid >= strangers.lastPid) || performance.now() > strangers.atMs + STRANGERS_MS) {
    strangers.pids.clear();
    strangers.atMs = performance.now();
  }
  strangers.lastPid = lastPid;
}

/** The process of a pid. Undefined if there is no such process (any more). */
export function processOf(pid: number): Process | undefined {
  const line = readText(`/proc/${pid}/stat`);
  const close = line?.lastIndexOf(")") ?? -1;
  if (line === undefined || close < 0) return undefined;
  const [state = "", parent = ""] = line.slice(close + 2).split(" ");
  return { pid, parent: Number(parent), name: line.slice(line.indexOf("(") + 1, close), state };
}

/** Every process below this one, zombies included. */
export function descendants(): Process[] {
  for (;;) {
    forgetStrangers();
    const seen = look();
    const pids = new Set(seen.map(({ pid }) => pid));
    // If a parent ended between two reads, its child has another parent by now. So look again.
    const placed = seen.every(({ parent }) =>
      parent === 0 || strangers.pids.has(`${parent}`) || pids.has(parent)
    );
    if (!placed) continue;
    const found = below(Deno.pid, seen);
    const own = new Set([Deno.pid, ...found.map(({ pid }) => pid)]);
    for (const { pid } of seen) if (!own.has(pid)) strangers.pids.add(`${pid}`);
    return found;
  }
}

/** All processes but the known strangers. */
function look(): Process[] {
  const seen: Process[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    const process = Number.isInteger(pid) && !strangers.pids.has(name) ? processOf(pid) : undefined;
    if (process !== undefined) seen.push(process);
  }
  return seen;
}

function below(root: number, seen: readonly Process[]): Process[] {
  const children = seen.filter(({ parent }) => parent === root);
  return [...children, ...children.flatMap(({ pid }) => below(pid, seen))];
}

/** Reaps a child, if it has ended. */
export function reap(pid: number): void {
  libc.waitpid(pid, new Uint8Array(4), WNOHANG);
}

/** Kills a process, if it is still there. */
export function killNow(pid: number): void {
  libc.kill(pid, 9);
}

/** Makes a FIFO. */
export function makeFifo(path: string): void {
  if (libc.mkfifo(cString(path), 0o644) !== 0) throw new Error(`no FIFO ${path}`);
}

/** Writes to a FIFO in one write. Returns false if the FIFO has no reader. Never blocks. */
export function writeToReader(path: string, bytes: string): boolean {
  const fd = libc.open(cString(path), O_WRONLY_NONBLOCK, 0);
  if (fd < 0) return false;
  const buffer = Uint8Array.from(bytes, (unit) => unit.charCodeAt(0));
  const written = libc.write(fd, buffer, BigInt(buffer.length));
  libc.close(fd);
  return written === buffer.length;
}

/** Number of unread bytes in a FIFO. -1 if it has no reader. */
export function unreadIn(path: string): number {
  const fd = libc.open(cString(path), O_WRONLY_NONBLOCK, 0);
  if (fd < 0) return -1;
  const answer = new Int32Array(1);
  const failed = libc.ioctl(fd, BigInt(FIONREAD), new Uint8Array(answer.buffer));
  libc.close(fd);
  return failed === 0 ? answer[0] ?? -1 : -1;
}

/** Paths that a process has open. Empty if it has ended, or belongs to another user. */
export function openPaths(pid: number): Set<string> {
  const paths = new Set<string>();
  try {
    for (const entry of Deno.readDirSync(`/proc/${pid}/fd`)) {
      paths.add(Deno.readLinkSync(`/proc/${pid}/fd/${entry.name}`));
    }
  } catch (error) {
    if (!isGone(error) && !(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
  return paths;
}

type SystemCalls = Readonly<Record<typeof Deno.build.arch, readonly number[]>>;

/**
 * Numbers of poll, select, epoll_wait, ppoll, pselect6, epoll_pwait and epoll_pwait2 (syscalls(2)), per architecture.
 */
const WAITING: SystemCalls = {
  x86_64: [7, 23, 232, 270, 271, 281, 441],
  aarch64: [22, 72, 73, 441],
};
/** Numbers of nanosleep, wait4, clock_nanosleep and waitid. */
const PAUSING: SystemCalls = {
  x86_64: [35, 61, 230, 247],
  aarch64: [95, 101, 115, 260],
};

function isIn(pid: number, calls: SystemCalls): boolean {
  const number = readText(`/proc/${pid}/syscall`)?.split(" ")[0];
  return number !== undefined && calls[Deno.build.arch].includes(Number(number));
}

/** True when a process sleeps in a call that waits for descriptors. A pause, or a wait for a child, does not count. */
export function waitsForEvents(pid: number): boolean {
  return isIn(pid, WAITING);
}

/** True when a process waits for descriptors, in a pause, or for a child. Then it has done all that it can do. */
export function waitsForAnything(pid: number): boolean {
  return isIn(pid, WAITING) || isIn(pid, PAUSING);
}

/** True when a signal is on its way to a process. */
export function hasPendingSignals(pid: number): boolean {
  return /^(ShdPnd|SigPnd):\s*0*[1-9a-f]/m.test(readText(`/proc/${pid}/status`) ?? "");
}

/** True when a process sleeps and no signal is on its way to it. */
export function isAtRest(pid: number): boolean {
  return /^State:\s+S/m.test(readText(`/proc/${pid}/status`) ?? "") && !hasPendingSignals(pid);
}

/** The bytes of a file. Undefined if the file does not exist (any more). */
export function readBytes(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The text of a file. Undefined if the file does not exist (any more). */
export function readText(path: string): string | undefined {
  const bytes = readBytes(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** True when an error is ENOENT or ENOTDIR, or ESRCH, as files in /proc answer while their process ends. */
function isGone(error: unknown): boolean {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return true;
  return error instanceof Error && error.message.includes("os error 3)");
}

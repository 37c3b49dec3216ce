/**
 * Processes as the suite sees them: who descends from us, what they wait for, and how they are ended.
 *
 * A lane is a child subreaper (prctl(2)), so whatever a scenario leaves behind becomes the lane's own child
 * and can be found, killed and reaped. Children that `Deno.Command` waits for are left to it.
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

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** One letter of proc(5): R, S, T, Z ... */
  readonly state: string;
}

/** Processes older than this one, which descend from others. Reading them at every look would cost most of it. */
const strangers = new Set<string>();

/** From now on the orphans among our descendants become our children. */
export function becomeSubreaper(): void {
  if (libc.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) !== 0) throw new Error("prctl refused");
  const own = new Set(descendantsOf(Deno.pid).map(({ pid }) => String(pid)));
  for (const { name } of Deno.readDirSync("/proc")) if (!own.has(name)) strangers.add(name);
}

/** `undefined` if there is no such process any more. */
export function processOf(pid: number): Process | undefined {
  const line = readText(`/proc/${pid}/stat`);
  const close = line?.lastIndexOf(")") ?? -1;
  if (line === undefined || close < 0) return undefined;
  const [state = "", parent = ""] = line.slice(close + 2).split(" ");
  return { pid, parent: Number(parent), name: line.slice(line.indexOf("(") + 1, close), state };
}

/** Every process below `root`, zombies included. */
export function descendantsOf(root: number): Process[] {
  const children = new Map<number, Process[]>();
  for (const entry of Deno.readDirSync("/proc")) {
    if (strangers.has(entry.name)) continue;
    const pid = Number(entry.name);
    const process = Number.isInteger(pid) ? processOf(pid) : undefined;
    if (process !== undefined) children.set(process.parent, [...children.get(process.parent) ?? [], process]);
  }
  const found: Process[] = [];
  for (const queue = [root]; queue.length > 0;) {
    const below = children.get(queue.pop() ?? 0) ?? [];
    found.push(...below);
    queue.push(...below.map((process) => process.pid));
  }
  return found;
}

/** Reaps one child of ours, if it has ended. */
export function reap(pid: number): void {
  libc.waitpid(pid, new Uint8Array(4), WNOHANG);
}

export function killNow(pid: number): void {
  libc.kill(pid, 9);
}

export function makeFifo(path: string): void {
  if (libc.mkfifo(cString(path), 0o644) !== 0) throw new Error(`no FIFO ${path}`);
}

/** Writes to a FIFO that somebody reads, in one write; `false` if nobody does. Never blocks. */
export function writeToReader(path: string, bytes: string): boolean {
  const fd = libc.open(cString(path), O_WRONLY_NONBLOCK, 0);
  if (fd < 0) return false;
  const buffer = Uint8Array.from(bytes, (unit) => unit.charCodeAt(0));
  const written = libc.write(fd, buffer, BigInt(buffer.length));
  libc.close(fd);
  return written === buffer.length;
}

/** How many bytes wait in a FIFO; -1 if nobody reads it. */
export function unreadIn(path: string): number {
  const fd = libc.open(cString(path), O_WRONLY_NONBLOCK, 0);
  if (fd < 0) return -1;
  const answer = new Int32Array(1);
  const failed = libc.ioctl(fd, BigInt(FIONREAD), new Uint8Array(answer.buffer));
  libc.close(fd);
  return failed === 0 ? answer[0] ?? -1 : -1;
}

/** The paths that a process has open. */
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

/** poll, select, epoll_wait, ppoll, pselect6, epoll_pwait, epoll_pwait2: syscalls(2), per architecture. */
const WAITING: Readonly<Record<typeof Deno.build.arch, readonly number[]>> = {
  x86_64: [7, 23, 232, 270, 271, 281, 441],
  aarch64: [22, 72, 73, 441],
};

/** Whether a process sleeps in a call that waits for descriptors, and not, say, in a pause or for a child. */
export function waitsForEvents(pid: number): boolean {
  const number = readText(`/proc/${pid}/syscall`)?.split(" ")[0];
  return number !== undefined && WAITING[Deno.build.arch].includes(Number(number));
}

/** Whether a process sleeps and no signal is on its way to it. */
export function isAtRest(pid: number): boolean {
  const status = readText(`/proc/${pid}/status`) ?? "";
  return /^State:\s+S/m.test(status) && /^ShdPnd:\s+0+$/m.test(status) && /^SigPnd:\s+0+$/m.test(status);
}

/** A file's bytes, or `undefined` when it is not there (any more). */
export function readBytes(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The same as text. */
export function readText(path: string): string | undefined {
  const bytes = readBytes(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** ENOENT and ENOTDIR, or ESRCH: what the files of a process in /proc answer while it ends. */
function isGone(error: unknown): boolean {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return true;
  return error instanceof Error && error.message.includes("os error 3)");
}

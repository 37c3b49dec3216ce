/** One step of a plan, done. What it changes besides the process itself is the state that is handed on. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, type Launching, OPEN } from "../../runtime/kernel.ts";
import { errnoText, printLine } from "../../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import { type Change, changed, changeOfFile } from "../environment.ts";
import { type Limit, softLimit, withLimits } from "../limits.ts";
import type { Dialect, Place, Request, Step } from "../plan.ts";
import { type Deed, type Failure, warningText } from "../wording.ts";
import { identityOf } from "./accounts.ts";
import { attempt, Failed } from "./failed.ts";
import { readText, writeFile } from "./texts.ts";

export type LaunchKernel =
  & Pick<
    Kernel,
    | "open"
    | "close"
    | "read"
    | "write"
    | "stat"
    | "mkdir"
    | "readDirectory"
    | "lock"
    | "poll"
    | "pid"
    | "changeDirectory"
    | "giveUpPrivileges"
    | "confine"
    | "environment"
  >
  & Launching;

/** What a step leaves for the program, besides what the kernel keeps. */
export interface State {
  readonly environment: readonly string[];
  readonly limits: readonly Limit[];
  readonly newRoot: boolean;
}

/** Throws `Failed`. */
export function takeStep(kernel: LaunchKernel, dialect: Dialect, step: Step, state: State): State {
  switch (step.step) {
    case "control group":
      attempt("join control group", step.directory, () => joinGroup(kernel, step.directory));
      return state;
    case "oom score":
      attempt("set oom score", "", () => writeFile(kernel, CWD, "/proc/self/oom_score_adj", `${step.score}`));
      return state;
    case "priority":
      attempt("set nice level", "", () => kernel.setNice(step.level));
      return state;
    case "processors":
      attempt("set processors", "", () => kernel.setProcessors(step.cpus));
      return state;
    case "session":
      beginSession(kernel);
      return state;
    case "variables": {
      const changes = readVariables(kernel, dialect, step);
      return { ...state, environment: changed(state.environment, changes) };
    }
    case "root":
      enter(kernel, step.directory);
      attempt("change root", "", () => kernel.changeRoot());
      return { ...state, newRoot: true };
    case "directory":
      enter(kernel, step.directory);
      return state;
    case "nice":
      attempt("set nice level", "", () => kernel.addNice(step.by));
      return state;
    case "account variables": {
      const { uid, gid } = identityOf(kernel, step.account, state.newRoot);
      const changes = [{ name: "GID", value: `${gid}` }, { name: "UID", value: `${uid}` }];
      return { ...state, environment: changed(state.environment, changes) };
    }
    case "account": {
      const { uid, gid, groups } = identityOf(kernel, step.account, state.newRoot);
      takeOn(kernel, uid, gid, groups);
      return state;
    }
    case "lock":
      lock(kernel, step.file, step.waits, step.forgives);
      return state;
    case "close":
      attempt("close", STREAMS[step.fd], () => kernel.closeOpen(step.fd));
      return state;
    case "no new privileges":
      attempt("set no new privileges", "", () => kernel.giveUpPrivileges());
      return state;
    case "confinement":
      confine(kernel, step.places);
      return state;
    case "limits":
      return { ...state, limits: withLimits(state.limits, limitsOf(kernel, step.requests)) };
  }
}

const STREAMS = ["stdin", "stdout", "stderr"] as const;

export function limitsOf(
  kernel: Pick<LaunchKernel, "hardLimit">,
  requests: readonly Request[],
): readonly Limit[] {
  return requests.map(({ resource, amount }) => {
    const hard = attempt("get limit", "", () => kernel.hardLimit(resource));
    return { resource, soft: softLimit(amount, hard) };
  });
}

/** A process that leads its group cannot begin one, and goes on as it is. */
function beginSession(kernel: LaunchKernel): void {
  try {
    kernel.newSession();
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
  }
}

function enter(kernel: LaunchKernel, directory: string): void {
  attempt("change directory", directory, () => {
    const fd = kernel.open(CWD, directory, OPEN.path | OPEN.directory);
    try {
      kernel.changeDirectory(fd);
    } finally {
      kernel.close(fd);
    }
  });
}

const DEED_OF_CALL: Readonly<Record<string, Deed>> = { setgroups: "set groups", setresgid: "set group" };

function takeOn(kernel: LaunchKernel, uid: number, gid: number, groups: readonly number[]): void {
  try {
    kernel.takeOn(uid, gid, groups);
  } catch (thrown) {
    const why = errnoText(errnoOf(thrown));
    const call = thrown instanceof SysError ? thrown.call : "";
    throw new Failed({ deed: DEED_OF_CALL[call] ?? "set user", on: "", why });
  }
}

const LOCK_FLAGS = OPEN.write | OPEN.append | OPEN.create | OPEN.nonBlock;

/** The descriptor stays open in the program, and with it the lock. */
function lock(kernel: LaunchKernel, file: string, waits: boolean, forgives: boolean): void {
  try {
    const fd = attempt("open lock", file, () => kernel.open(CWD, file, LOCK_FLAGS, 0o600));
    attempt("lock", file, () => {
      if (!kernel.lock(fd, waits)) throw new SysError({ call: "lock", path: file, errno: ERRNO.EAGAIN });
      kernel.handOn(fd);
    });
  } catch (thrown) {
    if (thrown instanceof Failed && forgives) throw new Failed(thrown.failure, true);
    throw thrown;
  }
}

function confine(kernel: LaunchKernel, places: readonly Place[]): void {
  const allowed = places.map(({ path, writes }) => ({
    directory: attempt("open place", path, () => kernel.open(CWD, path, OPEN.path)),
    write: writes,
    programs: true,
  }));
  const isConfined = attempt("confine", "", () => kernel.confine(allowed, true));
  for (const { directory } of allowed) kernel.close(directory);
  if (!isConfined) throw new Failed({ deed: "confine", on: "", why: "this kernel has no Landlock" });
}

/** An argument of execve(2) has at most 128 KiB: of a longer line it need not be known how much longer it is. */
const MOST_OF_FILE = 1 << 18;

interface Variables {
  readonly directory: string;
  readonly passesOver: boolean;
  readonly verbose: boolean;
}

function readVariables(kernel: LaunchKernel, dialect: Dialect, variables: Variables): readonly Change[] {
  const { directory } = variables;
  // What chdir(2) would refuse is refused here; with the slash, that it may not be searched.
  const searched = directory === "" ? "" : `${directory}/.`;
  const place = attempt(
    "switch to variables",
    directory,
    () => kernel.open(CWD, searched, OPEN.path | OPEN.directory),
  );
  const fd = attempt("open variables", directory, () => kernel.open(place, ".", OPEN.read | OPEN.directory));
  const names = attempt("read variables", directory, () => kernel.readDirectory(fd));
  const changes = names.filter((name) => !name.startsWith("."))
    .flatMap((name) => readVariable(kernel, dialect, variables, fd, name));
  kernel.close(fd);
  kernel.close(place);
  return changes;
}

/** None for what is not there any more, and for a directory where those are passed over. */
function readVariable(
  kernel: LaunchKernel,
  dialect: Dialect,
  { directory, passesOver, verbose }: Variables,
  fd: Fd,
  name: string,
): readonly Change[] {
  try {
    return [changeOfFile(name, readText(kernel, fd, name, MOST_OF_FILE))];
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === ERRNO.ENOENT) return [];
    const failure: Failure = { deed: "read variable", on: `${directory}/${name}`, why: errnoText(errno) };
    if (errno !== ERRNO.EISDIR || !passesOver) throw new Failed(failure);
    if (verbose) printLine(kernel, 2, warningText(dialect, `unable to read ${failure.on}: ${failure.why}`));
    return [];
  }
}

/** Makes the directory, and those above it, where they are missing. What turns out to be no group is taken away again. */
function joinGroup(kernel: LaunchKernel, directory: string): void {
  const isNew = makeDirectory(kernel, directory);
  try {
    writeFile(kernel, CWD, `${directory}/cgroup.procs`, THIS_PROCESS);
  } catch (thrown) {
    if (isNew) kernel.removeDirectory(CWD, directory);
    throw thrown;
  }
}

/** What stands for it in cgroup.procs. */
export const THIS_PROCESS = "0";

function makeDirectory(kernel: LaunchKernel, directory: string): boolean {
  try {
    kernel.mkdir(CWD, directory, 0o755);
    return true;
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === ERRNO.EEXIST) return false;
    const slash = directory.lastIndexOf("/");
    if (errno !== ERRNO.ENOENT || slash <= 0) throw thrown;
    makeDirectory(kernel, directory.slice(0, slash));
    kernel.mkdir(CWD, directory, 0o755);
    return true;
  }
}

/** Doing one step of a plan. A step changes the process, or the state that is handed on to the program. */
import { CWD, type Fd, STDERR } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { type Kernel, type Launching, type Limit, OPEN } from "../../runtime/kernel.ts";
import { errnoText, printLine } from "../../runtime/report.ts";
import { readFile, writeFile } from "../../runtime/small_file.ts";
import { errnoOf, rethrowUnlessSysError, SysError } from "../../sys/error.ts";
import type { Credentials } from "../accounts.ts";
import { THIS_PROCESS } from "../control_group.ts";
import { changed, changeOfFile, type VariableChange } from "../environment.ts";
import { softLimit, withLimits } from "../limits.ts";
import type {
  LauncherDialect,
  LimitRequest,
  ReachablePath,
  StandardFd,
  Step,
  VariablesStep,
} from "../plan.ts";
import { type Deed, type StepFailure, warningText } from "../wording.ts";
import { findCredentials } from "./credentials.ts";
import { attempt, LaunchError } from "./launch_error.ts";

/** All that launchers ask of the operating system. */
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

/** Changes that a step leaves for the program, besides those that the kernel keeps. */
export interface LaunchState {
  readonly environment: readonly string[];
  readonly limits: readonly Limit[];
  readonly newRoot: boolean;
}

/** Does one step. Returns the state after it. Throws LaunchError. */
export function takeStep(
  kernel: LaunchKernel,
  dialect: LauncherDialect,
  step: Step,
  state: LaunchState,
): LaunchState {
  switch (step.step) {
    case "variables":
      return withVariables(state, readVariables(kernel, dialect, step));
    case "root":
      enter(kernel, step.directory);
      attempt("change root", "", () => kernel.changeRoot());
      return { ...state, newRoot: true };
    case "account variables": {
      const { uid, gid } = findCredentials(kernel, step.account, state.newRoot);
      return withVariables(state, [{ name: "GID", value: `${gid}` }, { name: "UID", value: `${uid}` }]);
    }
    case "limits":
      return { ...state, limits: withLimits(state.limits, limitsOf(kernel, step.requests)) };
    default:
      changeProcess(kernel, step, state.newRoot);
      return state;
  }
}

function withVariables(state: LaunchState, changes: readonly VariableChange[]): LaunchState {
  return { ...state, environment: changed(state.environment, changes) };
}

/** Does a step that leaves nothing in the state: the kernel keeps what it changes. */
function changeProcess(kernel: LaunchKernel, step: ProcessStep, newRoot: boolean): void {
  switch (step.step) {
    case "control group":
      return attempt("join control group", step.directory, () => joinGroup(kernel, step.directory));
    case "oom score":
      return attempt("set oom score", "", () => writeFile(kernel, CWD, OOM_SCORE, `${step.score}`));
    case "priority":
      return attempt("set nice level", "", () => kernel.setNice(step.level));
    case "processors":
      return attempt("set processors", "", () => kernel.setProcessors(step.cpus));
    case "session":
      return beginSession(kernel);
    case "directory":
      return enter(kernel, step.directory);
    case "nice":
      return attempt("set nice level", "", () => kernel.addNice(step.by));
    case "account":
      return takeOn(kernel, findCredentials(kernel, step.account, newRoot));
    case "lock":
      return lock(kernel, step.file, step.waits, step.forgives);
    case "close":
      return attempt("close", STREAMS[step.fd], () => kernel.closeOpen(step.fd));
    case "no new privileges":
      return attempt("set no new privileges", "", () => kernel.giveUpPrivileges());
    case "confinement":
      return confine(kernel, step.paths);
    default:
      return step satisfies never;
  }
}

type ProcessStep = Exclude<Step, { step: "variables" | "root" | "account variables" | "limits" }>;

/** The score of this process for the out-of-memory killer (proc(5)). */
const OOM_SCORE = "/proc/self/oom_score_adj";
const STREAMS: { readonly [fd in StandardFd]: string } = { 0: "stdin", 1: "stdout", 2: "stderr" };

/** The soft limits that `requests` ask for, capped at the hard limits. Throws LaunchError. */
export function limitsOf(
  kernel: Pick<LaunchKernel, "hardLimit">,
  requests: readonly LimitRequest[],
): readonly Limit[] {
  return requests.map(({ resource, amount }) => {
    const hard = attempt("get limit", "", () => kernel.hardLimit(resource));
    return { resource, soft: softLimit(amount, hard) };
  });
}

/** Begins a session. A process that leads its process group cannot do so, and goes on without one. */
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

/** The deeds of the calls that `Launching.takeOn` makes besides setresuid(2). */
const DEED_OF_CALL: ReadonlyMap<string, Deed> = new Map([
  ["setgroups", "set groups"],
  ["setresgid", "set group"],
]);

function takeOn(kernel: LaunchKernel, { uid, gid, groups }: Credentials): void {
  try {
    kernel.takeOn(uid, gid, groups);
  } catch (thrown) {
    const why = errnoText(errnoOf(thrown));
    const call = thrown instanceof SysError ? thrown.call : "";
    throw new LaunchError({ deed: DEED_OF_CALL.get(call) ?? "set user", on: "", why });
  }
}

const LOCK_FLAGS = OPEN.write | OPEN.append | OPEN.create | OPEN.nonBlock;

/** Takes a lock. The descriptor stays open in the program, so the lock stays, too. */
function lock(kernel: LaunchKernel, file: string, waits: boolean, forgives: boolean): void {
  try {
    const fd = attempt("open lock", file, () => kernel.open(CWD, file, LOCK_FLAGS, 0o600));
    attempt("lock", file, () => {
      if (!kernel.lock(fd, waits)) throw new SysError({ call: "lock", path: file, errno: ERRNO.EAGAIN });
      kernel.handOn(fd);
    });
  } catch (thrown) {
    if (thrown instanceof LaunchError && forgives) throw new LaunchError(thrown.failure, true);
    throw thrown;
  }
}

function confine(kernel: LaunchKernel, paths: readonly ReachablePath[]): void {
  const allowed = paths.map(({ path, writes }) => ({
    directory: attempt("open path", path, () => kernel.open(CWD, path, OPEN.path)),
    write: writes,
    programs: true,
  }));
  const isConfined = attempt("confine", "", () => kernel.confine(allowed, true));
  for (const { directory } of allowed) kernel.close(directory);
  if (!isConfined) throw new LaunchError({ deed: "confine", on: "", why: "this kernel has no Landlock" });
}

/** Bytes that are read of a variable's file. An argument of execve(2) has at most 128 KiB, so execve refuses more. */
const MOST_OF_FILE = 1 << 18;

function readVariables(
  kernel: LaunchKernel,
  dialect: LauncherDialect,
  variables: VariablesStep,
): readonly VariableChange[] {
  const { directory } = variables;
  // This open refuses what chdir(2) would refuse; the slash makes it refuse a directory that may not be searched.
  const searched = directory === "" ? "" : `${directory}/.`;
  const entered = attempt(
    "switch to variables",
    directory,
    () => kernel.open(CWD, searched, OPEN.path | OPEN.directory),
  );
  const fd = attempt(
    "open variables",
    directory,
    () => kernel.open(entered, ".", OPEN.read | OPEN.directory),
  );
  const names = attempt("read variables", directory, () => kernel.readDirectory(fd));
  const changes = names.filter((name) => !name.startsWith("."))
    .flatMap((name) => readVariable(kernel, dialect, variables, fd, name));
  kernel.close(fd);
  kernel.close(entered);
  return changes;
}

/** The change for one file; none if the file has gone meanwhile, or is a directory that is passed over. */
function readVariable(
  kernel: LaunchKernel,
  dialect: LauncherDialect,
  { directory, passesOver, verbose }: VariablesStep,
  fd: Fd,
  name: string,
): readonly VariableChange[] {
  try {
    return [changeOfFile(name, readFile(kernel, fd, name, MOST_OF_FILE))];
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === ERRNO.ENOENT) return [];
    const failure: StepFailure = { deed: "read variable", on: `${directory}/${name}`, why: errnoText(errno) };
    if (errno !== ERRNO.EISDIR || !passesOver) throw new LaunchError(failure);
    if (verbose) {
      printLine(kernel, STDERR, warningText(dialect, `unable to read ${failure.on}: ${failure.why}`));
    }
    return [];
  }
}

/**
 * Moves this process into a control group. Makes the directory, and those above it, if they are missing; removes the
 * directory again if it turns out to be no group.
 */
function joinGroup(kernel: LaunchKernel, directory: string): void {
  const isNew = makeDirectory(kernel, directory);
  try {
    writeFile(kernel, CWD, `${directory}/cgroup.procs`, THIS_PROCESS);
  } catch (thrown) {
    if (isNew) kernel.removeDirectory(CWD, directory);
    throw thrown;
  }
}

/** Returns whether the directory is new. */
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

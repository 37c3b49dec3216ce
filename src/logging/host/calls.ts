/**
 * Makes the system calls that the machines of a log directory ask for (`rotation/effects.ts`).
 *
 * A machine knows descriptors only by their roles. The caller keeps them in one record for each machine.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { builtinProcessor } from "../../rotation/builtin_processor.ts";
import type { Descriptors, FileCall, How, Reply, Role } from "../../rotation/effects.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { SysError } from "../../sys/error.ts";

/** Mode of a directory that multilog(8) makes. */
export const DIRECTORY_MODE = 0o700;
/** A processor reads what it remembered from this descriptor (svlogd(8), multilog(8)). */
const STATE_FD: Fd = 4;
/** A processor writes what it will remember to this descriptor, the highest that it gets. */
export const NEWSTATE_FD: Fd = 5;

const FLAGS: { readonly [H in How]: number } = {
  directory: OPEN.read | OPEN.nonBlock,
  read: OPEN.read | OPEN.nonBlock,
  append: OPEN.write | OPEN.append | OPEN.create | OPEN.nonBlock,
  truncate: OPEN.write | OPEN.truncate | OPEN.create | OPEN.nonBlock,
};
/** A log is private until it is in use. The output of a processor is readable at once. */
const MODES: { readonly [H in How]: number } = { directory: 0, read: 0, append: 0o600, truncate: 0o644 };

/** The part of the kernel that these calls need. */
export type CallsKernel = Pick<
  Kernel,
  | "open"
  | "close"
  | "stat"
  | "mkdir"
  | "rename"
  | "unlink"
  | "readDirectory"
  | "chmodFd"
  | "sync"
  | "lock"
  | "spawn"
>;

/** The kernel, the base directory and the program with which calls are made. */
export interface CallSite {
  readonly kernel: CallsKernel;
  /** The path of a log directory is relative to this directory. */
  readonly base: Fd;
  /** denit's own program, for processors that it has itself; undefined where sh is to run every processor. */
  readonly program: string | undefined;
}

/**
 * Makes one call. A descriptor that it opens or closes changes in `fds`. `role: "directory"` is opened at `path`
 * relative to `above`, where that is the log directory or the site's base. Throws SysError.
 */
export function makeCall(site: CallSite, fds: Descriptors, above: Fd, call: FileCall): Reply {
  const { kernel } = site;
  switch (call.call) {
    case "open":
      fds[call.role] = openFile(kernel, fds, above, call);
      return {};
    case "make":
      kernel.mkdir(site.base, call.path, DIRECTORY_MODE);
      return {};
    case "lock":
      if (kernel.lock(descriptorOf(fds, call.role), false)) return {};
      throw new SysError({ call: "lock", errno: ERRNO.EAGAIN });
    case "stat":
      return kernel.stat(descriptorOf(fds, "directory"), call.path);
    case "list":
      return { names: namesIn(kernel, descriptorOf(fds, "directory")) };
    case "sync":
      kernel.sync(descriptorOf(fds, call.role));
      return {};
    case "mode":
      kernel.chmodFd(descriptorOf(fds, call.role), call.mode);
      return {};
    case "close":
      kernel.close(descriptorOf(fds, call.role));
      fds[call.role] = undefined;
      return {};
    case "rename":
      kernel.rename(descriptorOf(fds, "directory"), call.from, call.to);
      return {};
    case "unlink":
      kernel.unlink(descriptorOf(fds, "directory"), call.path);
      return {};
    case "spawn":
      return { pid: spawnProcessor(site, fds, call.command) };
  }
}

/** The descriptor of this role. A machine asks only for those that it has opened. */
export function descriptorOf(fds: Readonly<Descriptors>, role: Role): Fd {
  const fd = fds[role];
  if (fd === undefined) throw new Error(`no descriptor for ${role}`);
  return fd;
}

/** All names in an open directory. Throws SysError. */
export function namesIn(kernel: Pick<Kernel, "open" | "readDirectory" | "close">, directory: Fd): string[] {
  const fd = kernel.open(directory, ".", OPEN.read | OPEN.directory);
  try {
    return kernel.readDirectory(fd);
  } finally {
    kernel.close(fd);
  }
}

function openFile(
  kernel: Pick<Kernel, "open">,
  fds: Readonly<Descriptors>,
  above: Fd,
  { role, path, how }: FileCall & { call: "open" },
): Fd {
  return role === "directory"
    ? kernel.open(above, path, FLAGS[how])
    : kernel.open(descriptorOf(fds, "directory"), path, FLAGS[how], MODES[how]);
}

/** Starts denit itself if it has this processor, else sh. */
function spawnProcessor({ kernel, program }: CallSite, fds: Readonly<Descriptors>, command: string): number {
  const builtin = program === undefined ? undefined : builtinProcessor(command);
  return kernel.spawn({
    path: builtin === undefined ? "/bin/sh" : program ?? "",
    argv: builtin === undefined ? ["sh", "-c", command] : ["denit", ...builtin],
    directoryFd: descriptorOf(fds, "directory"),
    stdin: descriptorOf(fds, "input"),
    stdout: descriptorOf(fds, "output"),
    others: [[STATE_FD, descriptorOf(fds, "state")], [NEWSTATE_FD, descriptorOf(fds, "newstate")]],
  });
}

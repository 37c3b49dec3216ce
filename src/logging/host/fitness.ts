/**
 * Decides whether a fleet's logger can write a log directory. Such a logger writes many logs, is confined to their
 * directories and can start no program.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import type { FileKind, Kernel } from "../../runtime/kernel.ts";
import { errnoOf } from "../../sys/error.ts";
import { needsOwnProcess } from "../joining.ts";
import { readConfigText } from "./config_file.ts";

/** A link under one of these names could lead out of the directory. */
const OWN_FILES = ["config", "current", "lock"];

type FitnessKernel = Pick<Kernel, "open" | "close" | "read" | "stat">;

/**
 * The reason why a fleet's logger cannot write the log directory, beginning with the name of a file in it; undefined if
 * it can. Throws SysError.
 */
export function unfitness(kernel: FitnessKernel, directory: Fd): string | undefined {
  const link = OWN_FILES.find((file) => kindOf(kernel, directory, file) === "link");
  if (link !== undefined) return `${link} is a link`;
  return needsOwnProcess(readConfigText(kernel, directory) ?? "")
    ? "config asks for a process of its own"
    : undefined;
}

function kindOf(kernel: FitnessKernel, directory: Fd, file: string): FileKind | undefined {
  try {
    return kernel.stat(directory, file, false).kind;
  } catch (thrown) {
    if (errnoOf(thrown) === ERRNO.ENOENT) return undefined;
    throw thrown;
  }
}

/** Whether a log directory can be written to by a logger that writes to many, and may not go elsewhere. */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import type { FileKind, Kernel } from "../../runtime/kernel.ts";
import { errnoOf } from "../../sys/error.ts";
import { needsOwnProcess } from "../joining.ts";
import { readConfigText } from "./config_file.ts";

/** What it must have itself: a link would lead elsewhere. */
const OWN_FILES = ["config", "current", "lock"];

type FitnessKernel = Pick<Kernel, "open" | "close" | "read" | "stat">;

/** What is against it, beginning with the name of a file in the directory; undefined when nothing is. */
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

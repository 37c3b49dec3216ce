/** `denit --install DIR`: a symbolic link for every applet, each put in place by rename. */
import { CWD, type Fd, STDERR, STDOUT } from "../posix/descriptor.ts";
import { EXIT } from "../posix/exit_code.ts";
import { ERRNO } from "../posix/errno.ts";
import { type Kernel, OPEN } from "../runtime/kernel.ts";
import { printLine, thrownText } from "../runtime/report.ts";
import { baseName } from "./call.ts";
import { errnoOf, rethrowUnlessSysError } from "../sys/error.ts";

/** A link to be made. */
export interface Link {
  /** Name of the link, which is the applet's. */
  readonly name: string;
  /** True when a file of that name stays as it is if it is not a link of ours. */
  readonly keepForeign: boolean;
}

/**
 * Makes the links to `program` (an absolute path). Returns the exit code: EXIT.fatal when any could not be made; one
 * line on standard error tells each.
 */
export function install(kernel: Kernel, program: string, directory: string, links: readonly Link[]): number {
  let dir: Fd;
  try {
    dir = kernel.open(CWD, directory, OPEN.path | OPEN.directory);
  } catch (thrown) {
    printLine(kernel, STDERR, `denit: fatal: unable to open directory ${directory}: ${thrownText(thrown)}`);
    return EXIT.fatal;
  }
  let failed = false;
  for (const link of links) {
    try {
      putLink(kernel, dir, program, directory, link);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      printLine(
        kernel,
        STDERR,
        `denit: warning: unable to make link ${directory}/${link.name}: ${thrownText(thrown)}`,
      );
      failed = true;
    }
  }
  kernel.close(dir);
  return failed ? EXIT.fatal : EXIT.done;
}

/** Makes one link, unless the name is taken by a file that stays. */
function putLink(kernel: Kernel, dir: Fd, program: string, directory: string, link: Link): void {
  const there = linkTarget(kernel, dir, link.name);
  if (there === program) return;
  // A link to where denit was installed before ends in the program's own name.
  const ours = there !== undefined && baseName(there) === baseName(program);
  if (link.keepForeign && there !== undefined && !ours) {
    printLine(kernel, STDOUT, `denit: ${directory}/${link.name} is another's and stays`);
    return;
  }
  const beside = `.${link.name}.denit-new`;
  removeIfThere(kernel, dir, beside);
  kernel.symlink(program, dir, beside);
  try {
    kernel.rename(dir, beside, link.name);
  } catch (thrown) {
    removeIfThere(kernel, dir, beside);
    throw thrown;
  }
}

function removeIfThere(kernel: Kernel, dir: Fd, path: string): void {
  try {
    kernel.unlink(dir, path);
  } catch (thrown) {
    if (errnoOf(thrown) !== ERRNO.ENOENT) throw thrown;
  }
}

/** The target of the link; empty for a file that is no link, undefined when there is no file. */
function linkTarget(kernel: Kernel, dir: Fd, name: string): string | undefined {
  try {
    return kernel.readLink(dir, name);
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === ERRNO.ENOENT) return undefined;
    if (errno === ERRNO.EINVAL) return "";
    throw thrown;
  }
}

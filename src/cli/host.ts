/** `denit --install DIR`: a symbolic link for every applet, each put in place by rename. */
import { CWD, type Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { type Kernel, OPEN } from "../runtime/kernel.ts";
import { printLine, thrownText } from "../runtime/report.ts";
import { errnoOf, rethrowUnlessSysError } from "../sys/error.ts";

export interface Link {
  readonly name: string;
  /** A file of that name which is not a link of ours stays as it is. */
  readonly keepForeign: boolean;
}

/** Makes the links to `program` (an absolute path); returns the exit code, 111 when any could not be made. */
export function install(kernel: Kernel, program: string, directory: string, links: readonly Link[]): number {
  let dir: Fd;
  try {
    dir = kernel.open(CWD, directory, OPEN.path | OPEN.directory);
  } catch (thrown) {
    printLine(kernel, 2, `denit: fatal: unable to open directory ${directory}: ${thrownText(thrown)}`);
    return 111;
  }
  let failed = false;
  for (const link of links) {
    try {
      place(kernel, dir, program, directory, link);
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      printLine(
        kernel,
        2,
        `denit: warning: unable to make link ${directory}/${link.name}: ${thrownText(thrown)}`,
      );
      failed = true;
    }
  }
  kernel.close(dir);
  return failed ? 111 : 0;
}

function place(kernel: Kernel, dir: Fd, program: string, directory: string, link: Link): void {
  const there = linkTarget(kernel, dir, link.name);
  if (there === program) return;
  // Links of an older place of ours are known by the program's own name at their end.
  const ours = there !== undefined && baseName(there) === baseName(program);
  if (link.keepForeign && there !== undefined && !ours) {
    printLine(kernel, 1, `denit: ${directory}/${link.name} is another's and stays`);
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

/** Target of the link, empty for a file that is none, undefined when nothing is there. */
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

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

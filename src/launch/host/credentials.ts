/**
 * Looking up the credentials of an account.
 *
 * /etc/passwd and /etc/group are read first, and libc is asked only for names that these files do not have. So local
 * accounts need neither nsswitch.conf nor a module of libc, are found in a root that holds nothing but the two files,
 * and cost two system calls; accounts from LDAP and the like are found where libc is set up for them. In a new root
 * libc is not asked: it would load its modules from in there, with the rights that the process still has.
 */
import { CWD } from "../../posix/descriptor.ts";
import type { Kernel, Launching } from "../../runtime/kernel.ts";
import { errnoText } from "../../runtime/report.ts";
import { readFile } from "../../runtime/small_file.ts";
import { errnoOf } from "../../sys/error.ts";
import { type Account, type Credentials, findGroup, findUser } from "../accounts.ts";
import { LaunchError } from "./launch_error.ts";

type AccountKernel = Pick<Kernel, "open" | "read" | "close"> & Pick<Launching, "libcUser" | "libcGroup">;

/** Bytes of an account file that are read. A machine with more accounts does not keep them in a file. */
const MOST_OF_FILE = 1 << 26;

/** The credentials of an account. Throws LaunchError. */
export function findCredentials(kernel: AccountKernel, account: Account, newRoot: boolean): Credentials {
  if (account.kind === "invalid") {
    throw new LaunchError({ deed: "invalid numbers", on: account.text, why: "" });
  }
  if (account.kind === "numbers") return account.credentials;
  const { text, user, groups } = account;
  const look = <T>(path: string, inFile: (text: string) => T | undefined, inLibc: () => T | undefined): T =>
    lookUp(kernel, text, path, inFile, newRoot ? () => undefined : inLibc);
  const { uid, gid } = look("/etc/passwd", (file) => findUser(file, user), () => kernel.libcUser(user));
  const gids = groups.map((name) =>
    look("/etc/group", (file) => findGroup(file, name), () => kernel.libcGroup(name))
  );
  return { uid, gid: gids[0] ?? gid, groups: gids.length === 0 ? [gid] : gids };
}

/** Looks an entry up in the file, then in libc. `text` is what the command line says. Throws LaunchError. */
function lookUp<T>(
  kernel: AccountKernel,
  text: string,
  path: string,
  inFile: (text: string) => T | undefined,
  inLibc: () => T | undefined,
): T {
  let errno = 0;
  try {
    const entry = inFile(readFile(kernel, CWD, path, MOST_OF_FILE));
    if (entry !== undefined) return entry;
  } catch (thrown) {
    errno = errnoOf(thrown);
  }
  try {
    const entry = inLibc();
    if (entry !== undefined) return entry;
  } catch (thrown) {
    errno = errnoOf(thrown);
  }
  if (errno !== 0) throw new LaunchError({ deed: "read account files", on: text, why: errnoText(errno) });
  throw new LaunchError({ deed: "unknown account", on: text, why: "" });
}

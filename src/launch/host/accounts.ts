/**
 * Who an account is.
 *
 * /etc/passwd and /etc/group are read first, and libc is asked for names that they do not have: so local accounts need
 * neither nsswitch.conf nor a module of libc, are found in a root that holds nothing but the two files, and cost two
 * system calls; and accounts from LDAP and the like are found where libc is set up for them. In a new root libc is not
 * asked: it would load its modules from in there, as who the process still is.
 */
import { CWD } from "../../posix/descriptor.ts";
import { type Kernel, type Launching } from "../../runtime/kernel.ts";
import { errnoText } from "../../runtime/report.ts";
import { errnoOf } from "../../sys/error.ts";
import { type Account, findGroup, findUser, type Identity } from "../accounts.ts";
import { Failed } from "./failed.ts";
import { readText } from "./texts.ts";

type AccountKernel = Pick<Kernel, "open" | "read" | "close"> & Pick<Launching, "libcUser" | "libcGroup">;

/** A machine with more accounts than this has them elsewhere. */
const MOST_OF_FILE = 1 << 26;

/** Throws `Failed`. */
export function identityOf(kernel: AccountKernel, account: Account, newRoot: boolean): Identity {
  if (account.kind === "invalid") throw new Failed({ deed: "invalid numbers", on: account.text, why: "" });
  if (account.kind === "numbers") return account.identity;
  const { text, user, groups } = account;
  const look = <T>(path: string, inFile: (text: string) => T | undefined, inLibc: () => T | undefined): T =>
    found(kernel, text, path, inFile, newRoot ? () => undefined : inLibc);
  const { uid, gid } = look("/etc/passwd", (file) => findUser(file, user), () => kernel.libcUser(user));
  const gids = groups.map((name) =>
    look("/etc/group", (file) => findGroup(file, name), () => kernel.libcGroup(name))
  );
  return { uid, gid: gids[0] ?? gid, groups: gids.length === 0 ? [gid] : gids };
}

/** `text` is what the command line says. */
function found<T>(
  kernel: AccountKernel,
  text: string,
  path: string,
  inFile: (text: string) => T | undefined,
  inLibc: () => T | undefined,
): T {
  let errno = 0;
  try {
    const entry = inFile(readText(kernel, CWD, path, MOST_OF_FILE));
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
  if (errno !== 0) throw new Failed({ deed: "read account files", on: text, why: errnoText(errno) });
  throw new Failed({ deed: "unknown account", on: text, why: "" });
}

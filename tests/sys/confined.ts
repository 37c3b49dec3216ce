/** Gives rights up, then prints as JSON what it still can do. Run by src/sys/confinement_test.ts. */
import { CWD, type Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import { OPEN } from "../../src/runtime/kernel.ts";
import { linuxKernel } from "../linux_kernel.ts";
import { bytesOf } from "../../src/sys/bytes.ts";
import { SysError } from "../../src/sys/error.ts";
import type { SymbolName } from "../../src/sys/symbols.ts";

const CALLS: readonly SymbolName[] = [
  "openat",
  "close",
  "read",
  "write",
  "statx",
  "mkdirat",
  "renameat",
  "unlinkat",
  "symlinkat",
  "getdents64",
  "ftruncate",
  "setgroups",
  "setresgid",
  "setresuid",
  "getgroups",
  "getresgid",
  "getresuid",
  "prctl",
  "landlock_create_ruleset",
  "landlock_add_rule",
  "landlock_restrict_self",
];

const kernel = await linuxKernel(new Set(CALLS), { args: [], longLived: false });

/** Returns `done`, or the name of the errno. */
function outcome(act: () => void): string {
  try {
    act();
    return "done";
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    const { errno } = thrown;
    return Object.entries(ERRNO).find(([, number]) => number === errno)?.[0] ?? `${errno}`;
  }
}

function read(path: string): void {
  const fd = kernel.open(CWD, path, OPEN.read);
  kernel.read(fd, new Uint8Array(10));
  kernel.close(fd);
}

function write(path: string): void {
  const fd = kernel.open(CWD, path, OPEN.write | OPEN.append | OPEN.create, 0o600);
  kernel.write(fd, bytesOf("more"));
  kernel.truncate(fd, 2);
  kernel.close(fd);
}

function list(path: string): void {
  const fd = kernel.open(CWD, path, OPEN.read | OPEN.directory);
  kernel.readDirectory(fd);
  kernel.close(fd);
}

function place(path: string): Fd {
  return kernel.open(CWD, path, OPEN.path | OPEN.directory);
}

function confine(directory: string): Record<string, unknown> {
  const at = (path: string) => `${directory}/${path}`;
  const before = kernel.open(CWD, at("outside/file"), OPEN.read);
  const outside = place(at("outside"));
  kernel.giveUpPrivileges();
  const confined = kernel.confine([
    { directory: place(at("written")), write: true },
    { directory: place(at("read")), write: false },
  ]);
  return {
    confined,
    "written: read": outcome(() => read(at("written/file"))),
    "written: make, write, cut, rename, remove": outcome(() => {
      write(at("written/new"));
      kernel.close(kernel.open(CWD, at("written/new"), OPEN.write | OPEN.truncate));
      kernel.rename(CWD, at("written/new"), at("written/newer"));
      kernel.unlink(CWD, at("written/newer"));
    }),
    "written, beneath: write": outcome(() => write(at("written/inner/file"))),
    "written: list": outcome(() => list(at("written"))),
    "written: make a directory": outcome(() => kernel.mkdir(CWD, at("written/dir"), 0o700)),
    "written: make a link": outcome(() => kernel.symlink("file", CWD, at("written/link"))),
    "read: read": outcome(() => read(at("read/file"))),
    "read: write": outcome(() => write(at("read/file"))),
    "read: remove": outcome(() => kernel.unlink(CWD, at("read/file"))),
    "outside: read": outcome(() => read(at("outside/file"))),
    "outside: make": outcome(() => write(at("outside/new"))),
    "outside: list": outcome(() => list(at("outside"))),
    "outside, through ..: read": outcome(() => read(at("written/../outside/file"))),
    "/etc/passwd: read": outcome(() => read("/etc/passwd")),
    "opened before: read": outcome(() => void kernel.read(before, new Uint8Array(10))),
    "TCP: listen": listenOutcome(),
    "again, for more: outside": outcome(() => {
      kernel.confine([{ directory: outside, write: true }]);
      write(at("outside/new"));
    }),
  };
}

function listenOutcome(): string {
  try {
    Deno.listen({ hostname: "127.0.0.1", port: 0 }).close();
    return "done";
  } catch (error) {
    return error instanceof Error ? error.constructor.name : String(error);
  }
}

function status(key: string): string {
  const text = Deno.readTextFileSync("/proc/thread-self/status");
  return (new RegExp(`^${key}:(.*)$`, "m").exec(text)?.[1] ?? "").trim().replaceAll(/\s+/g, " ");
}

function privileges(): Record<string, unknown> {
  const before = status("NoNewPrivs");
  kernel.giveUpPrivileges();
  return { before, after: status("NoNewPrivs") };
}

function user(uid: number, gid: number, groups: readonly number[]): Record<string, unknown> {
  kernel.becomeUser(uid, gid, groups);
  const path = Deno.makeTempFileSync({ prefix: "denit-confine-" });
  const { uid: owner, gid: group } = Deno.statSync(path);
  Deno.removeSync(path);
  return {
    uid: status("Uid"),
    gid: status("Gid"),
    groups: status("Groups"),
    again: outcome(() => kernel.becomeUser(uid, gid, groups)),
    back: outcome(() => kernel.becomeUser(0, 0, [])),
    file: `${owner}:${group}`,
  };
}

function perform(act: string, [first = "", second = "", third = ""]: readonly string[]): unknown {
  switch (act) {
    case "confine":
      return confine(first);
    case "privileges":
      return privileges();
    case "user":
      return user(Number(first), Number(second), third === "" ? [] : third.split(",").map(Number));
  }
  throw new Error(`unknown act ${act}`);
}

const [act = "", ...args] = Deno.args;
console.log(JSON.stringify(perform(act, args)));

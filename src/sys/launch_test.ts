/** Accounts, limits and descriptors for the program that a process becomes. */
import { CWD } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { OPEN } from "../runtime/kernel.ts";
import { linuxKernel } from "../../tests/linux_kernel.ts";
import { SysError } from "./error.ts";
import type { SymbolName } from "./symbols.ts";

const CALLS: readonly SymbolName[] = [
  "openat",
  "close",
  "fcntl",
  "dup2",
  "faccessat",
  "getrlimit",
  "setrlimit",
  "getpwnam_r",
  "getgrnam_r",
  "setsid",
  "unlinkat",
];

const kernel = await linuxKernel(new Set(CALLS), { args: [], longLived: false });

function errnoOf(act: () => void): number {
  return assertThrows(act, SysError).errno;
}

Deno.test("libc knows root and its group by name, and knows no account of an unused name", () => {
  assertEquals(kernel.libcUser("root"), { uid: 0, gid: 0 });
  assertEquals(kernel.libcGroup("root"), 0);
  assertEquals(kernel.libcUser("no such user"), undefined);
  assertEquals(kernel.libcGroup("no such group"), undefined);
});

Deno.test("libc and /etc/passwd agree about every account in it", () => {
  for (const line of Deno.readTextFileSync("/etc/passwd").split("\n").filter((line) => /^[a-z]/.test(line))) {
    const [name = "", , uid, gid] = line.split(":");
    assertEquals(kernel.libcUser(name), { uid: Number(uid), gid: Number(gid) }, name);
  }
});

Deno.test("checkExecutable() throws the errno with which execve would fail", () => {
  kernel.checkExecutable("/bin/sh");
  assertEquals(errnoOf(() => kernel.checkExecutable("/nosuch")), ERRNO.ENOENT);
  assertEquals(errnoOf(() => kernel.checkExecutable("/etc/passwd")), ERRNO.EACCES);
  assertEquals(errnoOf(() => kernel.checkExecutable("/etc/passwd/x")), ERRNO.ENOTDIR);
});

Deno.test("setLimit() sets a soft limit, and never above the hard one", () => {
  const hard = kernel.hardLimit("core");
  kernel.setLimit({ resource: "core", soft: 0n });
  assert(/^Max core file size +0 /m.test(Deno.readTextFileSync("/proc/self/limits")));
  kernel.setLimit({ resource: "core", soft: 0xffff_ffff_ffff_ffffn });
  assertEquals(kernel.hardLimit("core"), hard);
});

Deno.test("handOn() keeps a descriptor open on exec, and closeOpen() throws for one that is not open", () => {
  const fd = kernel.open(CWD, "/", OPEN.read);
  assertEquals(kernel.isHandedOn(fd), false);
  kernel.handOn(fd);
  assertEquals(kernel.isHandedOn(fd), true);
  kernel.closeOpen(fd);
  assertEquals(kernel.isHandedOn(fd), false);
  assertEquals(errnoOf(() => kernel.closeOpen(fd)), ERRNO.EBADF);
});

/** Giving up for good: ids (credentials(7)), privileges (prctl(2)) and the file system (landlock(7)). */
import { ERRNO } from "../posix/errno.ts";
import { MOST_GROUPS } from "../posix/maximum.ts";
import { Calls, size } from "./calls.ts";
import { SysError } from "./error.ts";
import type { Allowed } from "./facts.ts";
import type { Bound } from "./libc.ts";

/** Option of prctl(2) (linux/prctl.h). */
const PR_SET_NO_NEW_PRIVS = 38;
/** Numbers of system calls: since 424 they are the same on x86_64 and aarch64 (asm-generic/unistd.h). */
const CREATE_RULESET = 444n;
const ADD_RULE = 445n;
const RESTRICT_SELF = 446n;
/** Flag and kind of rule (linux/landlock.h). */
const CREATE_RULESET_VERSION = 1n;
const RULE_PATH_BENEATH = 1n;
const NO_FLAGS = 0n;
/** The number for which setresuid(2) leaves an id unchanged. */
const SAME = 0xffff_ffff;

/** Accesses to files (LANDLOCK_ACCESS_FS_*, linux/landlock.h). */
const FS = {
  execute: 1 << 0,
  writeFile: 1 << 1,
  readFile: 1 << 2,
  readDir: 1 << 3,
  removeFile: 1 << 5,
  makeReg: 1 << 8,
  truncate: 1 << 14,
  ioctlDev: 1 << 15,
} as const;

/** The number of accesses to files that Landlock knows, by its version (linux/landlock.h). */
const FS_BITS_OF_VERSION: readonly number[] = [0, 13, 14, 15, 15, 16];
/** The version that knows files and nothing else. */
const FILES_VERSION = 1;
/** Bind and connect of TCP, from version 4 on. */
const NET_ALL = 0b11;
const NET_VERSION = 4;
/** Abstract sockets of other processes, and signals to them, from version 6 on. */
const SCOPE_ALL = 0b11;
const SCOPE_VERSION = 6;

const READS = FS.readFile | FS.readDir;
const WRITES = READS | FS.writeFile | FS.removeFile | FS.makeReg | FS.truncate;
/** Accesses that can be allowed for a file that is no directory. */
const OF_FILES = FS.execute | FS.writeFile | FS.readFile | FS.truncate | FS.ioctlDev;

/** The accesses of a rule, as a mask. */
function accessOf({ write, programs = false }: Allowed): number {
  if (programs) return write ? -1 : READS | FS.execute;
  return write ? WRITES : READS;
}

/** Ids, no_new_privs and Landlock. */
export class ConfinementCalls extends Calls {
  constructor(bound: Bound) {
    super(bound);
  }

  /**
   * Takes on real, effective and saved ids and supplementary groups, and makes sure that there is no way back. Where they
   * are the process's own already it does nothing, so that this needs no privilege.
   */
  becomeUser(uid: number, gid: number, groups: readonly number[]): void {
    if (!this.#isUser(uid, gid, groups)) this.takeOn(uid, gid, groups);
  }

  /**
   * Becomes a user as `becomeUser` does. But without a privilege this fails, as setgroups(2) does, even if the process
   * has these ids already.
   */
  takeOn(uid: number, gid: number, groups: readonly number[]): void {
    if (this.c.setgroups(size(groups.length), bytesOfNumbers(groups)) < 0) this.fail("setgroups");
    if (this.c.setresgid(gid, gid, gid) < 0) this.fail("setresgid");
    if (this.c.setresuid(uid, uid, uid) < 0) this.fail("setresuid");
    const stays = this.#isUser(uid, gid, groups) && (uid === 0 || this.c.setresuid(SAME, 0, SAME) < 0);
    if (!stays) throw new SysError({ call: "setresuid", errno: ERRNO.EPERM });
  }

  #isUser(uid: number, gid: number, groups: readonly number[]): boolean {
    const wanted = [...groups].sort();
    const own = [...this.#groups()].sort();
    return this.#ids("getresuid").every((id) => id === uid) &&
      this.#ids("getresgid").every((id) => id === gid) &&
      own.length === wanted.length && own.every((group, i) => group === wanted[i]);
  }

  #ids(call: "getresuid" | "getresgid"): Uint32Array {
    const ids = new Uint32Array(3);
    const bytes = (i: number) => new Uint8Array(ids.buffer, 4 * i, 4);
    if (this.c[call](bytes(0), bytes(1), bytes(2)) < 0) this.fail(call);
    return ids;
  }

  #groups(): Uint32Array {
    const groups = new Uint32Array(MOST_GROUPS);
    const count = this.c.getgroups(MOST_GROUPS, new Uint8Array(groups.buffer));
    return count < 0 ? this.fail("getgroups") : groups.subarray(0, count);
  }

  /** no_new_privs: no execve(2) of this process, or of what it starts, gives it more than it has. */
  giveUpPrivileges(): void {
    if (this.c.prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n) < 0) this.fail("prctl");
  }

  /**
   * Landlock: from here on this thread opens what lies beneath the rules' directories, and nothing else. It reaches no
   * TCP port and no abstract socket of another process, and signals no other process. With `onlyFiles` ports, sockets and
   * processes stay free. Descriptors that are open stay usable.
   *
   * Needs no_new_privs. False where the kernel has no Landlock or has it switched off.
   */
  confine(rules: readonly Allowed[], onlyFiles = false): boolean {
    const version = Number(this.c.landlock_create_ruleset(CREATE_RULESET, null, 0n, CREATE_RULESET_VERSION));
    if (version < 0) {
      const errno = this.lastErrno();
      if (errno === ERRNO.ENOSYS || errno === ERRNO.EOPNOTSUPP) return false;
      this.fail("landlock");
    }
    const handled = allOf(version);
    const ruleset = this.#ruleset(onlyFiles ? FILES_VERSION : version, handled);
    try {
      for (const rule of rules) this.#add(ruleset, rule, handled);
      if (this.c.landlock_restrict_self(RESTRICT_SELF, BigInt(ruleset), NO_FLAGS) < 0n) this.fail("landlock");
    } finally {
      this.c.close(ruleset);
    }
    return true;
  }

  /** struct landlock_ruleset_attr: what is denied unless a rule allows it. Fields that a version lacks are left off. */
  #ruleset(version: number, handled: number): number {
    const attributes = new BigUint64Array([BigInt(handled), BigInt(NET_ALL), BigInt(SCOPE_ALL)]);
    const fields = version >= SCOPE_VERSION ? 3 : version >= NET_VERSION ? 2 : 1;
    const bytes = new Uint8Array(attributes.buffer, 0, 8 * fields);
    const fd = Number(this.c.landlock_create_ruleset(CREATE_RULESET, bytes, size(bytes.length), NO_FLAGS));
    return fd < 0 ? this.fail("landlock") : fd;
  }

  /** struct landlock_path_beneath_attr, packed: access, descriptor. */
  #add(ruleset: number, rule: Allowed, handled: number): void {
    const access = accessOf(rule) & handled;
    if (this.#addAccess(ruleset, rule.directory, access)) return;
    // Landlock refuses accesses to a file that only a directory can have.
    const isFile = rule.programs === true && this.lastErrno() === ERRNO.EINVAL;
    if (!isFile || !this.#addAccess(ruleset, rule.directory, access & OF_FILES)) this.fail("landlock");
  }

  #addAccess(ruleset: number, directory: number, access: number): boolean {
    const attributes = new DataView(new ArrayBuffer(12));
    attributes.setBigUint64(0, BigInt(access), true);
    attributes.setInt32(8, directory, true);
    const bytes = new Uint8Array(attributes.buffer);
    return this.c.landlock_add_rule(ADD_RULE, BigInt(ruleset), RULE_PATH_BENEATH, bytes, NO_FLAGS) >= 0n;
  }
}

/** All accesses to files that a version knows, as a mask. Accesses that later versions add stay allowed. */
function allOf(version: number): number {
  const bits = FS_BITS_OF_VERSION[Math.min(version, FS_BITS_OF_VERSION.length - 1)] ?? 0;
  return (1 << bits) - 1;
}

function bytesOfNumbers(numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}

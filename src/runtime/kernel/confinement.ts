/** Giving up ids, privileges and files for good. */
import type { Allowed } from "../../sys/facts.ts";

/** Ids, privileges, and the file system that can be reached. There is no way back from any of these. */
export interface Confinement {
  /**
   * Takes on ids and supplementary groups, and makes sure that there is no way back. Does nothing where they are the
   * process's own already.
   */
  becomeUser(uid: number, gid: number, groups: readonly number[]): void;
  /** prctl(2), PR_SET_NO_NEW_PRIVS. */
  giveUpPrivileges(): void;
  /**
   * Landlock: from here on nothing can be opened but what lies beneath `allowed`. Needs `giveUpPrivileges`. With
   * `onlyFiles` ports, sockets and other processes stay free. False where the kernel has no Landlock.
   */
  confine(allowed: readonly Allowed[], onlyFiles?: boolean): boolean;
}

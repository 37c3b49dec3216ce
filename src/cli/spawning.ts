/** A part of every scope that starts programs. */
import type { SymbolName } from "../sys/symbols.ts";

/** The functions that start a program in a clean state and in a directory of its own (posix_spawn(3)). */
export const SPAWNING: readonly SymbolName[] = [
  "posix_spawn",
  "posix_spawn_file_actions_init",
  "posix_spawn_file_actions_destroy",
  "posix_spawn_file_actions_adddup2",
  "posix_spawn_file_actions_addfchdir_np",
  "posix_spawn_file_actions_addchdir_np",
  "posix_spawnattr_init",
  "posix_spawnattr_setflags",
  "posix_spawnattr_setsigmask",
  "posix_spawnattr_setsigdefault",
];

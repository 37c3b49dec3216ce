import type { SymbolName } from "../sys/symbols.ts";

/** What a program is started with (posix_spawn(3)), in a directory of its own. */
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

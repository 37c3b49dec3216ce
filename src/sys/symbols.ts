/** Every libc function denit may call. An applet binds only those its scopes name (libc.ts). */

const PTR = "buffer";
const INT = "i32";
const SIZE = "usize";

export const SYMBOLS = {
  // Descriptors. Results of read and write fit 31 bits (counts are capped below), so i32 avoids BigInts.
  openat: { parameters: [INT, PTR, INT, "u32"], result: INT },
  close: { parameters: [INT], result: INT },
  read: { parameters: [INT, PTR, SIZE], result: INT },
  pread: { parameters: [INT, PTR, SIZE, "i64"], result: INT },
  write: { parameters: [INT, PTR, SIZE], result: INT },
  statx: { parameters: [INT, PTR, INT, "u32", PTR], result: INT },
  mkdirat: { parameters: [INT, PTR, "u32"], result: INT },
  mkfifoat: { parameters: [INT, PTR, "u32"], result: INT },
  renameat: { parameters: [INT, PTR, INT, PTR], result: INT },
  unlinkat: { parameters: [INT, PTR, INT], result: INT },
  symlinkat: { parameters: [PTR, INT, PTR], result: INT },
  readlinkat: { parameters: [INT, PTR, PTR, SIZE], result: INT },
  getdents64: { parameters: [INT, PTR, SIZE], result: INT },
  fchmod: { parameters: [INT, "u32"], result: INT },
  fchmodat: { parameters: [INT, PTR, "u32", INT], result: INT },
  fsync: { parameters: [INT], result: INT },
  ftruncate: { parameters: [INT, "i64"], result: INT },
  // Addresses as numbers: they are kept and handed back, never followed.
  mmap: { parameters: ["i64", SIZE, INT, INT, INT, "i64"], result: "i64" },
  madvise: { parameters: ["i64", SIZE, INT], result: INT },
  munmap: { parameters: ["i64", SIZE], result: INT },
  posix_fallocate: { parameters: [INT, "i64", "i64"], result: INT },
  splice: { parameters: [INT, PTR, INT, PTR, SIZE, "u32"], result: INT },
  flock: { parameters: [INT, INT], result: INT },
  pipe2: { parameters: [PTR, INT], result: INT },
  fcntl: { parameters: [INT, INT, INT], result: INT },
  dup2: { parameters: [INT, INT], result: INT },
  // glibc 2.34
  close_range: { parameters: ["u32", "u32", INT], result: INT, optional: true },
  poll: { parameters: [PTR, "u64", INT], result: INT },
  fchdir: { parameters: [INT], result: INT },

  // Waiting
  epoll_create1: { parameters: [INT], result: INT },
  epoll_ctl: { parameters: [INT, INT, INT, PTR], result: INT },
  epoll_wait: { parameters: [INT, PTR, INT, INT], result: INT },
  signalfd: { parameters: [INT, PTR, INT], result: INT },
  pthread_sigmask: { parameters: [INT, PTR, PTR], result: INT },
  inotify_init1: { parameters: [INT], result: INT },
  inotify_add_watch: { parameters: [INT, PTR, "u32"], result: INT },
  inotify_rm_watch: { parameters: [INT, INT], result: INT },
  clock_gettime: { parameters: [INT, PTR], result: INT },
  tzset: { parameters: [], result: "void" },
  localtime_r: { parameters: [PTR, PTR], result: "pointer" },

  // Processes
  getpid: { parameters: [], result: INT },
  getppid: { parameters: [], result: INT },
  geteuid: { parameters: [], result: INT },
  kill: { parameters: [INT, INT], result: INT },
  waitpid: { parameters: [INT, PTR, INT], result: INT },
  // libc has these two since glibc 2.36 only.
  pidfd_open: { name: "syscall", parameters: ["i64", "i64", "u64"], result: "i64" },
  pidfd_send_signal: { name: "syscall", parameters: ["i64", "i64", "i64", PTR, "u64"], result: "i64" },
  posix_spawn: { parameters: [PTR, PTR, PTR, PTR, PTR, PTR], result: INT },
  posix_spawn_file_actions_init: { parameters: [PTR], result: INT },
  posix_spawn_file_actions_destroy: { parameters: [PTR], result: INT },
  posix_spawn_file_actions_adddup2: { parameters: [PTR, INT, INT], result: INT },
  // glibc 2.29; without it the parent changes directory around the spawn.
  posix_spawn_file_actions_addfchdir_np: { parameters: [PTR, INT], result: INT, optional: true },
  posix_spawn_file_actions_addchdir_np: { parameters: [PTR, PTR], result: INT, optional: true },
  posix_spawnattr_init: { parameters: [PTR], result: INT },
  posix_spawnattr_setflags: { parameters: [PTR, "i16"], result: INT },
  posix_spawnattr_setsigmask: { parameters: [PTR, PTR], result: INT },
  posix_spawnattr_setsigdefault: { parameters: [PTR, PTR], result: INT },
  signal: { parameters: [INT, "pointer"], result: "pointer" },
  execve: { parameters: [PTR, PTR, PTR], result: INT },
  getrlimit: { parameters: [INT, PTR], result: INT },
  setrlimit: { parameters: [INT, PTR], result: INT },
  malloc_trim: { parameters: [SIZE], result: INT, optional: true },

  // UDP
  sendto: { parameters: [INT, PTR, SIZE, INT, PTR, "u32"], result: INT },

  // Sockets of one machine
  socket: { parameters: [INT, INT, INT], result: INT },
  socketpair: { parameters: [INT, INT, INT, PTR], result: INT },
  bind: { parameters: [INT, PTR, "u32"], result: INT },
  listen: { parameters: [INT, INT], result: INT },
  accept4: { parameters: [INT, PTR, PTR, INT], result: INT },
  connect: { parameters: [INT, PTR, "u32"], result: INT },
  getsockopt: { parameters: [INT, INT, INT, PTR, PTR], result: INT },
  sendmsg: { parameters: [INT, PTR, INT], result: INT },
  recvmsg: { parameters: [INT, PTR, INT], result: INT },

  // Confinement
  setgroups: { parameters: [SIZE, PTR], result: INT },
  setresgid: { parameters: ["u32", "u32", "u32"], result: INT },
  setresuid: { parameters: ["u32", "u32", "u32"], result: INT },
  getgroups: { parameters: [INT, PTR], result: INT },
  getresgid: { parameters: [PTR, PTR, PTR], result: INT },
  getresuid: { parameters: [PTR, PTR, PTR], result: INT },
  prctl: { parameters: [INT, "u64", "u64", "u64", "u64"], result: INT },
  // The same function, for what takes a text.
  prctl_text: { name: "prctl", parameters: [INT, PTR, "u64", "u64", "u64"], result: INT },
  // libc has no functions of these names: each is syscall(2), and its first argument is the call's number.
  landlock_create_ruleset: { name: "syscall", parameters: ["i64", PTR, SIZE, "u64"], result: "i64" },
  landlock_add_rule: { name: "syscall", parameters: ["i64", "i64", "i64", PTR, "u64"], result: "i64" },
  landlock_restrict_self: { name: "syscall", parameters: ["i64", "i64", "u64"], result: "i64" },

  // The state a program starts in
  setsid: { parameters: [], result: INT },
  chroot: { parameters: [PTR], result: INT },
  nice: { parameters: [INT], result: INT },
  setpriority: { parameters: [INT, "u32", INT], result: INT },
  sched_setaffinity: { parameters: [INT, SIZE, PTR], result: INT },
  faccessat: { parameters: [INT, PTR, INT, INT], result: INT },
  getpwnam_r: { parameters: [PTR, PTR, PTR, SIZE, PTR], result: INT },
  getgrnam_r: { parameters: [PTR, PTR, PTR, SIZE, PTR], result: INT },

  // Terminals, and who uses them
  ioctl: { parameters: [INT, "u32", PTR], result: INT },
  // The same function, for what takes a number; and so for fcntl, which takes a lock.
  ioctl_number: { name: "ioctl", parameters: [INT, "u32", "i64"], result: INT },
  fcntl_lock: { name: "fcntl", parameters: [INT, INT, PTR], result: INT },
  ttyname_r: { parameters: [INT, PTR, SIZE], result: INT },
  fchown: { parameters: [INT, "u32", "u32"], result: INT },
  getsid: { parameters: [INT], result: INT },
  uname: { parameters: [PTR], result: INT },
  pwrite: { parameters: [INT, PTR, SIZE, "i64"], result: INT },

  // Facts, read before ffi is given up
  getauxval: { parameters: ["u64"], result: "pointer" },
  realpath: { parameters: [PTR, PTR], result: "pointer" },
  getcwd: { parameters: [PTR, SIZE], result: "pointer" },
  __errno_location: { parameters: [], result: "pointer" },
  environ: { type: "pointer" },
  program_invocation_name: { type: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

export type SymbolName = keyof typeof SYMBOLS;

/** Called once or twice in the life of a process: not worth the time it takes to make them quick. */
export const SELDOM: ReadonlySet<string> = new Set<SymbolName>([
  "socket",
  "socketpair",
  "bind",
  "listen",
  "connect",
  "getsockopt",
  "accept4",
  "sendmsg",
  "recvmsg",
  "dup2",
  "setgroups",
  "setresgid",
  "setresuid",
  "getgroups",
  "getresgid",
  "getresuid",
  "prctl",
  "prctl_text",
  "landlock_create_ruleset",
  "landlock_add_rule",
  "landlock_restrict_self",
  "execve",
  "pidfd_open",
  "pidfd_send_signal",
  "signal",
  "close_range",
  "getppid",
  "getrlimit",
  "setrlimit",
  "setsid",
  "chroot",
  "nice",
  "setpriority",
  "sched_setaffinity",
  "faccessat",
  "getpwnam_r",
  "getgrnam_r",
  "ioctl",
  "ioctl_number",
  "fcntl_lock",
  "ttyname_r",
  "fchown",
  "getsid",
  "uname",
  "pwrite",
]);

/**
 * Every function of libc that denit may call. An applet binds only those that its scopes name (libc.ts).
 *
 * A line is `[NAME:]PARAMETERS=RESULT[?][~]`. A letter is a type (see `LETTERS`); a letter alone is a variable. NAME is
 * the function's name in libc, where that differs. `?`: some libc that is used lacks the function, which is then null.
 * `~`: the function is called once or twice in the life of a process, so it is not worth the time to make it quick.
 *
 * Every call of sv reads this table. Written out as Deno takes it, the table would be four times as long.
 */

/** Deno's names of the types, by the letters of this table. */
export const LETTERS = {
  i: "i32",
  u: "u32",
  h: "i16",
  l: "i64",
  q: "u64",
  z: "usize",
  /** Our own memory, as a typed array. */
  p: "buffer",
  /** An address. */
  a: "pointer",
  v: "void",
} as const;

/** Files and descriptors: every applet has the code that calls these. */
const FILES = {
  // Descriptors. Results of read and write fit 31 bits (counts are capped below), so i32 avoids BigInts.
  openat: "ipiu=i",
  close: "i=i",
  read: "ipz=i",
  pread: "ipzl=i",
  pwrite: "ipzl=i",
  write: "ipz=i",
  statx: "ipiup=i",
  mkdirat: "ipu=i",
  mkfifoat: "ipu=i",
  renameat: "ipip=i",
  unlinkat: "ipi=i",
  symlinkat: "pip=i",
  readlinkat: "ippz=i",
  getdents64: "ipz=i~",
  fchmod: "iu=i~",
  fchmodat: "ipui=i",
  fsync: "i=i~",
  ftruncate: "il=i~",
  // Addresses as numbers: they are kept and handed back, never followed.
  mmap: "lziiil=l~",
  munmap: "lz=i~",
  flock: "ii=i~",
  pipe2: "pi=i",
  fcntl: "iii=i",
  dup2: "ii=i~",
  // glibc 2.34
  close_range: "uui=i?~",
  poll: "pqi=i",
  fchdir: "i=i~",
} as const;

/** Room in files, and splicing. */
const MEMORY = {
  posix_fallocate: "ill=i~",
  splice: "ipipzu=i",
} as const;

/** Dropping pages of the program. */
const PROGRAM_PAGES = {
  madvise: "lzi=i~",
} as const;

/** Waiting, signals as descriptors, changes of files, clocks: every applet has the code that calls these. */
const WAITING = {
  epoll_create1: "i=i~",
  epoll_ctl: "iiip=i~",
  epoll_wait: "ipii=i",
  signalfd: "ipi=i~",
  pthread_sigmask: "ipp=i~",
  inotify_init1: "i=i",
  inotify_add_watch: "ipu=i",
  inotify_rm_watch: "ii=i",
  clock_gettime: "ip=i",
  tzset: "=v",
  localtime_r: "pp=a",
} as const;

/** Children, becoming another program, limits. */
const PROCESSES = {
  getpid: "=i~",
  getppid: "=i~",
  geteuid: "=i~",
  kill: "ii=i",
  waitpid: "ipi=i",
  posix_spawn: "pppppp=i",
  posix_spawn_file_actions_init: "p=i",
  posix_spawn_file_actions_destroy: "p=i",
  posix_spawn_file_actions_adddup2: "pii=i",
  // glibc 2.29; without it the parent changes directory around the spawn.
  posix_spawn_file_actions_addfchdir_np: "pi=i?",
  posix_spawn_file_actions_addchdir_np: "pp=i?",
  posix_spawnattr_init: "p=i",
  posix_spawnattr_setflags: "ph=i",
  posix_spawnattr_setsigmask: "pp=i",
  posix_spawnattr_setsigdefault: "pp=i",
  signal: "ia=a~",
  execve: "ppp=i~",
  getrlimit: "ip=i~",
  setrlimit: "ip=i~",
  malloc_trim: "z=i?~",
} as const;

/** Processes that are not our children. */
const OTHERS = {
  // libc has these two since glibc 2.36 only.
  pidfd_open: "syscall:llq=l~",
  pidfd_send_signal: "syscall:lllpq=l~",
  // ioctl(2) of a pidfd.
  pidfd_info: "ioctl:iup=i~",
} as const;

/** UDP. */
const DATAGRAMS = {
  sendto: "ipzipu=i",
} as const;

/** Sockets between processes of one machine. */
const SOCKETS = {
  socket: "iii=i~",
  socketpair: "iiip=i~",
  bind: "ipu=i~",
  listen: "ii=i~",
  accept4: "ippi=i~",
  connect: "ipu=i~",
  getsockopt: "iiipp=i~",
  sendmsg: "ipi=i~",
  recvmsg: "ipi=i~",
} as const;

/** Ids, privileges, Landlock. */
const CONFINEMENT = {
  setgroups: "zp=i~",
  setresgid: "uuu=i~",
  setresuid: "uuu=i~",
  getgroups: "ip=i~",
  getresgid: "ppp=i~",
  getresuid: "ppp=i~",
  prctl: "iqqqq=i~",
  // libc has no functions of these names: each is syscall(2), and its first argument is the call's number.
  landlock_create_ruleset: "syscall:lpzq=l~",
  landlock_add_rule: "syscall:lllpq=l~",
  landlock_restrict_self: "syscall:llq=l~",
} as const;

/** The state that a program starts in, and accounts. */
const LAUNCH = {
  // prctl, for an option that takes a text.
  prctl_text: "prctl:ipqqq=i~",
  setsid: "=i~",
  chroot: "p=i~",
  nice: "i=i~",
  setpriority: "iui=i~",
  sched_setaffinity: "izp=i~",
  faccessat: "ipii=i~",
  getpwnam_r: "pppzp=i~",
  getgrnam_r: "pppzp=i~",
} as const;

/** Terminals, and the files that tell who uses them. */
const TERMINAL = {
  ioctl: "iup=i~",
  // ioctl for a request that takes a number, and fcntl for a command that takes a lock.
  ioctl_number: "ioctl:iul=i~",
  fcntl_lock: "fcntl:iip=i~",
  ttyname_r: "ipz=i~",
  fchown: "iuu=i~",
  getsid: "i=i~",
  uname: "p=i~",
} as const;

/** Functions and variables that libc.ts reads before ffi is given up. */
const FACTS = {
  getauxval: "q=a",
  realpath: "pp=a",
  getcwd: "pz=a",
  __errno_location: "=a",
  environ: "a",
  program_invocation_name: "a",
} as const;

/**
 * Functions by the part of `sys` that calls them. A part is read in only where a scope names one of its functions
 * (`runtime/parts.ts`).
 */
export const PARTS = {
  processes: PROCESSES,
  others: OTHERS,
  datagrams: DATAGRAMS,
  sockets: SOCKETS,
  confinement: CONFINEMENT,
  launch: LAUNCH,
  terminal: TERMINAL,
  memory: MEMORY,
  programPages: PROGRAM_PAGES,
} as const;

/** The whole table. */
export const SYMBOLS = {
  ...FILES,
  ...WAITING,
  ...PROCESSES,
  ...OTHERS,
  ...DATAGRAMS,
  ...SOCKETS,
  ...CONFINEMENT,
  ...LAUNCH,
  ...TERMINAL,
  ...MEMORY,
  ...PROGRAM_PAGES,
  ...FACTS,
} as const;

/** The name of a function or variable in the table; with `NAME:` it is called otherwise in libc. */
export type SymbolName = keyof typeof SYMBOLS;

/**
 * Every libc function denit may call. An applet binds only those its scopes name (libc.ts).
 *
 * `[NAME:]PARAMETERS=RESULT[?][~]`, where a letter is a type (see `Letters`); a letter alone is a variable. NAME is what
 * libc calls it, where that differs. `?`: not in every libc that is used, and then null. `~`: called once or twice in the
 * life of a process, and not worth the time it takes to make it quick. (Every call of sv reads this table: written out
 * as Deno takes it, it would be four times as long.)
 */

/** Deno's names of the types. */
export const LETTERS = {
  i: "i32",
  u: "u32",
  h: "i16",
  l: "i64",
  q: "u64",
  z: "usize",
  /** Memory of ours. */
  p: "buffer",
  /** An address. */
  a: "pointer",
  v: "void",
} as const;

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

const MEMORY = {
  posix_fallocate: "ill=i~",
  splice: "ipipzu=i",
} as const;

const PROGRAM_PAGES = {
  madvise: "lzi=i~",
} as const;

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

/** Of others than our children. */
const OTHERS = {
  // libc has these two since glibc 2.36 only.
  pidfd_open: "syscall:llq=l~",
  pidfd_send_signal: "syscall:lllpq=l~",
  // ioctl(2) of a pidfd.
  pidfd_info: "ioctl:iup=i~",
} as const;

const DATAGRAMS = {
  sendto: "ipzipu=i",
} as const;

/** Of one machine. */
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

/** The state a program starts in. */
const LAUNCH = {
  // prctl, for what takes a text.
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

/** Terminals, and who uses them. */
const TERMINAL = {
  ioctl: "iup=i~",
  // The same function, for what takes a number; and so for fcntl, which takes a lock.
  ioctl_number: "ioctl:iul=i~",
  fcntl_lock: "fcntl:iip=i~",
  ttyname_r: "ipz=i~",
  fchown: "iuu=i~",
  getsid: "i=i~",
  uname: "p=i~",
} as const;

/** Read before ffi is given up. */
const FACTS = {
  getauxval: "q=a",
  realpath: "pp=a",
  getcwd: "pz=a",
  __errno_location: "=a",
  environ: "a",
  program_invocation_name: "a",
} as const;

/** What is called by parts of `sys` that are read in only where a scope names one of them. */
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

export type SymbolName = keyof typeof SYMBOLS;

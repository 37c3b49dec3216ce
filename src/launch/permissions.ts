/**
 * Scopes of launchers. They keep no Deno permission, and a call binds only the libc functions of its own steps, because
 * binding is a part of a launcher's short life. If an applet of ours follows in the same process, it binds its own.
 */
import type { Scope } from "../cli/applet.ts";
import { SPAWNING } from "../cli/spawning.ts";
import type { LaunchRequest, Step } from "./plan.ts";

/** Becoming another program, in a clean state and with limits. */
export const BECOMING: Scope = {
  module: "launch",
  keeps: [],
  symbols: ["execve", "faccessat", "signal", "pthread_sigmask", "getrlimit", "setrlimit"],
};

/** Finding out whether that program is denit, and going on as it in the same process. */
export const CHAINING: Scope = {
  module: "launch",
  keeps: [],
  symbols: ["statx", "prctl", "prctl_text"],
};

/** Making a control group that limits the memory of an applet of ours. */
const MEMORY_GROUP: Scope["symbols"] = [
  "openat",
  "read",
  "close",
  "mkdirat",
  "getdents64",
  "getpid",
  "unlinkat",
];

const ACCOUNT: Scope["symbols"] = ["openat", "read", "close", "getpwnam_r", "getgrnam_r"];

/** The libc functions that each step calls. */
const OF_STEPS: Readonly<Record<Step["step"], Scope["symbols"]>> = {
  "control group": ["openat", "close", "mkdirat", "unlinkat"],
  "oom score": ["openat", "close"],
  "priority": ["setpriority"],
  "processors": ["sched_setaffinity"],
  "session": ["setsid"],
  "variables": ["openat", "read", "close", "getdents64"],
  "root": ["openat", "close", "fchdir", "chroot"],
  "directory": ["openat", "close", "fchdir"],
  "nice": ["nice"],
  "account variables": ACCOUNT,
  "account": [
    ...ACCOUNT,
    "setgroups",
    "setresgid",
    "setresuid",
    "getgroups",
    "getresgid",
    "getresuid",
  ],
  "lock": ["openat", "close", "flock", "dup2", "fcntl"],
  "close": ["close"],
  "no new privileges": ["prctl"],
  "confinement": [
    "openat",
    "close",
    "landlock_create_ruleset",
    "landlock_add_rule",
    "landlock_restrict_self",
  ],
  "limits": [],
};

/** The scopes of a plan with these steps. With `chains` the program may be an applet of ours. */
export function scopesOfSteps(steps: readonly Step["step"][], chains: boolean): readonly Scope[] {
  const symbols = steps.flatMap((step) => OF_STEPS[step]);
  if (!chains) return [BECOMING, { module: "launch", keeps: [], symbols }];
  const group = steps.includes("limits") ? MEMORY_GROUP : [];
  return [BECOMING, CHAINING, { module: "launch", keeps: [], symbols: [...symbols, ...group] }];
}

/** The scopes of one call. A refusal needs none but to print. */
export function scopesOfRequest(request: LaunchRequest, chains: boolean): readonly Scope[] {
  if (request.kind === "refusal") return [];
  return scopesOfSteps(request.plan.steps.map(({ step }) => step), chains);
}

/** Starting a program with copies of a pipe and waiting until they are closed. */
export const FGHACK: Scope = {
  module: "launch",
  keeps: [],
  symbols: [
    "pipe2",
    "read",
    "close",
    "fcntl",
    "getrlimit",
    "setrlimit",
    "waitpid",
    ...SPAWNING,
  ],
};

/** Reading standard input and writing over an argument of our own. */
export const READPROCTITLE: Scope = {
  module: "launch",
  keeps: [],
  symbols: ["read", "environ", "program_invocation_name"],
};

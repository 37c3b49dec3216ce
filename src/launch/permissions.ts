/**
 * What launchers need: of Deno nothing, unless an applet of ours may follow in the same process, which then binds what
 * it needs; and of libc what the steps of the call take, because binding takes part of their time.
 */
import type { Scope } from "../cli/applet.ts";
import { SPAWNING } from "../cli/spawning.ts";
import type { Reading, Step } from "./plan.ts";

/** Becoming another program: in a clean state, with limits. */
export const BECOMING: Scope = {
  module: "launch",
  keeps: [],
  symbols: ["execve", "faccessat", "signal", "pthread_sigmask", "getrlimit", "setrlimit"],
};

/** Finding out whether that program is denit, and going on as it. */
export const CHAINING: Scope = {
  module: "launch",
  keeps: [],
  symbols: ["statx", "prctl", "prctl_text"],
};

/** A control group for the memory of an applet of ours. */
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

/** For these steps; `chains`: the program may be an applet of ours. */
export function scopesOfSteps(steps: readonly Step["step"][], chains: boolean): readonly Scope[] {
  const symbols = steps.flatMap((step) => OF_STEPS[step]);
  if (!chains) return [BECOMING, { module: "launch", keeps: [], symbols }];
  const group = steps.includes("limits") ? MEMORY_GROUP : [];
  return [BECOMING, CHAINING, { module: "launch", keeps: [], symbols: [...symbols, ...group] }];
}

/** For one call. What is refused needs nothing but to say so. */
export function scopesOfReading(reading: Reading, chains: boolean): readonly Scope[] {
  if (reading.kind === "refusal") return [];
  return scopesOfSteps(reading.plan.steps.map(({ step }) => step), chains);
}

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

export const READPROCTITLE: Scope = {
  module: "launch",
  keeps: [],
  symbols: ["read", "environ", "program_invocation_name"],
};

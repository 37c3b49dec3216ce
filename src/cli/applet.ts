import type { Kernel, Launching, Limit, Terminals } from "../runtime/kernel.ts";
import type { SymbolName } from "../sys/symbols.ts";
import type { Become, Leaves, Outcome } from "./outcome.ts";

/**
 * What a module needs of Deno and of libc. `main.ts` binds `symbols`, then revokes every Deno permission
 * that no scope of the applet lists under `keeps` (ffi itself included: bound symbols go on working).
 */
export interface Scope {
  readonly module: string;
  /** Deno permission names that stay granted while the applet runs. */
  readonly keeps: readonly Deno.PermissionName[];
  /** Names in `sys/symbols.ts` the module's host calls. */
  readonly symbols: readonly SymbolName[];
}

/** How the program was called. All strings are byte strings. */
export interface Invocation {
  /** argv[0] as given. */
  readonly argv0: string;
  /** The applet's name: the last path component of argv[0], or the word after `denit`. */
  readonly name: string;
  readonly args: readonly string[];
  readonly kernel: Kernel & Launching & Terminals;
  /** What launchers before this one in the same process have left to be done, or done for good. */
  readonly inherited: Inherited;
  /** Absolute path of the program file (or link) that was executed; empty for a row that does not say it needs that. */
  ownPath(): string;
  /** The program file itself, to be started as `denit APPLET`; undefined where the row does not say `startsItself`. */
  program(): string | undefined;
}

export interface Inherited extends Leaves {
  readonly limits: readonly Limit[];
  /** The row of the applet that is executed with this outcome, here and now; undefined where that is no applet of ours. */
  nextOf(become: Become): Row | undefined;
}

/** One row of the registry: what must be known before an applet is loaded. Links, `--list` and the test matrix come from it. */
export interface Row {
  readonly name: string;
  /** One line, lower case, no full stop. */
  readonly summary: string;
  /** A name that daemontools or another package may own: `--install` does not overwrite a foreign file. */
  readonly foreignName?: boolean;
  /** Runs for long and reads signals from a descriptor: they must be blocked in every thread. */
  readonly longLived?: boolean;
  /** Becomes the program in its arguments, which may be another applet. */
  readonly launches?: boolean;
  /** Starts its own file again under another applet's name, and must know where that is. */
  readonly startsItself?: boolean;
}

/** What an applet does. */
export interface Runnable {
  readonly scopes: readonly Scope[];
  /** Those of `scopes` that this call needs, where that is known from its arguments: binding takes time. */
  narrowed?(args: readonly string[]): readonly Scope[];
  run(invocation: Invocation): Outcome;
}

/** The same, and its help. */
export interface Applet extends Runnable {
  /** Everything after the name in the usage line. */
  readonly synopsis: string;
  /** Body of `--help` after summary and usage; lines of at most 80 columns. */
  readonly help: string;
}

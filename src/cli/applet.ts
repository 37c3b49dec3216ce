/** An applet, as the registry lists it and as `main.ts` runs it. */
import type { Kernel, Launching, Limit, Terminals } from "../runtime/kernel.ts";
import type { SymbolName } from "../sys/symbols.ts";
import type { Become, Leaves, Outcome } from "./outcome.ts";

/**
 * The functions of libc and the permissions of Deno that a module needs. `main.ts` binds `symbols`. Then it revokes every
 * permission that no scope of the applet lists under `keeps`, `ffi` included: bound functions go on working.
 */
export interface Scope {
  /** Name of the module whose scope it is. */
  readonly module: string;
  /** Names of the permissions that stay granted while the applet runs. */
  readonly keeps: readonly Deno.PermissionName[];
  /** Names of the functions (`sys/symbols.ts`) that the module's host calls. */
  readonly symbols: readonly SymbolName[];
}

/** The call of an applet that runs now. All strings are byte strings. */
export interface Invocation {
  /** argv[0] as the caller gave it. */
  readonly argv0: string;
  /** The applet's name: the last path component of argv[0], or the word after `denit`. */
  readonly name: string;
  readonly args: readonly string[];
  readonly kernel: Kernel & Launching & Terminals;
  /** The work that launchers before this applet in the same process have done, or have left to do. */
  readonly inherited: Inherited;
  /** Absolute path of the program file (or link) that was executed; empty where the row says nothing of needing it. */
  ownPath(): string;
  /** The program file itself, to be started as `denit APPLET`; undefined where it cannot be, or the row is not `startsItself`. */
  program(): string | undefined;
}

/** The state that the applets before this one in the same process have left. */
export interface Inherited extends Leaves {
  /** Limits that the next program executed gets. */
  readonly limits: readonly Limit[];
  /** The row of the applet that this outcome leads to, if main.ts performed it now; undefined where that is no applet. */
  nextOf(become: Become): Row | undefined;
}

/** A row of the registry: what must be known before an applet is loaded. */
export interface Row {
  /** Name of the applet and of the link that calls it. */
  readonly name: string;
  /** One line, lower case, no full stop. */
  readonly summary: string;
  /** True for a name that daemontools or another package may own: `--install` does not overwrite a foreign file. */
  readonly foreignName?: boolean;
  /** True when the applet runs for long and reads signals from a descriptor: they must be blocked in every thread. */
  readonly longLived?: boolean;
  /** True when the applet becomes the program in its arguments, which may be another applet. */
  readonly launches?: boolean;
  /** True when the applet starts denit again under another applet's name, so it must know where the program file is. */
  readonly startsItself?: boolean;
}

/** The part of an applet that one call needs. */
export interface Runnable {
  /** All that any call of the applet needs. */
  readonly scopes: readonly Scope[];
  /** The scopes that a call with these arguments needs: to bind the functions of all takes time. */
  narrowed?(args: readonly string[]): readonly Scope[];
  /** Does what the applet does, and tells how the process goes on. */
  run(invocation: Invocation): Outcome;
}

/** A whole applet, its help included. */
export interface Applet extends Runnable {
  /** The part of the usage line behind the name. */
  readonly synopsis: string;
  /** Body of `--help` after summary and usage; lines of at most 80 columns. */
  readonly help: string;
}

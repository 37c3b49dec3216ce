/** What an applet asks `main.ts` to do when it is done: only main.ts ends the process. */
export type Outcome = Exit | Become;

export interface Exit {
  readonly kind: "exit";
  readonly code: number;
}

/** The process becomes another program: every signal at its default, none blocked, descriptors as they are. */
export interface Become {
  readonly kind: "become";
  /** Not searched for in PATH. All strings are byte strings. */
  readonly path: string;
  readonly argv: readonly string[];
  /** Absent: the one denit was started with. */
  readonly environment?: readonly string[];
}

export function exit(code: number): Outcome {
  return { kind: "exit", code };
}

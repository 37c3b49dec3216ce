/** What an applet asks `main.ts` to do when it is done: only main.ts ends the process. */
export interface Outcome {
  readonly kind: "exit";
  readonly code: number;
}

export function exit(code: number): Outcome {
  return { kind: "exit", code };
}

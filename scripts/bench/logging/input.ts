/** The lines that all contenders log, and the rules of the measurement with patterns. They are the same in every run. */

const LEVELS = ["debug", "info", "notice", "warning", "error", "crit"];
const WORDS = [
  ...[
    "connection",
    "from",
    "peer",
    "closed",
    "after",
    "timeout",
    "request",
    "served",
    "cache",
    "miss",
    "user",
  ],
  ...[
    "session",
    "opened",
    "worker",
    "queue",
    "drained",
    "retry",
    "in",
    "seconds",
    "low",
    "disk",
    "404",
    "ok",
  ],
];
const PROCESSES = 16;
/** The text fits into a fast cache, so that reading it costs the writer little. */
const BLOCK_BYTES = 1_000_000;

/** Whole lines of `lineBytes` each, newline included: at least one line, and about a million bytes together. */
export function linesOf(lineBytes: number): Uint8Array<ArrayBuffer> {
  const count = Math.max(1, Math.floor(BLOCK_BYTES / lineBytes));
  const next = generator(1);
  const text = Array.from({ length: count }, () => lineOf(lineBytes - 1, next)).join("");
  return new TextEncoder().encode(text);
}

function lineOf(bytes: number, next: (below: number) => number): string {
  let line = `app[${1000 + next(PROCESSES)}]: ${LEVELS[next(LEVELS.length)]}:`;
  while (line.length < bytes) line += ` ${WORDS[next(WORDS.length)]}`;
  return `${line.slice(0, bytes)}\n`;
}

/** Makes whole numbers from 0 to below a bound: the upper bits of the linear congruential generator in C's standard. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % below;
  };
}

/** A rule of a selection. Rules have an order, and the last one that matches a line decides. */
export interface Rule {
  readonly selects: boolean;
  /** A pattern of svlogd(8): it matches the whole line, and `*` goes up to the next character. */
  readonly pattern: string;
  /** The same for s6-log: an extended regular expression that matches somewhere in the line. */
  readonly expression: string;
}

/** The rules of the measurement with patterns. */
export const RULES: readonly Rule[] = [
  { selects: false, pattern: "*", expression: "" },
  { selects: true, pattern: "*: warning: *", expression: "^[^:]*: warning: " },
  { selects: true, pattern: "*: error: *", expression: "^[^:]*: error: " },
  { selects: true, pattern: "*: crit: *", expression: "^[^:]*: crit: " },
  { selects: true, pattern: "*: notice: session*", expression: "^[^:]*: notice: session" },
  { selects: true, pattern: "app[1007]: debug: *", expression: "^app\\[1007\\]: debug: " },
  { selects: true, pattern: "app[1008]: debug: *", expression: "^app\\[1008\\]: debug: " },
  { selects: false, pattern: "*: error: 404 *", expression: "^[^:]*: error: 404 " },
  { selects: false, pattern: "*: warning: retry in *", expression: "^[^:]*: warning: retry in " },
  { selects: false, pattern: "app[1003]: *", expression: "^app\\[1003\\]: " },
];

/** The lines of `text` that the rules select, found by their expressions. */
export function selected(text: Uint8Array): string[] {
  const rules = RULES.map(({ selects, expression }) => ({ selects, expression: new RegExp(expression) }));
  return new TextDecoder().decode(text).split("\n").slice(0, -1).filter((line) =>
    rules.findLast(({ expression }) => expression.test(line))?.selects ?? true
  );
}

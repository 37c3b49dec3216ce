/** The texts that getty prints before the user types: the issue file with its escapes, and the question for a name. */
import type { LocalTime } from "../runtime/kernel.ts";

/** The names that uname(2) tells; byte strings. */
export interface SystemNames {
  readonly system: string;
  readonly node: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly domain: string;
}

/** The facts for which escapes in the issue stand. */
export interface IssueFacts extends SystemNames {
  /** The path of the terminal. */
  readonly terminal: string;
  /** The present local time. */
  readonly time: LocalTime;
}

/** The escapes: `\` or `%` and one of these letters. Any other letter stands for itself. */
const ESCAPES: Readonly<Record<string, (facts: IssueFacts) => string>> = {
  s: ({ system }) => system,
  S: ({ system }) => system,
  n: ({ node }) => node,
  h: ({ node }) => node,
  r: ({ release }) => release,
  v: ({ version }) => version,
  m: ({ machine }) => machine,
  D: ({ domain }) => domain,
  o: ({ domain }) => domain,
  O: ({ domain }) => domain,
  d: ({ time }) => dateText(time),
  t: ({ time: { hour, minute, second } }) => [hour, minute, second].map(twoDigits).join(":"),
  l: ({ terminal }) => terminal,
};

/** The issue as it is printed; `text` is the content of the file. Leaves NULs out and puts CR behind each newline. */
export function issueText(text: string, facts: IssueFacts): string {
  return text
    .replaceAll(/[\\%]([^])|[\\%]$|\n/g, (found: string, letter: string | undefined) => {
      if (letter !== undefined) return ESCAPES[letter]?.(facts) ?? letter;
      return found === "\n" ? "\n\r" : "";
    })
    .replaceAll("\0", "");
}

/** Begins a new line before the issue. */
export const ISSUE_START = "\r\n";

/** The question for a name. */
export function promptText({ node }: Pick<SystemNames, "node">): string {
  return `${node === "" ? "?" : node} login: `;
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `Sunday, 22 November 2026` */
function dateText({ year, month, day }: LocalTime): string {
  return `${DAYS[weekday(year, month, day)]}, ${twoDigits(day)} ${MONTHS[month - 1]} ${year}`;
}

/** The day of the week, 0 for Sunday, by Sakamoto's method: the year begins in March. */
function weekday(year: number, month: number, day: number): number {
  const shifts = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
  const y = month < 3 ? year - 1 : year;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return (y + leaps + (shifts[month - 1] ?? 0) + day) % 7;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

/** The text before the question for a name: the issue file with its escapes, and the question itself. */
import type { LocalTime } from "../runtime/kernel.ts";

/** uname(2), byte strings. */
export interface SystemNames {
  readonly system: string;
  readonly node: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly domain: string;
}

export interface IssueFacts extends SystemNames {
  /** Path of the terminal. */
  readonly terminal: string;
  readonly time: LocalTime;
}

/** `\` or `%` and a letter. A letter that is none of these stands for itself. */
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

/** `text` is what the file holds. NULs are left out; behind a newline comes CR. */
export function issueText(text: string, facts: IssueFacts): string {
  return text
    .replaceAll(/[\\%]([^])|[\\%]$|\n/g, (found: string, letter: string | undefined) => {
      if (letter !== undefined) return ESCAPES[letter]?.(facts) ?? letter;
      return found === "\n" ? "\n\r" : "";
    })
    .replaceAll("\0", "");
}

/** A new line, before the issue. */
export const ISSUE_START = "\r\n";

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

/** 0 is Sunday. By Sakamoto's method: the year begins in March. */
function weekday(year: number, month: number, day: number): number {
  const shifts = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
  const y = month < 3 ? year - 1 : year;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return (y + leaps + (shifts[month - 1] ?? 0) + day) % 7;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

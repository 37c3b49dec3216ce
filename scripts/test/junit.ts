/** Reading the report of `deno test --junit-path`, which has one case for each test and for each step. */
import type { Counts } from "./counts.ts";

/** A test or a step. */
export interface Case {
  readonly file: string;
  /** The name; that of a step is `test > step > step`. */
  readonly name: string;
  readonly result: "passed" | "failed" | "skipped";
}

const ENTITIES: { readonly [name: string]: string } = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (all, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    return ENTITIES[name] ?? all;
  });
}

function resultOf(body: string): Case["result"] {
  if (/<(failure|error)\b/.test(body)) return "failed";
  return /<skipped\b/.test(body) ? "skipped" : "passed";
}

/** The cases of a report; undefined if it is no report or stops in the middle. */
export function parseReport(xml: string): readonly Case[] | undefined {
  if (!xml.trimEnd().endsWith("</testsuites>") && !/<testsuites\b[^>]*\/>\s*$/.test(xml)) return undefined;
  const cases = xml.matchAll(
    /<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs,
  );
  return [...cases].map(([, name = "", file = "", body = ""]) => ({
    file: unescape(file),
    name: unescape(name),
    result: resultOf(body),
  }));
}

/**
 * The cases that count: tests without steps, and steps without steps of their own. A case with steps says nothing that
 * they do not say, unless it failed and none of them did.
 */
export function leaves(cases: readonly Case[]): readonly Case[] {
  return cases.filter((one) => {
    const within = cases.filter(({ file, name }) => file === one.file && name.startsWith(`${one.name} > `));
    return within.length === 0 ||
      one.result === "failed" && within.every(({ result }) => result !== "failed");
  });
}

/** The counts of a report. */
export function countCases(cases: readonly Case[]): Counts {
  const count = (wanted: Case["result"]) => cases.filter(({ result }) => result === wanted).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}

/** The reason of a skipped test, from the end of its name: `(needs ...)`. */
export function needOf({ name }: Case): string | undefined {
  return /\((needs [^()]+)\)$/.exec(name)?.[1];
}

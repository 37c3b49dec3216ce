/** Lines of every length around those that matter, of any bytes, and the end of input. */
import type { Scenario } from "../../scenario.ts";
import { played, says } from "./play.ts";

/** Prints lines of exactly these lengths. */
function lengths(...all: readonly number[]): string {
  return all.map((length) => `letters ${length}; echo`).join("; ");
}

const LENGTHS: readonly (readonly [name: string, options: string, config: string, feeder: string])[] = [
  ["at-1000", "", "", lengths(999, 1000, 1001)],
  ["at-1000-stamped", "-tt", "pP: \n", lengths(999, 1000, 1001)],
  ["at-1000-to-stderr", "", "e*\n", lengths(999, 1000, 1001)],
  ["at-10", "-l 10", "", lengths(9, 10, 11, 19, 20, 21)],
  ["at-10-stamped", "-ttt -l 10", "pP: \n", lengths(9, 10, 11)],
  ["at-10-to-stderr", "-l 10", "pP: \ne*\n", lengths(0, 9, 10, 11, 30)],
  ["at-1", "-l 1", "e*\n", lengths(0, 1, 2)],
  ["matched-up-to-10", "-l 10", "-*j\n", lengths(9, 10, 11, 26)],
  ["selected-up-to-10", "-l 10", "-*\n+*j\n", lengths(9, 10, 11, 36)],
  ["empty-pattern-and-empty-line", "-l 3", "-\n", lengths(0, 1, 0, 3, 4)],
  ["replaced-up-to-10", "-l 10 -R abcdefghijklmnopqrstuvwxyz", "", lengths(9, 10, 11, 30)],
  ["as-long-as-the-buffer", "", "", lengths(1023, 1024, 1025, 2047, 2048, 2049)],
  ["as-long-as-another-buffer", "-l 30 -b 40", "e*\n", lengths(29, 30, 31, 39, 40, 41, 80)],
  ["one-byte-buffer-more", "-l 39 -b 40", "pP\n", lengths(38, 39, 40, 41, 80)],
  ["pages", "", "", lengths(4095, 4096, 4097)],
  ["65536", "", "", lengths(65535, 65536, 65537)],
  ["very-long", "-t", "pP \n", lengths(300_000)],
  ["very-long-deselected", "", "-a*\n", `${lengths(200_000)}; ${says("next")}`],
  [
    "very-long-selected-away-and-back",
    "-l 3",
    "-*\n+abc\n",
    `${lengths(2, 3, 70_000, 4)}; ${says("xyzxyz")}`,
  ],
  ["empty-only", "", "", "printf '\\n\\n\\n'"],
  ["empty-stamped", "-tt", "", "printf '\\n\\n\\n'"],
  ["none", "-tt", "", ":"],
  ["carriage-returns", "-r _", "", "printf 'one\\r\\ntwo\\r\\n'"],
  ["nul", "", "", "printf 'a\\000b\\n\\000\\n\\000\\000c\\n'"],
  ["nul-matched", "", "-a*b\n-*c\n", "printf 'a\\000b\\n\\000\\n\\000\\000c\\n'"],
  ["nul-replaced", "-r .", "e*\n", "printf 'a\\000b\\n\\000\\n'"],
  ["nul-cut", "-l 2", "e*\n", "printf '\\000\\000\\000\\n\\000\\000\\n\\000\\n'"],
  ["high-bytes", "", "", "printf '\\377\\376\\200\\n\\303\\251\\n'"],
  ["high-bytes-replaced", "-r .", "", "printf '\\377\\376\\200\\n\\303\\251\\n'"],
  ["delete-is-not-printable", "-r .", "", "printf '\\177~ \\037\\n'"],
];

/** Scenarios of lines. */
export const LINE_SCENARIOS: readonly Scenario[] = [
  ...LENGTHS.map(([name, options, config, feeder]) =>
    played(`line/${name}`, `svlogd ${options} with ${JSON.stringify(config)}`, {
      tree: { "log/config": config },
      options,
      feeder: [feeder],
      saying: "sed 's/^@[0-9a-f]* /@HEX /; s/^[-0-9_T:.]* /STAMP /' said",
    })
  ),
  played("line/pieces", "a line that comes in pieces", {
    feeder: ["printf 'one\\ntw'", "until_ok holds log/current '^one$'", "printf 'o\\nthree'", "printf '\\n'"],
  }),
  played("line/byte-by-byte", "a line that comes byte by byte", {
    options: "-l 4",
    tree: { "log/config": "-*\n+abcd\n" },
    feeder: ["for c in a b c d e '\\n' a b c '\\n' a b c d '\\n' a b c d d '\\n'; do printf \"$c\"; done"],
  }),
  played("line/last-of-max-length", "a last line of LEN bytes without a newline", {
    options: "-l 5",
    feeder: ["printf 'one\\nabcde'"],
  }),
  played("line/last-over-long", "a last line longer than LEN without a newline", {
    options: "-l 5",
    feeder: ["printf 'one\\nabcdefgh'"],
  }),
  played("line/last-deselected", "a deselected last line without a newline", {
    tree: { "log/config": "-two\n" },
    feeder: ["printf 'one\\ntwo'"],
  }),
  played("line/last-to-stderr", "a last line for standard error without a newline", {
    tree: { "log/config": "etwo\n" },
    feeder: ["printf 'one\\ntwo'"],
  }),
  played("line/only-without-end", "a single line without a newline", { feeder: ["printf one"] }),
  played("line/input-is-a-file", "input from a file", {
    feeder: [":"],
    before: ["lines 300 >input"],
    tree: { "log/config": "s2000\n" },
    start: "exec <input; exec svlogd",
  }),
  played("line/input-is-null", "input from /dev/null", {
    feeder: [":"],
    start: "exec </dev/null; exec svlogd",
  }),
  played("line/input-is-closed", "no standard input", { feeder: [":"], start: "exec <&-; exec svlogd" }),
  played("line/input-is-a-directory", "input that cannot be read", {
    feeder: [":"],
    start: "exec </; exec svlogd",
  }),
  played("stderr/broken-pipe", "standard error is a pipe whose reader is gone", {
    tree: { "log/config": "etwo\n" },
    before: ["mkfifo broken; over() { holds log/current two || ended; }"],
    feeder: ["echo one; echo two", "until_ok over", "echo three"],
    start: 'logger() { svlogd "$@" 2>&4; }; exec 3<>broken; exec 4>broken; exec 3<&-; logger',
  }),
  played("line/stderr-is-closed", "no standard error", {
    tree: { "log/config": "e*\n" },
    feeder: ["echo one"],
    start: "exec 2>&-; exec svlogd",
  }),
];

/** The comparison of contenders in Markdown: medians and ratios, verdicts, rows in which a peer wins, spreads. */

import { ratio } from "./format.ts";
import { bullets, section, table } from "./markdown.ts";
import { median } from "./statistics.ts";

/** Writes a value for a reader, with its unit. */
export type Show = (value: number) => string;

/** A contender. */
export interface Column<Id extends string> {
  readonly id: Id;
  readonly label: string;
  /** Its name in the heading of a column of ratios. */
  readonly short: string;
  readonly isOurs: boolean;
}

/** A row of the comparison: one thing that is compared. */
export interface Row<Id extends string> {
  readonly label: string;
  readonly show: Show;
  /** The value in a contender's column; undefined if it has none. */
  readonly value: (id: Id) => number | undefined;
  /** The single samples, if the value is the median of several. */
  readonly samples?: (id: Id) => readonly number[];
  /** True when more is better; as a rule less is. */
  readonly moreIsBetter?: boolean;
  /** True when the row repeats another in another unit, so a peer that wins has been named there. */
  readonly repeats?: boolean;
}

/** Rows under one heading. */
export interface Group<Id extends string> {
  readonly heading: string;
  /** The full subject of a row, given its label. */
  readonly subject: (label: string) => string;
  readonly rows: readonly Row<Id>[];
}

/** The judgement on one target for one form of ours. */
export interface Verdict {
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

/** The lines about the groups and the targets. Rows in which no contender has a value are left out. */
export function comparison<Id extends string>(
  columns: readonly Column<Id>[],
  groups: readonly Group<Id>[],
  judge: (ours: Id) => readonly Verdict[],
): string[] {
  const said = groups.map((group) => ({
    ...group,
    rows: group.rows.filter((row) => columns.some(({ id }) => row.value(id) !== undefined)),
  }));
  return [
    ...said.flatMap(({ heading, rows }) => section(heading, medians(columns, rows))),
    ...section("Targets", targets(columns, judge)),
    ...section("Where a peer wins", bullets(said.flatMap((group) => peerWins(columns, group)))),
    ...section("Spread: least to most, and the number of samples", spread(columns, said)),
  ];
}

/** The median; undefined if there is no value. */
export function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values);
}

/** The table: a column for each contender, the best in bold, then one for each ratio of a form of ours to a peer. */
function medians<Id extends string>(columns: readonly Column<Id>[], rows: readonly Row<Id>[]): string {
  const peers = columns.filter(({ isOurs }) => !isOurs);
  const pairs = columns.filter(({ isOurs }) => isOurs).flatMap((ours) =>
    peers.map((theirs) => ({ ours, theirs }))
  );
  return table(
    [
      "",
      ...columns.map(({ label }) => label),
      ...pairs.map(({ ours, theirs }) => `${ours.short} : ${theirs.short}`),
    ],
    rows.map((row) => [
      row.label,
      ...valueCells(columns, row),
      ...pairs.map(({ ours, theirs }) => cell(quotient(row.value(ours.id), row.value(theirs.id)), ratio)),
    ]),
  );
}

function valueCells<Id extends string>(columns: readonly Column<Id>[], row: Row<Id>): string[] {
  const all = columns.flatMap(({ id }) => row.value(id) ?? []);
  const best = new Set(all).size > 1 ? bestOf(row, all) : undefined;
  return columns.map(({ id }) =>
    cell(row.value(id), (one) => one === best ? `**${row.show(one)}**` : row.show(one))
  );
}

function bestOf({ moreIsBetter }: { readonly moreIsBetter?: boolean }, values: readonly number[]): number {
  return moreIsBetter === true ? Math.max(...values) : Math.min(...values);
}

function targets<Id extends string>(
  columns: readonly Column<Id>[],
  judge: (ours: Id) => readonly Verdict[],
): string {
  const lines = columns.filter(({ isOurs }) => isOurs).flatMap(({ id, label }) =>
    judge(id).map(({ target, measured, met }) => [target, label, measured, met ? "met" : "**not met**"])
  );
  return table(["target", "form", "measured", ""], lines);
}

/** A line for every row in which a peer does better than the better form of ours. */
function peerWins<Id extends string>(columns: readonly Column<Id>[], { rows, subject }: Group<Id>): string[] {
  return rows.filter(({ repeats }) => repeats !== true).flatMap((row) => {
    const all = columns.filter(({ isOurs }) => isOurs).flatMap(({ id }) => row.value(id) ?? []);
    if (all.length === 0) return [];
    const ours = bestOf(row, all);
    return columns.filter(({ isOurs }) => !isOurs).flatMap(({ id, label }) => {
      const theirs = row.value(id);
      if (theirs === undefined || theirs === ours || bestOf(row, [ours, theirs]) === ours) return [];
      const factor = theirs === 0 ? "" : ` (${ratio(ours / theirs)})`;
      return [`${subject(row.label)}: ${label} ${row.show(theirs)}, denit ${row.show(ours)}${factor}`];
    });
  });
}

function spread<Id extends string>(columns: readonly Column<Id>[], groups: readonly Group<Id>[]): string {
  const lines = groups.flatMap(({ rows, subject }) =>
    rows.flatMap(({ label, samples, show }) => {
      if (samples === undefined) return [];
      return [[subject(label), ...columns.map(({ id }) => rangeOf(samples(id), show))]];
    })
  );
  return table(["", ...columns.map(({ label }) => label)], lines);
}

function rangeOf(values: readonly number[], show: Show): string {
  if (values.length === 0) return "–";
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${show(least)} to ${show(most)} (${values.length})`;
}

function quotient(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined || below === 0 ? undefined : above / below;
}

function cell(value: number | undefined, show: Show): string {
  return value === undefined ? "–" : show(value);
}

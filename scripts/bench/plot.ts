/**
 * A plot as SVG: panels side by side, with logarithmic axes and a line for each series, whose name stands at its end.
 */

/** A line of a plot. */
export interface Series {
  readonly name: string;
  readonly colour: string;
  readonly dashed: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** One diagram of a plot. */
export interface Panel {
  readonly title: string;
  readonly xTitle: string;
  readonly series: readonly Series[];
  readonly show: (y: number) => string;
}

const PANEL = { width: 690, height: 460, left: 78, right: 200, top: 56, bottom: 58 };
const FONT_SIZE = 13;
const LABEL_GAP = 17;

const INK = "#1f2328";
const FAINT = "#d8dee4";

/** The plot as the text of an SVG file. */
export function plot(panels: readonly Panel[]): string {
  const width = PANEL.width * panels.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${PANEL.height}" width="${width}"`,
    `  height="${PANEL.height}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="${FONT_SIZE}" fill="${INK}">`,
    `<rect width="${width}" height="${PANEL.height}" fill="#ffffff"/>`,
    ...panels.map((panel, index) =>
      `<g transform="translate(${index * PANEL.width} 0)">\n${drawPanel(panel)}\n</g>`
    ),
    "</svg>",
    "",
  ].join("\n");
}

type Scale = (value: number) => number;

function drawPanel(panel: Panel): string {
  const points = panel.series.flatMap((series) => series.points);
  const xs = [...new Set(points.map(([x]) => x))].toSorted((a, b) => a - b);
  const decades = decadesAround(points.map(([, y]) => y));
  const bottom = PANEL.height - PANEL.bottom;
  const right = PANEL.width - PANEL.right;
  const x = logScale(xs[0] ?? 1, xs.at(-1) ?? 1, PANEL.left, right);
  const y = logScale(decades[0] ?? 1, decades.at(-1) ?? 10, bottom, PANEL.top);
  return [
    text(PANEL.left, 26, panel.title, `font-size="16" font-weight="bold"`),
    ...decades.flatMap((value) => [
      line(PANEL.left, y(value), right, y(value), FAINT),
      text(PANEL.left - 8, y(value) + 4, panel.show(value), `text-anchor="end"`),
    ]),
    ...xs.flatMap((value) => [
      line(x(value), PANEL.top, x(value), bottom, FAINT),
      text(x(value), bottom + 20, value.toLocaleString("en-US"), `text-anchor="middle"`),
    ]),
    line(PANEL.left, bottom, right, bottom, INK),
    text((PANEL.left + right) / 2, bottom + 44, panel.xTitle, `text-anchor="middle"`),
    ...panel.series.map((series) => drawSeries(series, x, y)),
    ...labels(panel, y).map(({ at, series, said }) =>
      text(right + 10, at + 4, `${series.name} ${said}`, `fill="${series.colour}"`)
    ),
  ].join("\n");
}

function drawSeries({ colour, dashed, points }: Series, x: Scale, y: Scale): string {
  const path = points.map(([px, py], index) => `${index === 0 ? "M" : "L"}${round(x(px))} ${round(y(py))}`)
    .join(" ");
  const dash = dashed ? ` stroke-dasharray="7 4"` : "";
  return [
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2.5"${dash}/>`,
    ...points.map(([px, py]) => `<circle cx="${round(x(px))}" cy="${round(y(py))}" r="4" fill="${colour}"/>`),
  ].join("\n");
}

/** The name and last value of each series, at the height of its last point or as near to it as the others allow. */
function labels({ series, show }: Panel, y: Scale): { at: number; series: Series; said: string }[] {
  const wanted = series.flatMap((one) => {
    const last = one.points.at(-1);
    return last === undefined ? [] : [{ at: y(last[1]), series: one, said: show(last[1]) }];
  }).toSorted((a, b) => a.at - b.at);
  for (let pass = 0; pass < wanted.length * wanted.length; pass++) {
    for (let index = 1; index < wanted.length; index++) {
      const above = wanted[index - 1];
      const below = wanted[index];
      if (above === undefined || below === undefined) continue;
      const lacking = LABEL_GAP - (below.at - above.at);
      if (lacking <= 0) continue;
      above.at -= lacking / 2;
      below.at += lacking / 2;
    }
  }
  return wanted;
}

/** The powers of ten from below the least value to above the greatest. */
function decadesAround(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: Math.max(high - low, 1) + 1 }, (_, index) => 10 ** (low + index));
}

function logScale(low: number, high: number, from: number, to: number): Scale {
  const span = Math.log10(high / low) || 1;
  return (value) => from + Math.log10(value / low) / span * (to - from);
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}"/>`;
}

function text(x: number, y: number, words: string, style: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${style}>${escape(words)}</text>`;
}

function escape(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function round(value: number): string {
  return value.toFixed(1);
}

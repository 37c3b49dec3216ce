import { assert, assertEquals } from "@std/assert";
import { plot } from "./plot.ts";

const SERIES = { colour: "#000000", dashed: false };

function panel(...ends: number[]): string {
  const series = ends.map((end, index) => ({
    ...SERIES,
    name: `n${index}`,
    points: [[1, 1], [100, end]] as const,
  }));
  return plot([{ title: "a < b & c", xTitle: "x", series, show: String }]);
}

function labelHeights(svg: string): number[] {
  return [...svg.matchAll(/y="([\d.]+)" fill="#000000">n\d/g)].map((match) => Number(match[1]));
}

Deno.test("plot() writes names at the lines' ends, apart even where the lines meet", () => {
  const heights = labelHeights(panel(50, 50, 51));
  assertEquals(heights.length, 3);
  assert(heights.every((height, index) => index === 0 || height - (heights[index - 1] ?? 0) > 15));
});

Deno.test("plot() draws the greater value higher", () => {
  const svg = panel(10, 1000);
  const [low = 0, high = 0] = [...svg.matchAll(/<path d="M\S+ \S+ L\S+ ([\d.]+)"/g)].map((match) =>
    Number(match[1])
  );
  assert(high < low);
});

Deno.test("plot() escapes what XML would read as markup", () => {
  assert(panel(5).includes("a &lt; b &amp; c"));
});

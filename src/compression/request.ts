/** The command line of svlogzip: `gzip` or `zstd`, and a level. */

/** The format to write, and how hard to try: a level of gzip(1) or zstd(1). */
export interface ZipRequest {
  readonly format: "gzip" | "zstd";
  readonly level: number;
}

/** The levels of gzip(1) and zstd(1). The highest of zstd need `--ultra` there, and are not offered here. */
const LEVELS = { gzip: { usual: 6, most: 9 }, zstd: { usual: 3, most: 19 } } as const;

/** The request in `args`: `gzip` or `zstd`, and perhaps a level `-N`. Undefined for anything else. */
export function zipRequest(args: readonly string[]): ZipRequest | undefined {
  const [format, option, ...more] = args;
  if ((format !== "gzip" && format !== "zstd") || more.length > 0) return undefined;
  const { usual, most } = LEVELS[format];
  if (option === undefined) return { format, level: usual };
  const level = /^-[1-9][0-9]?$/.test(option) ? Number(option.slice(1)) : 0;
  return level >= 1 && level <= most ? { format, level } : undefined;
}

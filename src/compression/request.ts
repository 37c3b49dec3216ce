/** What svlogzip is asked for: `gzip` or `zstd`, and how hard it tries. */

export interface ZipRequest {
  readonly format: "gzip" | "zstd";
  readonly level: number;
}

/** As gzip(1) and zstd(1) have them; the highest levels of zstd are for who asks for `--ultra`. */
const LEVELS = { gzip: { usual: 6, most: 9 }, zstd: { usual: 3, most: 19 } } as const;

/** Undefined for anything but `gzip`, `zstd`, and a level `-N` behind it. */
export function zipRequest(args: readonly string[]): ZipRequest | undefined {
  const [format, option, ...more] = args;
  if ((format !== "gzip" && format !== "zstd") || more.length > 0) return undefined;
  const { usual, most } = LEVELS[format];
  if (option === undefined) return { format, level: usual };
  const level = /^-[1-9][0-9]?$/.test(option) ? Number(option.slice(1)) : 0;
  return level >= 1 && level <= most ? { format, level } : undefined;
}

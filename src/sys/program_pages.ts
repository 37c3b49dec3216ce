/**
 * The pages of the program file that lie in memory.
 *
 * A start touches many pages that are never used again. A process drops all of them (madvise(2)); those that are used
 * again come back from the page cache one by one.
 */
import { CWD } from "../posix/descriptor.ts";
import { CLOSE_ON_EXEC, OPEN } from "../posix/open_flag.ts";
import { byteString } from "./bytes.ts";
import { Calls, size } from "./calls.ts";
import type { Bound } from "./libc.ts";

/** Source: asm-generic/mman-common.h. */
const MADV_DONTNEED = 4;
/** Bytes that one read(2) of /proc/self/maps asks for. */
const MAPS_BUFFER = 65_536;

/** Addresses from `at` on. */
interface Range {
  readonly at: bigint;
  readonly bytes: number;
}

/** Drops pages of the program file. */
export class ProgramPages extends Calls {
  readonly #ranges: readonly Range[];

  /** Reads /proc/self/maps. Without /proc no page is ever dropped. */
  constructor(bound: Bound) {
    super(bound);
    this.#ranges = cleanRanges(this.#maps());
  }

  #maps(): string {
    const fd = this.c.openat(CWD, this.path("/proc/self/maps"), OPEN.read | CLOSE_ON_EXEC, 0);
    if (fd < 0) return "";
    const buffer = new Uint8Array(MAPS_BUFFER);
    let text = "";
    for (let n = 1; n > 0;) {
      n = this.c.read(fd, buffer, size(MAPS_BUFFER));
      if (n > 0) text += byteString(buffer, 0, n);
    }
    this.c.close(fd);
    return text;
  }

  /** Drops all pages of the program file that cannot have been written to. */
  giveUp(): void {
    for (const { at, bytes } of this.#ranges) this.c.madvise(at, size(bytes), MADV_DONTNEED);
  }
}

/**
 * Ranges of the program, the first file in /proc/self/maps (proc(5)), that cannot have been written to: code, and
 * constants from the beginning of the file. Other read-only ranges may hold relocated addresses, which the file does
 * not have.
 */
export function cleanRanges(maps: string): readonly Range[] {
  const lines = maps.split("\n").map((line) => line.split(/ +/));
  const program = lines.map((line) => line[5]).find((file) => file?.startsWith("/") === true);
  if (program === undefined) return [];
  return lines.flatMap(([span = "", permissions, offset = "", , , file]) => {
    const clean = permissions === "r-xp" || (permissions === "r--p" && /^0+$/.test(offset));
    if (file !== program || !clean) return [];
    const [from = "0", to = "0"] = span.split("-");
    const at = BigInt(`0x${from}`);
    return [{ at, bytes: Number(BigInt(`0x${to}`) - at) }];
  });
}

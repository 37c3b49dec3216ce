/** Tests which pages of the program may be dropped. */
import { assertEquals } from "@std/assert";
import { cleanRanges } from "./program_pages.ts";

const MAPS = `0b30-0b40 ---p 00000000 00:00 0
55d0-55d4 r--p 00000000 fe:00 12  /usr/bin/denit
55d4-55d9 r-xp 00004000 fe:00 12        /usr/bin/denit
55d9-55da r--p 00009000 fe:00 12        /usr/bin/denit
55da-55db rw-p 0000a000 fe:00 12        /usr/bin/denit
60a0-60b0 rw-p 00000000 00:00 0         [heap]
7f00-7f10 r-xp 00001000 fe:00 13        /lib/libc.so.6
`;

Deno.test("cleanRanges() takes the program's code and constants, and no memory that may have been written to", () => {
  assertEquals(cleanRanges(MAPS), [{ at: 0x55d0n, bytes: 4 }, { at: 0x55d4n, bytes: 5 }]);
  assertEquals(cleanRanges(""), []);
  assertEquals(cleanRanges("60a0-60b0 rw-p 00000000 00:00 0\n"), []);
});

import { assertEquals, assertThrows } from "@std/assert";
import { CWD } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { OPEN } from "../../runtime/kernel.ts";
import { bytesOf } from "../../sys/bytes.ts";
import { SysError } from "../../sys/error.ts";
import { DEFAULT_CONFIG } from "../config.ts";
import { type ConfigKernel, MOST_CONFIG_BYTES, readConfig, readConfigText } from "./config_file.ts";

const FD = 7;

/** A kernel with one file. `content`: its bytes, or the errno of opening it. */
class OneFile implements ConfigKernel {
  opened: string[] = [];
  closed = 0;
  readonly #content: string | number;
  #at = 0;

  constructor(content: string | number) {
    this.#content = content;
  }

  open(directory: number, path: string, flags: number): number {
    if (typeof this.#content === "number") throw new SysError({ call: "open", path, errno: this.#content });
    this.opened.push(`${directory} ${path} ${flags === (OPEN.read | OPEN.nonBlock)}`);
    return FD;
  }

  read(_fd: number, into: Uint8Array<ArrayBuffer>): number {
    const piece = bytesOf(String(this.#content).slice(this.#at, this.#at + into.length));
    into.set(piece);
    this.#at += piece.length;
    return piece.length;
  }

  close(): void {
    this.closed++;
  }
}

Deno.test("readConfigText() returns the whole text, opened without blocking, and closes the file", () => {
  const kernel = new OneFile("s1000\n");
  assertEquals(readConfigText(kernel, CWD), "s1000\n");
  assertEquals([kernel.opened, kernel.closed], [[`${CWD} config true`], 1]);
});

Deno.test("readConfigText() takes another path", () => {
  const kernel = new OneFile("");
  assertEquals(readConfigText(kernel, 3, "log/config"), "");
  assertEquals(kernel.opened, ["3 log/config true"]);
});

Deno.test("a config that is missing leaves svlogd's defaults", () => {
  assertEquals(readConfigText(new OneFile(ERRNO.ENOENT), CWD), undefined);
  assertEquals(readConfig(new OneFile(ERRNO.ENOENT), CWD), DEFAULT_CONFIG);
});

Deno.test("readConfig() parses the file", () => {
  assertEquals(readConfig(new OneFile("n3"), CWD), { ...DEFAULT_CONFIG, keep: 3 });
});

Deno.test("a config that cannot be opened is an error", () => {
  assertThrows(() => readConfigText(new OneFile(ERRNO.EACCES), CWD), SysError);
});

Deno.test("a config is read up to its bound, and a longer one is an error", () => {
  const most = "#".repeat(MOST_CONFIG_BYTES);
  assertEquals(readConfigText(new OneFile(most), CWD)?.length, MOST_CONFIG_BYTES);
  const kernel = new OneFile(`${most}\n`);
  const thrown = assertThrows(() => readConfigText(kernel, CWD), SysError);
  assertEquals([thrown.errno, kernel.closed], [ERRNO.EFBIG, 1]);
});

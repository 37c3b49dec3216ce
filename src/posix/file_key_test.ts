import { assertEquals } from "@std/assert";
import { fileKeyOf } from "./file_key.ts";

Deno.test("fileKeyOf() is the device, a colon and the inode", () => {
  assertEquals(fileKeyOf({ device: 3, inode: 99 }), "3:99");
});

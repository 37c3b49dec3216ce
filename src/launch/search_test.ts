import { ERRNO } from "../posix/errno.ts";
import { assertEquals } from "@std/assert";
import { candidates, pathOf, tryInOrder } from "./search.ts";

Deno.test("candidates() looks for a name in each directory of PATH, and takes a path as it is", () => {
  assertEquals(candidates("ls", "/bin::/usr/bin"), ["/bin/ls", "./ls", "/usr/bin/ls"]);
  assertEquals(candidates("ls", ""), ["./ls"]);
  assertEquals(candidates("./ls", "/bin"), ["./ls"]);
  assertEquals(pathOf([]), "/bin:/usr/bin");
  assertEquals(pathOf(["PATH="]), "");
});

Deno.test("tryInOrder() goes on if a file is missing or may not be executed, and ends at any other error", () => {
  const search = (...errnos: readonly number[]) => {
    const tried: string[] = [];
    const paths = errnos.map((errno, i) => `${i}:${errno}`);
    const result = tryInOrder(paths, (path) => {
      tried.push(path);
      return Number(path.split(":")[1]);
    });
    return { result, tried: tried.length };
  };
  const { ENOENT, EACCES, ENOEXEC, ENOTDIR } = ERRNO;
  assertEquals(search(ENOENT, 0, EACCES), { result: { path: "1:0" }, tried: 2 });
  assertEquals(search(ENOENT, EACCES, ENOENT), { result: { errno: EACCES }, tried: 3 });
  assertEquals(search(ENOENT, ENOENT), { result: { errno: ENOENT }, tried: 2 });
  assertEquals(search(ENOEXEC, 0), { result: { errno: ENOEXEC }, tried: 1 });
  assertEquals(search(EACCES, ENOTDIR, 0), { result: { errno: ENOTDIR }, tried: 2 });
});

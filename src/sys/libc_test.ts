/** Binding functions of libc, and reading its memory. */
import { ERRNO } from "../posix/errno.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { bytesOf } from "./bytes.ts";
import { bindLibc, startEnvironment } from "./libc.ts";

const AT_FDCWD = -100;
const MAP_SHARED = 1;

for (const compiled of [true, false]) {
  const how = `bindLibc() with compiled ${compiled}`;

  Deno.test(`${how}: errno is that of the last call, no matter what failed before`, () => {
    const { c, errno } = bindLibc(["close", "openat", "ftruncate"], compiled);
    const nowhere = bytesOf("/nonexistent/file\0");
    const directory = bytesOf("/\0");
    const found = new Set<string>();
    for (let i = 0; i < 20_000; i++) {
      const closed = c.close(-1);
      const afterClose = errno[0];
      const opened = c.openat(AT_FDCWD, nowhere, 0, 0);
      const afterOpen = errno[0];
      const created = c.openat(AT_FDCWD, directory, 1, 0);
      const afterCreate = errno[0];
      // Garbage, so that it is collected between calls now and then.
      found.add([closed, afterClose, opened, afterOpen, created, afterCreate].join(" "));
    }
    assertEquals([...found], [[-1, ERRNO.EBADF, -1, ERRNO.ENOENT, -1, ERRNO.EISDIR].join(" ")]);
  });

  Deno.test(`${how}: a function gets all its arguments, also when they fill the registers`, async () => {
    const { c, errno } = bindLibc(["openat", "close", "mmap", "munmap"], compiled);
    const path = await Deno.makeTempFile({ prefix: "denit-libc-" });
    try {
      const fd = c.openat(AT_FDCWD, bytesOf(`${path}\0`), 0, 0);
      const at = c.mmap(0n, 4096n, 0, MAP_SHARED, fd, 0n);
      assert(at > 0n);
      assertEquals(c.munmap(at, 4096n), 0);
      // No offset into a page.
      assertEquals([c.mmap(0n, 4096n, 0, MAP_SHARED, fd, 1n), errno[0]], [-1n, ERRNO.EINVAL]);
      assertEquals(c.close(fd), 0);
    } finally {
      await Deno.remove(path);
    }
  });

  Deno.test(`${how}: a function that was not named cannot be called`, () => {
    const { c } = bindLibc(["close"], compiled);
    assertThrows(() => c.getpid(), TypeError);
  });
}

Deno.test("startEnvironment() reads strings of any length, and a table that setenv(3) has moved", () => {
  const { c } = bindLibc(["environ"], false);
  const long = "DENIT_TEST_LONG";
  try {
    for (const length of [0, 1, 4095, 4096, 10_000]) {
      Deno.env.set(long, "x".repeat(length));
      const entries = startEnvironment(c).filter((entry) => entry.startsWith(`${long}=`));
      assertEquals(entries, [`${long}=${"x".repeat(length)}`]);
    }
  } finally {
    Deno.env.delete(long);
  }
  assertEquals(startEnvironment(c).length, Object.keys(Deno.env.toObject()).length);
});

/** Nothing of this can be taken back: so each is done in a process of its own, which tells what it may still do. */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { IS_ROOT, LANDLOCK_VERSION } from "../../tests/machine.ts";

const CHILD = fromFileUrl(new URL("../../tests/sys/confined.ts", import.meta.url));

/** The first that speaks of TCP. */
const TCP_VERSION = 4;

/** Runs one of the child's acts; what it prints as JSON. */
async function child(act: string, ...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-lock", CHILD, act, ...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0) throw new Error(`${act} ended with ${code}: ${text(stderr)}`);
  return JSON.parse(text(stdout));
}

async function withTree(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "denit-confine-" });
  try {
    for (const name of ["written", "written/inner", "read", "outside"]) {
      await Deno.mkdir(`${directory}/${name}`, { recursive: true });
      await Deno.writeTextFile(`${directory}/${name}/file`, "text");
    }
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test({
  name: "confine() leaves what the rules name, and denies the rest (needs Landlock 4)",
  ignore: LANDLOCK_VERSION < TCP_VERSION,
  fn: async () => {
    await withTree(async (directory) => {
      assertEquals(await child("confine", directory), {
        confined: true,
        "written: read": "done",
        "written: make, write, cut, rename, remove": "done",
        "written, beneath: write": "done",
        "written: list": "done",
        "written: make a directory": "EACCES",
        "written: make a link": "EACCES",
        "read: read": "done",
        "read: write": "EACCES",
        "read: remove": "EACCES",
        "outside: read": "EACCES",
        "outside: make": "EACCES",
        "outside: list": "EACCES",
        "outside, through ..: read": "EACCES",
        "/etc/passwd: read": "EACCES",
        "opened before: read": "done",
        "TCP: listen": "PermissionDenied",
        "again, for more: outside": "EACCES",
      });
    });
  },
});

Deno.test("giveUpPrivileges() is told by the kernel", async () => {
  assertEquals(await child("privileges"), { before: "0", after: "1" });
});

Deno.test({
  name: "becomeUser() changes every id and group, and there is no way back (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    assertEquals(await child("user", "1234", "2345", "3001,3002"), {
      uid: "1234 1234 1234 1234",
      gid: "2345 2345 2345 2345",
      groups: "3001 3002",
      again: "done",
      back: "EPERM",
      file: "1234:2345",
    });
    assertEquals(await child("user", "1234", "2345", ""), {
      uid: "1234 1234 1234 1234",
      gid: "2345 2345 2345 2345",
      groups: "",
      again: "done",
      back: "EPERM",
      file: "1234:2345",
    });
  },
});

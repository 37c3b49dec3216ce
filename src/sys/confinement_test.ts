/**
 * Tests of calls that cannot be taken back. So each call is made in a process of its own, which tells what it may still
 * do.
 */
import { ERRNO } from "../posix/errno.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { IS_ROOT, LANDLOCK_VERSION } from "../../tests/machine.ts";
import { ConfinementCalls } from "./confinement.ts";
import { SysError } from "./error.ts";
import type { Libc } from "./libc.ts";

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

/** A libc whose Landlock is of this version, or fails with the errno; what it is asked for is kept. */
function landlockOf(
  version: number,
  errno = 0,
): { readonly calls: ConfinementCalls; readonly asked: string[] } {
  const asked: string[] = [];
  const attributes = (bytes: Uint8Array<ArrayBuffer>) =>
    [...new BigUint64Array(bytes.slice().buffer, 0, bytes.length >> 3)].map((one) => one.toString(2).length)
      .join(" ");
  const c = {
    landlock_create_ruleset: (_: bigint, bytes: Uint8Array<ArrayBuffer> | null, size: bigint) => {
      if (bytes === null) return BigInt(version);
      asked.push(`ruleset of ${size} bytes, bits ${attributes(bytes)}`);
      return 50n;
    },
    landlock_add_rule: (_: bigint, ruleset: bigint, kind: bigint, bytes: Uint8Array<ArrayBuffer>) => {
      const view = new DataView(bytes.buffer);
      asked.push(
        `rule ${ruleset} ${kind} 0x${view.getBigUint64(0, true).toString(16)} ${view.getInt32(8, true)}`,
      );
      return 0n;
    },
    landlock_restrict_self: (_: bigint, ruleset: bigint) => {
      asked.push(`restrict ${ruleset}`);
      return 0n;
    },
    close: (fd: number) => void asked.push(`close ${fd}`),
  };
  return { calls: new ConfinementCalls({ c: c as unknown as Libc, errno: new Int32Array([errno]) }), asked };
}

Deno.test("confine() returns false where the kernel has no Landlock or has it switched off, and throws any other failure", () => {
  for (const errno of [ERRNO.ENOSYS, ERRNO.EOPNOTSUPP]) {
    const { calls, asked } = landlockOf(-1, errno);
    assertEquals([calls.confine([{ directory: 7, write: true }]), asked], [false, []]);
  }
  assertThrows(() => landlockOf(-1, ERRNO.EPERM).calls.confine([]), SysError);
});

Deno.test("confine() asks each version of Landlock for all that it knows, and for no more", () => {
  const rulesets = [1, 2, 3, 4, 5, 6, 7, 99].map((version) => {
    const { calls, asked } = landlockOf(version);
    calls.confine([]);
    return `${version}: ${asked[0]}`;
  });
  assertEquals(rulesets, [
    "1: ruleset of 8 bytes, bits 13",
    "2: ruleset of 8 bytes, bits 14",
    "3: ruleset of 8 bytes, bits 15",
    "4: ruleset of 16 bytes, bits 15 2",
    "5: ruleset of 16 bytes, bits 16 2",
    "6: ruleset of 24 bytes, bits 16 2 2",
    "7: ruleset of 24 bytes, bits 16 2 2",
    "99: ruleset of 24 bytes, bits 16 2 2",
  ]);
  const { calls, asked } = landlockOf(1);
  calls.confine([{ directory: 7, write: true }, { directory: 8, write: false }]);
  // Truncation is not known to the first version, and so is not allowed either.
  assertEquals(asked.slice(1), ["rule 50 1 0x12e 7", "rule 50 1 0xc 8", "restrict 50", "close 50"]);
});

Deno.test("the kernel shows what giveUpPrivileges() did", async () => {
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

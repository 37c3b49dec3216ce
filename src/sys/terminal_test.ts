/** On a real pseudo terminal, and real files. */
import { ERRNO } from "../posix/errno.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Pty } from "../../tests/getty/pty.ts";
import { FileCalls } from "./files.ts";
import { abiOf } from "./abi.ts";
import { SysError } from "./error.ts";
import { bindLibc } from "./libc.ts";
import { TerminalCalls } from "./terminal.ts";

const BOUND = bindLibc(
  [
    "openat",
    "close",
    "poll",
    "fcntl",
    "fcntl_lock",
    "ioctl",
    "ioctl_number",
    "ttyname_r",
    "fchown",
    "getsid",
    "uname",
    "pwrite",
    "signal",
  ],
  false,
);
const terminals = new TerminalCalls(BOUND, true);
const files = new FileCalls(BOUND, abiOf(Deno.build.arch));
const CWD = -100;
const O_RDONLY = 0;
const O_RDWR = 2;
const O_NOCTTY = 0o400;
/** struct termios of asm-generic. */
const SETTINGS_SIZE = 36;

function withSlave(use: (fd: number, seat: Pty) => void): void {
  using seat = new Pty();
  const fd = files.open(CWD, seat.path, O_RDWR | O_NOCTTY);
  try {
    use(fd, seat);
  } finally {
    files.close(fd);
  }
}

function errnoOf(act: () => void): number {
  return assertThrows(act, SysError).errno;
}

Deno.test("settings of a terminal are read and set, and have the known length", () => {
  withSlave((fd, seat) => {
    const record = terminals.settings(fd, 64);
    // Behind struct termios the kernel writes nothing.
    assertEquals([...record.subarray(SETTINGS_SIZE)], Array(64 - SETTINGS_SIZE).fill(0));
    const changed = record.slice(0, SETTINGS_SIZE);
    changed[17] = 0x18;
    terminals.setSettings(fd, changed);
    assertEquals(seat.settings(), changed);
  });
});

Deno.test("terminalPath() is the path of a terminal, and throws for a file that is no terminal", () => {
  withSlave((fd, seat) => {
    assertEquals(terminals.nameOf(fd), seat.path);
    assertEquals(terminals.unsent(fd), 0);
    assertEquals(terminals.sessionOf(fd), undefined);
    terminals.discard(fd, "both");
    assert(terminals.isReadWrite(fd));
  });
  const fd = files.open(CWD, "/dev/null", O_RDONLY);
  assertEquals(errnoOf(() => terminals.settings(fd, SETTINGS_SIZE)), ERRNO.ENOTTY);
  assertEquals(errnoOf(() => terminals.nameOf(fd)), ERRNO.ENOTTY);
  assertEquals(errnoOf(() => terminals.discard(fd, "input")), ERRNO.ENOTTY);
  assertEquals(errnoOf(() => terminals.control(fd)), ERRNO.ENOTTY);
  assertEquals([terminals.isReadWrite(fd), terminals.unsent(fd)], [false, 0]);
  files.close(fd);
});

Deno.test("discard() throws away bytes that were typed and not read", async () => {
  using seat = new Pty();
  const fd = files.open(CWD, seat.path, O_RDWR | O_NOCTTY);
  try {
    await seat.types("lost\n");
    terminals.discard(fd, "input");
    assertEquals(files.poll(fd, "read", 0), false);
  } finally {
    files.close(fd);
  }
});

Deno.test("systemNames() are those that uname prints", () => {
  const [system, node, release] = terminals.names();
  assertEquals([system, node, release], ["Linux", Deno.hostname(), Deno.osRelease()]);
});

Deno.test("copyOf() makes another descriptor of the same open file, from 3 on", () => {
  const fd = files.open(CWD, "/dev/null", O_RDWR);
  const copy = terminals.copy(fd);
  assert(copy >= 3 && copy !== fd);
  files.close(fd);
  assert(terminals.isReadWrite(copy));
  files.close(copy);
});

Deno.test("writeAt() writes all bytes at the offset, or throws", async () => {
  const path = await Deno.makeTempFile({ prefix: "denit-records-" });
  try {
    const fd = files.open(CWD, path, O_RDWR);
    files.writeAt(fd, Uint8Array.of(1, 2), 3);
    assertEquals([...await Deno.readFile(path)], [0, 0, 0, 1, 2]);
    files.close(fd);
    const readOnly = files.open(CWD, path, O_RDONLY);
    assertEquals(errnoOf(() => files.writeAt(readOnly, Uint8Array.of(1), 0)), ERRNO.EBADF);
    files.close(readOnly);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("lockRecords() is false while another process has the lock", async () => {
  const path = await Deno.makeTempFile({ prefix: "denit-records-" });
  const fd = files.open(CWD, path, O_RDWR);
  const script =
    'use Fcntl; open(F, "+<", $ARGV[0]); $l = pack("s s l q q l l", F_WRLCK, 0, 0, 0, 0, 0, 0);' +
    'fcntl(F, F_SETLK, $l) or die; $| = 1; print "locked"; <STDIN>;';
  const holder = new Deno.Command("perl", {
    args: ["-e", script, path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  try {
    const reader = holder.stdout.getReader();
    await reader.read();
    assertEquals(terminals.lockRecords(fd), false);
    await holder.stdin.close();
    await holder.status;
    await reader.cancel();
    assertEquals(terminals.lockRecords(fd), true);
  } finally {
    files.close(fd);
    await Deno.remove(path);
  }
});

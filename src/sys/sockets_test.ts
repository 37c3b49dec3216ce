/** Sockets between two processes, with the descriptors and credentials that they carry. */
import { CWD, type Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { has, IS_ROOT } from "../../tests/machine.ts";
import { eventually } from "../../tests/wait.ts";
import { OPEN, WOULD_BLOCK } from "../runtime/kernel.ts";
import { FLEET_CALLS, linuxKernel } from "../../tests/linux_kernel.ts";
import { bytesOf, byteString } from "./bytes.ts";
import { SysError } from "./error.ts";
import { bindLibc } from "./libc.ts";

const kernel = await linuxKernel(new Set(FLEET_CALLS), { args: [], longLived: true });
const NAME = `denit/test/${Deno.pid}`;

/** Closes the descriptors that the body hands to `keep`, whatever happens. */
async function withDescriptors(body: (keep: (fd: Fd) => Fd) => void | Promise<void>): Promise<void> {
  const kept: Fd[] = [];
  try {
    await body((fd) => {
      kept.push(fd);
      return fd;
    });
  } finally {
    for (const fd of kept) kernel.close(fd);
  }
}

function errnoOf(call: () => unknown): number {
  return assertThrows(call, SysError).errno;
}

/** Returns all bytes of a message, as a byte string, or the number that the call answered instead. */
function received(fd: Fd, peek = false): string | number {
  const into = new Uint8Array(1 << 16);
  const { length } = kernel.receive(fd, into, peek);
  return length > 0 ? byteString(into, 0, length) : length;
}

function send(fd: Fd, text: string, descriptors: readonly Fd[] = []): number {
  return kernel.send(fd, bytesOf(text), text.length, descriptors);
}

/**
 * True when the descriptor is open. Tests ask about a pipe of their own, because Deno itself opens and closes
 * descriptors in other threads.
 */
function isOpen(fd: Fd): boolean {
  try {
    kernel.statFd(fd);
    return true;
  } catch (thrown) {
    if (thrown instanceof SysError && thrown.errno === ERRNO.EBADF) return false;
    throw thrown;
  }
}

Deno.test("a socket pair keeps messages apart, never waits, and tells the end", async () => {
  await withDescriptors((keep) => {
    const [here, there] = kernel.socketPair();
    keep(there);
    try {
      assertEquals(received(there), WOULD_BLOCK);
      assertEquals([send(here, "one"), send(here, "two")], [3, 3]);
      assertEquals([received(there), received(there), received(there)], ["one", "two", WOULD_BLOCK]);
    } finally {
      kernel.close(here);
    }
    assertEquals(received(there), 0);
    assertEquals(errnoOf(() => send(there, "x")), ERRNO.EPIPE);
  });
});

Deno.test("descriptors go with the first byte, close on exec, and belong to whoever receives them", async () => {
  await withDescriptors((keep) => {
    const [here, there] = kernel.socketPair().map(keep) as [Fd, Fd];
    const { read, write } = kernel.pipe();
    const root = kernel.open(CWD, "/", OPEN.path);
    send(here, "take", [read, root]);
    kernel.close(read);
    kernel.close(root);
    const { length, descriptors } = kernel.receive(there, new Uint8Array(100));
    descriptors.forEach(keep);
    keep(write);
    assertEquals([length, descriptors.length], [4, 2]);
    const [mine = -1, place = -1] = descriptors;
    kernel.write(write, bytesOf("through the pipe"));
    const into = new Uint8Array(100);
    assertEquals(byteString(into, 0, kernel.read(mine, into)), "through the pipe");
    assertEquals(kernel.statFd(place), kernel.stat(CWD, "/"));
    for (const fd of descriptors) {
      const flags = Number(/^flags:\t(\d+)/m.exec(Deno.readTextFileSync(`/proc/self/fdinfo/${fd}`))?.[1]);
      assertEquals(parseInt(`${flags}`, 8) & 0o2000000, 0o2000000, "close-on-exec");
    }
    assertEquals(kernel.receive(there, into), { length: WOULD_BLOCK, descriptors: [] });
  });
});

Deno.test("a message takes sixteen descriptors and refuses seventeen", async () => {
  await withDescriptors((keep) => {
    const [here, there] = kernel.socketPair().map(keep) as [Fd, Fd];
    send(here, "x", new Array<Fd>(16).fill(2));
    const { descriptors } = kernel.receive(there, new Uint8Array(1));
    descriptors.forEach(keep);
    assertEquals(new Set(descriptors).size, 16);
    assertEquals(errnoOf(() => send(here, "x", new Array<Fd>(17).fill(2))), ERRNO.EINVAL);
  });
});

Deno.test("peeking takes neither bytes nor descriptors", async () => {
  await withDescriptors((keep) => {
    const listener = keep(kernel.listenAbstract(`${NAME}/peek`));
    const client = keep(kernel.connectAbstract(`${NAME}/peek`));
    const served = keep(kernel.accept(listener) ?? -1);
    const { read, write } = kernel.pipe();
    keep(write);
    send(client, "frame", [read]);
    kernel.close(read);
    const before = nextDescriptor();
    assertEquals(kernel.receive(served, new Uint8Array(3), true), { length: 3, descriptors: [] });
    assertEquals(received(served, true), "frame");
    assertEquals(nextDescriptor(), before, "none was opened");
    const taken = kernel.receive(served, new Uint8Array(100));
    taken.descriptors.forEach(keep);
    assertEquals([taken.length, taken.descriptors.length], [5, 1]);
  });
});

function nextDescriptor(): Fd {
  const fd = kernel.open(CWD, "/", OPEN.path);
  kernel.close(fd);
  return fd;
}

Deno.test("a connection is accepted once, waits on neither end, and carries 64 KiB whole", async () => {
  await withDescriptors((keep) => {
    const listener = keep(kernel.listenAbstract(NAME));
    assertEquals(kernel.accept(listener), undefined);
    const client = keep(kernel.connectAbstract(NAME));
    const served = keep(kernel.accept(listener) ?? -1);
    assertEquals([kernel.accept(listener), received(served)], [undefined, WOULD_BLOCK]);
    const text = Array.from({ length: 1 << 16 }, (_, i) => String.fromCharCode(i * 7 & 0xff)).join("");
    assertEquals(send(client, text), text.length);
    let got = "";
    while (got.length < text.length) got += received(served);
    assertEquals(got, text);
    assertEquals(send(served, "joined\n"), 7);
    assertEquals(received(client), "joined\n");
  });
});

Deno.test("connecting to a name without a listener is ECONNREFUSED, a second listener EADDRINUSE, and a long name is refused", async () => {
  await withDescriptors((keep) => {
    assertEquals(errnoOf(() => kernel.connectAbstract(`${NAME}/nobody`)), ERRNO.ECONNREFUSED);
    keep(kernel.listenAbstract(`${NAME}/one`));
    assertEquals(errnoOf(() => kernel.listenAbstract(`${NAME}/one`)), ERRNO.EADDRINUSE);
    assertEquals(errnoOf(() => kernel.listenAbstract("x".repeat(108))), ERRNO.ENAMETOOLONG);
    assertEquals(isOpen(keep(kernel.listenAbstract("x".repeat(107)))), true);
  });
});

Deno.test("connecting to a listener with a full queue is EAGAIN at once", async () => {
  const listener = listenWithout(`${NAME}/full`);
  try {
    await withDescriptors((keep) => {
      const connects = () => keep(kernel.connectAbstract(`${NAME}/full`));
      assertEquals(
        errnoOf(() => {
          for (let i = 0; i < 3; i++) connects();
        }),
        ERRNO.EAGAIN,
      );
    });
  } finally {
    kernel.close(listener);
  }
});

/** Under the name, without room for more than one that waits. */
function listenWithout(name: string): Fd {
  const fd = kernel.listenAbstract(name);
  const { c } = bindLibc(["listen"], false);
  assertEquals(c.listen(fd, 0), 0);
  return fd;
}

Deno.test("a descriptor that is no socket has no peer", async () => {
  await withDescriptors((keep) => {
    const file = keep(kernel.open(CWD, "/", OPEN.read));
    assertEquals(errnoOf(() => kernel.peer(file)), ERRNO.ENOTSOCK);
  });
});

Deno.test("a listener knows its peer, and the peer the listener, by pid, ids and groups", async () => {
  await withDescriptors((keep) => {
    const listener = keep(kernel.listenAbstract(`${NAME}/self`));
    const client = keep(kernel.connectAbstract(`${NAME}/self`));
    const served = keep(kernel.accept(listener) ?? -1);
    const { uid, gid, groups } = idsOf("self");
    for (const fd of [client, served]) assertEquals(kernel.peer(fd), { pid: Deno.pid, uid, gid, groups });
  });
});

function idsOf(pid: number | "self"): { uid: number; gid: number; groups: number[] } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const numbers = (key: string) =>
    (new RegExp(`^${key}:(.*)$`, "m").exec(status)?.[1] ?? "").trim().split(/\s+/).filter((one) => one !== "")
      .map(Number);
  return { uid: numbers("Uid")[1] ?? -1, gid: numbers("Gid")[1] ?? -1, groups: numbers("Groups") };
}

const CAN_CHANGE = IS_ROOT && has("setpriv") && has("perl");

Deno.test({
  name: "a peer with other ids is known by them, also with a hundred groups (needs root, setpriv and perl)",
  ignore: !CAN_CHANGE,
  fn: async () => {
    const groups = Array.from({ length: 100 }, (_, i) => 3000 + i);
    const script = `use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
      connect(S, pack_sockaddr_un("\\0${NAME}/other")) or die; <STDIN>;`;
    await withDescriptors(async (keep) => {
      const listener = keep(kernel.listenAbstract(`${NAME}/other`));
      const ids = ["--reuid=1234", "--regid=2345", `--groups=${groups}`, "--", "/usr/bin/perl", "-e", script];
      const child = new Deno.Command("setpriv", { args: ids, stdin: "piped", stderr: "inherit" }).spawn();
      try {
        const served = keep(await eventually("the child connects", () => kernel.accept(listener)));
        assertEquals(kernel.peer(served), { pid: child.pid, uid: 1234, gid: 2345, groups });
      } finally {
        await child.stdin.close();
        await child.status;
      }
    });
  },
});

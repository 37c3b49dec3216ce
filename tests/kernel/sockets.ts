/** Sockets of a kernel in memory: pairs, a listener under an abstract name, messages with descriptors in them. */
import type { Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import { type Peer, type Received, WOULD_BLOCK } from "../../src/runtime/kernel.ts";
import { byteString } from "../../src/sys/bytes.ts";
import { SysError } from "../../src/sys/error.ts";
import { openFile } from "./open_file.ts";
import { Readiness } from "./readiness.ts";
import { Listener, type Passed, Socket } from "./socket.ts";

export class Sockets extends Readiness {
  /** Who we are to the other end. */
  protected self(): Peer {
    return { pid: 1, uid: 0, gid: 0, groups: [] };
  }

  socketPair(): readonly [Fd, Fd] {
    this.enter("socketpair");
    this.mayFail("socketpair");
    const [one, other] = Socket.pair(this.self());
    const first = this.newFd(openFile({ kind: "socket", socket: one, nonBlocking: true }), "socketpair");
    try {
      return [
        first,
        this.newFd(openFile({ kind: "socket", socket: other, nonBlocking: true }), "socketpair"),
      ];
    } catch (thrown) {
      this.files.delete(first);
      throw thrown;
    }
  }

  listenAbstract(name: string): Fd {
    this.enter("listen", name);
    this.mayFail("listen", name);
    const listener = new Listener(name);
    const fd = this.newFd(openFile({ kind: "listener", listener, nonBlocking: true }), "socket");
    this.listens(listener);
    return fd;
  }

  /** Called when a process listens, so that others can connect. */
  protected listens(_listener: Listener): void {}

  accept(fd: Fd): Fd | undefined {
    this.enter("accept", fd);
    const { listener } = this.file(fd);
    this.mayFail("accept");
    if (listener?.isReadable !== true) return undefined;
    if (this.files.size >= this.descriptorLimit) throw new SysError({ call: "accept", errno: ERRNO.EMFILE });
    const socket = listener.accept();
    return this.newFd(openFile({ kind: "socket", socket, nonBlocking: true }), "accept");
  }

  connectAbstract(name: string): never {
    this.violate("a fleet connects to nobody", name);
    throw new SysError({ call: "connect", errno: ERRNO.ECONNREFUSED });
  }

  peer(fd: Fd): Peer {
    this.enter("peer", fd);
    this.mayFail("peer");
    return this.#socket(fd).other?.owner ?? this.self();
  }

  #socket(fd: Fd): Socket {
    const { socket } = this.file(fd);
    if (socket === undefined) throw new SysError({ call: "socket", errno: ERRNO.ENOTSOCK });
    return socket;
  }

  send(fd: Fd, bytes: Uint8Array<ArrayBuffer>, length: number, descriptors: readonly Fd[]): number {
    this.enter("send", fd);
    const socket = this.#socket(fd);
    this.mayFail("send");
    if (!socket.isWritable) return WOULD_BLOCK;
    const sent = socket.send(byteString(bytes, 0, length), descriptors.map((one) => this.#passed(one)));
    if (sent === "gone") throw new SysError({ call: "sendmsg", errno: ERRNO.EPIPE });
    return sent ? length : WOULD_BLOCK;
  }

  #passed(fd: Fd): Passed {
    const file = this.file(fd);
    file.references++;
    return { file, release: () => this.release(file) };
  }

  receive(fd: Fd, into: Uint8Array<ArrayBuffer>, peek = false): Received {
    this.enter("receive", fd);
    const socket = this.#socket(fd);
    const message = peek ? socket.peek() : socket.take();
    if (message === undefined) return { length: socket.isEnded ? 0 : WOULD_BLOCK, descriptors: [] };
    const text = message.text.slice(0, into.length);
    for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
    if (!peek && message.passed.length > 0) this.violate("a fleet takes no descriptors", text);
    return { length: text.length, descriptors: [] };
  }
}

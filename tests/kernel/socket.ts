/** Sockets between processes of the simulated machine: messages with open files in them, and who is at the other end. */
import type { Peer } from "../../src/runtime/kernel.ts";

/** An open file on its way. Its receiver must take it, or it must be given back. */
export interface Passed {
  /** The open file, as the kernel that made it knows it. */
  readonly file: unknown;
  release(): void;
}

interface Message {
  readonly text: string;
  readonly passed: readonly Passed[];
}

/** Messages that one end holds unread; a real one holds more, and a short queue is full sooner. */
const MOST_UNREAD = 12;

/** One end of a connection. Both kinds are alike here: a message is one piece, and what is peeked at stays. */
export class Socket {
  readonly owner: Peer;
  other: Socket | undefined;
  readonly #inbox: Message[] = [];
  /** The process at this end waits for more, or for the end. */
  onChange: (() => void) | undefined;
  #closed = false;

  constructor(owner: Peer) {
    this.owner = owner;
  }

  static pair(one: Peer, other: Peer = one): readonly [Socket, Socket] {
    const [a, b] = [new Socket(one), new Socket(other)];
    a.other = b;
    b.other = a;
    return [a, b];
  }

  get isReadable(): boolean {
    return this.#inbox.length > 0 || this.isEnded;
  }

  /** True when no message comes any more. */
  get isEnded(): boolean {
    return this.#inbox.length === 0 && (this.other === undefined || this.other.#closed);
  }

  get isWritable(): boolean {
    return this.other === undefined || this.other.#closed || this.other.#inbox.length < MOST_UNREAD;
  }

  /** Sends a message. False when there is no room; `gone` when no process will read it. */
  send(text: string, passed: readonly Passed[] = []): boolean | "gone" {
    const { other } = this;
    if (other === undefined || other.#closed) {
      for (const one of passed) one.release();
      return "gone";
    }
    if (other.#inbox.length >= MOST_UNREAD) return false;
    other.#inbox.push({ text, passed });
    other.onChange?.();
    return true;
  }

  peek(): Message | undefined {
    return this.#inbox[0];
  }

  take(): Message | undefined {
    const message = this.#inbox.shift();
    // There is room again.
    if (message !== undefined) this.other?.onChange?.();
    return message;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onChange = undefined;
    for (const { passed } of this.#inbox.splice(0)) for (const one of passed) one.release();
    this.other?.onChange?.();
  }
}

/** A name in the abstract space, and who waits to be let in. */
export class Listener {
  readonly name: string;
  readonly #waiting: Socket[] = [];
  #closed = false;

  constructor(name: string) {
    this.name = name;
  }

  get isReadable(): boolean {
    return this.#waiting.length > 0;
  }

  /** The caller's end. */
  connect(from: Peer, to: Peer): Socket | undefined {
    if (this.#closed) return undefined;
    const [theirs, ours] = Socket.pair(from, to);
    this.#waiting.push(ours);
    return theirs;
  }

  accept(): Socket | undefined {
    return this.#waiting.shift();
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#waiting.splice(0)) socket.close();
  }
}

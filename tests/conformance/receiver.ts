/** Receives UDP datagrams on this machine. */
import { createSocket, type Socket } from "node:dgram";
import { latinText, withoutStamps } from "../logging/directory.ts";

const HOST = "127.0.0.1";
/** A datagram that a receiver sends to itself. When it arrives, everything sent before has arrived. */
const LAST = "\0last\0";

/** A UDP socket, and the datagrams that it has received. */
export class Receiver {
  readonly #socket: Socket;
  readonly #received: string[] = [];
  #onLast: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes) => {
      const text = latinText(bytes);
      if (text === LAST) this.#onLast();
      else this.#received.push(withoutStamps(text));
    });
  }

  /** Opens a socket on a free port of 127.0.0.1. */
  static async open(): Promise<Receiver> {
    const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
    await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
    return new Receiver(socket);
  }

  /** The port of the socket. */
  get port(): number {
    return this.#socket.address().port;
  }

  /** Returns the messages that were sent before this call, as JSON strings. Stamps are reduced to their shape. */
  async received(): Promise<readonly string[]> {
    const last = new Promise<void>((resolve) => this.#onLast = resolve);
    this.#socket.send(LAST, this.port, HOST);
    await last;
    return this.#received.map((text) => JSON.stringify(text));
  }

  /** Closes the socket. */
  close(): void {
    this.#socket.close();
  }
}

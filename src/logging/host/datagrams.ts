/** Sends lines by UDP, one a datagram, over a socket that is made for the first line (`u` and `U` of svlogd(8)). */
import type { Fd } from "../../posix/descriptor.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import type { Forward } from "../config.ts";
import { errorBytes, type ErrorText, putLine } from "../errors.ts";
import { latinBytes } from "../latin.ts";
import { MOST_PREFIX_BYTES } from "../lines.ts";
import { STAMP_BYTES } from "../stamp.ts";
import type { Forwarding } from "../forwarding.ts";

/** The part of the kernel that sending lines needs. */
export type DatagramKernel = Pick<Kernel, "datagramSocket" | "sendTo" | "close">;

const NO_SOCKET = latinBytes("warning: no udp socket available: ");
const NOT_SENT = latinBytes("warning: failure sending through udp: ");

/** The socket of one feed. */
export class DatagramSender {
  readonly #kernel: DatagramKernel;
  readonly #payload: ErrorText;
  #socket: Fd | undefined;

  constructor(kernel: DatagramKernel, lineBytes: number) {
    this.#kernel = kernel;
    const most = errorBytes(lineBytes, STAMP_BYTES + MOST_PREFIX_BYTES);
    this.#payload = { bytes: new Uint8Array(most), fill: 0 };
  }

  /** Sends to this address. */
  to({ host, port, only }: Forward): Forwarding {
    return {
      only,
      send: (bytes, from, to, lead, cut) => {
        const hasSocket = this.#open();
        this.#payload.fill = 0;
        // As in runit: the note about a line that was not sent shows the datagram. The note about a missing socket shows the
        // line without the full stops of a cut one.
        putLine(bytes, from, to, lead, this.#payload, cut && hasSocket);
        if (!hasSocket) return this.#note(NO_SOCKET);
        return this.#send(host, port) ? undefined : this.#note(NOT_SENT);
      },
    };
  }

  /** Closes the socket. The next line would make another one. */
  close(): void {
    if (this.#socket !== undefined) this.#kernel.close(this.#socket);
    this.#socket = undefined;
  }

  #open(): boolean {
    try {
      this.#socket ??= this.#kernel.datagramSocket();
      return true;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return false;
    }
  }

  #send(host: number, port: number): boolean {
    const { bytes, fill } = this.#payload;
    try {
      return this.#kernel.sendTo(this.#socket ?? -1, bytes, fill, host, port) === fill;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      return false;
    }
  }

  #note(why: Uint8Array): Uint8Array {
    const { bytes, fill } = this.#payload;
    const note = new Uint8Array(why.length + fill);
    note.set(why);
    note.set(bytes.subarray(0, fill), why.length);
    return note;
  }
}

/** Datagrams: UDP over IPv4 (udp(7), ip(7)). */
import { ERRNO } from "../posix/errno.ts";
import { CLOSE_ON_EXEC, NON_BLOCK } from "../posix/open_flag.ts";
import { Calls, size } from "./calls.ts";
import { WOULD_BLOCK } from "./facts.ts";

/** Source: linux/socket.h. */
const AF_INET = 2;
const SOCK_DGRAM = 2;
/** struct sockaddr_in (linux/in.h): family in the machine's byte order, port and address in the network's, 8 unused bytes. */
const ADDRESS_SIZE = 16;
const PORT_AT = 2;
const HOST_AT = 4;

/** Sockets of UDP, and sending. */
export class DatagramCalls extends Calls {
  readonly #address = new Uint8Array(ADDRESS_SIZE);
  readonly #view = new DataView(this.#address.buffer);

  /** A socket that does not wait, close-on-exec. */
  socket(): number {
    const fd = this.c.socket(AF_INET, SOCK_DGRAM | NON_BLOCK | CLOSE_ON_EXEC, 0);
    return fd < 0 ? this.fail("socket") : fd;
  }

  /** sendto(2) of the first `length` bytes: the count, or WOULD_BLOCK. `host` is a number of 32 bits. */
  sendTo(fd: number, from: Uint8Array<ArrayBuffer>, length: number, host: number, port: number): number {
    this.#view.setUint16(0, AF_INET, true);
    this.#view.setUint16(PORT_AT, port);
    this.#view.setUint32(HOST_AT, host);
    for (;;) {
      const n = this.c.sendto(fd, from, size(length), 0, this.#address, ADDRESS_SIZE);
      if (n >= 0) return n;
      const errno = this.lastErrno();
      if (errno === ERRNO.EAGAIN) return WOULD_BLOCK;
      if (errno !== ERRNO.EINTR) this.fail("sendto");
    }
  }
}

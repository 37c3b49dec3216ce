/** A terminal at which a test sits: the master of a pseudo terminal, through libc, because Deno has none. */
import { DEADLINE_MS, NotInTime, pause } from "../wait.ts";

const { symbols: c } = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  ioctl: { parameters: ["i32", "u32", "buffer"], result: "i32" },
});

const O_RDWR = 2;
const O_NOCTTY = 0o400;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const TIOCSPTLCK = 0x40045431;
const TIOCGPTN = 0x80045430;
const TCGETS = 0x5401;
const TCSETS = 0x5402;
/** Size of struct termios in asm-generic. */
const SETTINGS_SIZE = 36;
const POLL_MS = 2;

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function open(path: string): number {
  const fd = c.open(bytesOf(`${path}\0`), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) throw new Error(`cannot open ${path}`);
  return fd;
}

/** A pseudo terminal. getty gets the slave by its path; the test types and reads at the master. */
export class Pty implements Disposable {
  /** Path of the slave: `/dev/pts/N`. */
  readonly path: string;
  #master: number;
  readonly #piece = new Uint8Array(1 << 16);
  #shown = "";

  constructor() {
    this.#master = open("/dev/ptmx");
    const number = new Int32Array(1);
    const bytes = new Uint8Array(number.buffer);
    if (c.ioctl(this.#master, TIOCSPTLCK, bytes) < 0 || c.ioctl(this.#master, TIOCGPTN, bytes) < 0) {
      throw new Error("no pseudo terminal");
    }
    this.path = `/dev/pts/${number[0]}`;
  }

  /** All that was written to the terminal so far, as a byte string. */
  get shown(): string {
    for (;;) {
      const n = this.#master < 0 ? -1 : c.read(this.#master, this.#piece, BigInt(this.#piece.length));
      if (n <= 0) return this.#shown;
      for (let i = 0; i < n; i++) this.#shown += String.fromCharCode(this.#piece[i] ?? 0);
    }
  }

  /** Waits until the terminal shows `text` behind the first `from` bytes. Returns the offset behind the text. */
  async shows(text: string | RegExp, from = 0): Promise<number> {
    const begunMs = performance.now();
    for (;;) {
      const shown = this.shown.slice(from);
      const [at, length] = found(shown, text);
      if (at >= 0) return from + at + length;
      if (performance.now() - begunMs > DEADLINE_MS) {
        throw new NotInTime(`${JSON.stringify(String(text))} is not in ${JSON.stringify(shown)}`);
      }
      await pause(POLL_MS);
    }
  }

  /** Types a byte string. A terminal that is not read takes no more at some point, so the typing is tried again. */
  async types(text: string): Promise<void> {
    let rest = bytesOf(text);
    const begunMs = performance.now();
    while (rest.length > 0) {
      const n = c.write(this.#master, rest, BigInt(rest.length));
      if (n > 0) rest = rest.subarray(n);
      else await pause(POLL_MS);
      // The echo must be read, or the terminal takes no more.
      void this.shown;
      if (performance.now() - begunMs > DEADLINE_MS) {
        throw new NotInTime(`${rest.length} bytes are not taken`);
      }
    }
  }

  /** The line settings as the kernel keeps them: the bytes of struct termios. */
  settings(): Uint8Array<ArrayBuffer> {
    const slave = open(this.path);
    const record = new Uint8Array(64);
    c.ioctl(slave, TCGETS, record);
    c.close(slave);
    return record.slice(0, SETTINGS_SIZE);
  }

  /** Sets control flags (c_cflag), before getty asks for a name. */
  addControlFlags(flags: number): void {
    const record = this.settings();
    const view = new DataView(record.buffer);
    view.setUint32(8, view.getUint32(8, true) | flags, true);
    const slave = open(this.path);
    c.ioctl(slave, TCSETS, record);
    c.close(slave);
  }

  /** Hangs up the line, as a modem does. */
  hangUp(): void {
    if (this.#master >= 0) c.close(this.#master);
    this.#master = -1;
  }

  [Symbol.dispose](): void {
    this.hangUp();
  }
}

function found(text: string, wanted: string | RegExp): readonly [number, number] {
  if (typeof wanted === "string") return [text.indexOf(wanted), wanted.length];
  const match = wanted.exec(text);
  return match === null ? [-1, 0] : [match.index, match[0].length];
}

/** Hearing commands: `supervise/control` of every service, read letter by letter, or left unread behind a hook. */
import type { Fd } from "../../posix/descriptor.ts";
import { type Kernel, WOULD_BLOCK } from "../../runtime/kernel.ts";
import type { Loop } from "../../runtime/loop.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { listening, REFUSED_PAUSE_MS } from "../service_state.ts";
import { BOTH, type Post, type Unit } from "./unit.ts";

/** Bytes taken from one control FIFO in one turn. */
const COMMANDS_A_TURN = 64;
/** Every other byte means nothing (runsv(8)). */
const COMMAND_LETTERS = "udoxtkpcahiq12";

/** The control FIFOs of all services of a supervisor. */
export class Controls {
  readonly #kernel: Kernel;
  readonly #loop: Loop;
  readonly #onLetter: (post: Post, letter: string) => void;
  readonly #posts = new Map<Fd, Post>();
  readonly #letters = new Uint8Array(COMMANDS_A_TURN);
  readonly #onReady = (fd: Fd): void => this.#read(fd);

  constructor(kernel: Kernel, loop: Loop, onLetter: (post: Post, letter: string) => void) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#onLetter = onLetter;
  }

  /** Begins to listen. Throws SysError. */
  open(post: Post): void {
    this.#loop.watch(post.control, "read", this.#onReady);
    this.#posts.set(post.control, post);
  }

  /** Listens no more; to be called before the FIFO is closed. */
  close({ control }: Post): void {
    this.#loop.unwatch(control);
    this.#posts.delete(control);
  }

  #read(fd: Fd): void {
    const post = this.#posts.get(fd);
    if (post === undefined) return;
    const n = this.#kernel.read(fd, this.#letters);
    // All bytes are taken out of the buffer first: a letter may bring us back here for another service.
    let letters = "";
    for (let i = 0; i < n && n !== WOULD_BLOCK; i++) {
      const letter = String.fromCharCode(this.#letters[i] ?? 0);
      if (COMMAND_LETTERS.includes(letter)) letters += letter;
    }
    for (const letter of letters) this.#onLetter(post, letter);
  }

  /** Leaves the FIFOs unread while commands wait behind a hook, and reads them again after that. */
  pauseBehindHooks(unit: Unit): void {
    unit.listenAtMs = Infinity;
    for (const who of BOTH) {
      const post = unit.post(who);
      const service = unit.service(who);
      if (post === undefined || service === undefined) continue;
      const isUnread = !listening(service);
      if (isUnread === post.isUnread) continue;
      if (isUnread) this.#loop.unwatch(post.control);
      else if (!this.#listenAgain(post)) continue;
      post.isUnread = isUnread;
    }
  }

  /** False when the kernel is out of memory, or of what one user may watch. It is tried again; the FIFO keeps the commands. */
  #listenAgain({ unit, control }: Post): boolean {
    try {
      this.#loop.watch(control, "read", this.#onReady);
      return true;
    } catch (thrown) {
      rethrowUnlessSysError(thrown);
      unit.listenAtMs = this.#kernel.monotonicMs() + REFUSED_PAUSE_MS;
      return false;
    }
  }
}

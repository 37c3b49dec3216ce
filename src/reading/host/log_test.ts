/**
 * A log that is followed while a simulated logger writes, rotates, prunes and processes it: whenever it is looked at, and
 * whatever happened in between or in the midst of a look, every line comes once, and in order.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ERRNO } from "../../posix/errno.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../../tests/for_all.ts";
import { type FileStat } from "../../runtime/kernel.ts";
import { SysError } from "../../sys/error.ts";
import { tai64nLabel } from "../../time/tai64n.ts";
import { Log, type LogKernel } from "./log.ts";
import { PIECE_BYTES } from "./log_file.ts";

const DIRECTORY: Fd = 1000;

interface File {
  readonly inode: number;
  text: string;
}

/** One directory in memory. What it is asked for may be the moment in which `between` happens. */
class Disk implements LogKernel {
  readonly files = new Map<string, File>();
  readonly #open = new Map<Fd, File | undefined>();
  #inodes = 0;
  #fds = 0;
  between: () => void = () => {};

  create(name: string, text = ""): void {
    this.files.set(name, { inode: ++this.#inodes, text });
  }

  rename(from: string, to: string): void {
    const file = this.files.get(from);
    if (file === undefined) return;
    this.files.delete(from);
    this.files.set(to, file);
  }

  get opened(): ReadonlySet<File | undefined> {
    return new Set(this.#open.values());
  }

  get openFiles(): number {
    return this.#open.size;
  }

  open(dir: Fd, path: string): Fd {
    this.between();
    const fd = dir === DIRECTORY || path === "." ? ++this.#fds : DIRECTORY;
    if (fd === DIRECTORY || path === ".") return fd;
    const file = this.files.get(path);
    if (file === undefined) throw new SysError({ call: "open", path, errno: ERRNO.ENOENT });
    this.#open.set(fd, file);
    return fd;
  }

  close(fd: Fd): void {
    this.#open.delete(fd);
  }

  readAt(fd: Fd, into: Uint8Array<ArrayBuffer>, at: number): number {
    const text = this.#file(fd).text.slice(at, at + into.length);
    for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
    return text.length;
  }

  readDirectory(): string[] {
    this.between();
    return [...this.files.keys()];
  }

  stat(_dir: Fd, path: string): FileStat {
    this.between();
    const file = this.files.get(path);
    if (file === undefined) throw new SysError({ call: "stat", path, errno: ERRNO.ENOENT });
    return statOf(file);
  }

  statFd(fd: Fd): FileStat {
    return statOf(this.#file(fd));
  }

  #file(fd: Fd): File {
    const file = this.#open.get(fd);
    if (file === undefined) throw new SysError({ call: "read", errno: ERRNO.EBADF });
    return file;
  }
}

function statOf({ inode, text }: File): FileStat {
  return {
    inode,
    size: text.length,
    links: 1,
    device: 1,
    kind: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeNs: 0n,
    ctimeNs: 0n,
    birthNs: 0n,
  };
}

/** A logger, and what inotify would tell of it. */
class Logger {
  readonly disk = new Disk();
  readonly written: string[] = [];
  /** Names that `current` was renamed to, not told yet. */
  readonly events: string[] = [];
  /** Files that the reader had open when its look began. */
  held: ReadonlySet<File | undefined> = new Set();
  #wallNs = 1_710_276_820_000_000_000n;
  #lines = 0;

  constructor() {
    this.disk.create("current");
  }

  act(what: Act): void {
    const { files } = this.disk;
    switch (what) {
      case "line":
      case "half": {
        const line = `line ${++this.#lines}`;
        this.written.push(line);
        const current = files.get("current");
        if (current === undefined) return;
        // Cut by the end of the file: the rest begins the next one.
        if (what === "line") current.text += `${line}\n`;
        else {
          current.text += line.slice(0, 3);
          this.#rotate();
          const next = files.get("current");
          if (next !== undefined) next.text += `${line.slice(3)}\n`;
        }
        return;
      }
      case "rotate":
        return this.#rotate();
      case "prune":
        return this.#prune();
      case "lose": {
        const [oldest = ""] = this.#oldLogs();
        return void files.delete(oldest);
      }
      case "process":
        for (const [name, file] of [...files]) {
          if (!name.endsWith(".u")) continue;
          files.delete(name);
          this.disk.create(`${name.slice(0, -1)}s`, file.text);
        }
    }
  }

  /**
   * Removes the oldest old log, if the reader is sure to have its lines: a file that the reader has open stays readable,
   * but of others it might not have seen a line yet. A file that was opened only in the look under way is not safe: the
   * reader lets it go when the names changed meanwhile. Such a file is spared while it is the newest old log, as svlogd
   * does with `n1` and more.
   */
  #prune(): void {
    const { files, opened } = this.disk;
    const names = this.#oldLogs();
    const [oldest = ""] = names;
    const file = files.get(oldest);
    if (file !== undefined && opened.has(file) && (this.held.has(file) || names.length > 1)) {
      files.delete(oldest);
    }
  }

  #oldLogs(): string[] {
    return [...this.disk.files.keys()].filter((name) => name.startsWith("@")).sort();
  }

  #rotate(): void {
    const name = `${tai64nLabel(this.#wallNs += 1_000_000n)}.u`;
    this.disk.rename("current", name);
    this.disk.create("current");
    this.events.push(name);
  }
}

type Act = "line" | "half" | "rotate" | "process" | "prune" | "lose";

function makeLog(disk: Disk, complaints: string[], follow: boolean): Log {
  const means = {
    kernel: disk,
    buffer: new Uint8Array(PIECE_BYTES),
    zlib: () => {
      throw new Error("nothing is compressed here");
    },
    follow,
    complain: (text: string) => complaints.push(text),
  };
  return new Log(means, 0, "web", "/log");
}

function drain(log: Log, into: string[]): void {
  for (let line = log.next(); line !== undefined; line = log.next()) into.push(line.text);
}

const ACT = fc.constantFrom<Act>("line", "line", "line", "half", "rotate", "process", "prune");
/** What happens before each look, and within the calls of one. */
const TURN = fc.record({ before: fc.array(ACT, { maxLength: 8 }), within: fc.array(ACT, { maxLength: 6 }) });

/** A log that is followed, and the logger that writes it. */
class Following {
  readonly logger = new Logger();
  readonly lines: string[] = [];
  readonly complaints: string[] = [];
  readonly #log: Log;
  /** inotify told of a rotation since the look began. */
  #again = false;

  /** Begins to follow after `first` has happened. */
  constructor(first: readonly Act[]) {
    for (const act of first) this.logger.act(act);
    this.logger.events.length = 0;
    this.#log = makeLog(this.logger.disk, this.complaints, true);
    this.#log.open(undefined);
    drain(this.#log, this.lines);
  }

  /** One look, in whose calls `within` happens, one act a call. */
  look(within: readonly Act[]): void {
    const { logger } = this;
    const acts = [...within];
    logger.held = logger.disk.opened;
    logger.disk.between = () => {
      const act = acts.shift();
      if (act !== undefined) logger.act(act);
    };
    this.#absorb();
    do {
      this.#again = false;
      this.#log.refresh(() => this.#absorb());
    } while (this.#again);
    logger.disk.between = () => {};
    drain(this.#log, this.lines);
  }

  #absorb(): void {
    const { events } = this.logger;
    this.#again ||= events.length > 0;
    for (const name of events.splice(0)) this.#log.sawRotation(name);
  }

  /** What happened last is told, too: until nothing is left to be told. */
  finish(): void {
    do this.look([]); while (this.logger.events.length > 0);
    this.look([]);
    this.#log.close();
    assertEquals(this.logger.disk.openFiles, 0);
  }
}

Deno.test("Log follows any sequence of writing, rotating and processing without losing or repeating a line", (t) => {
  forAll(
    t,
    fc.property(fc.array(TURN, { maxLength: 12 }), fc.array(ACT, { maxLength: 8 }), (turns, first) => {
      const following = new Following(first);
      for (const { before, within } of turns) {
        for (const act of before) following.logger.act(act);
        following.look(within);
      }
      following.finish();
      const { lines, complaints, logger } = following;
      assertEquals({ lines, complaints }, { lines: logger.written, complaints: [] });
    }),
    {
      numRuns: 2000,
      // The newest old log is pruned in the look that has just opened it (see `#prune`).
      examples: [[[{ before: [], within: ["half", "line", "line", "prune", "rotate", "prune"] }], []]],
    },
  );
});

Deno.test("Log misses what was rotated and removed within one look, and follows what comes after it", () => {
  const following = new Following([]);
  following.look(["rotate", "line", "line", "lose", "rotate", "lose"]);
  following.logger.act("line");
  following.look([]);
  following.logger.act("half");
  following.finish();
  assertEquals([following.lines, following.complaints], [["line 3", "line 4"], []]);
});

Deno.test("Log repeats no line and keeps their order, whatever is removed before it is read", (t) => {
  const act = fc.constantFrom<Act>("line", "line", "line", "rotate", "lose");
  const turn = fc.record({
    before: fc.array(act, { maxLength: 8 }),
    within: fc.array(act, { maxLength: 6 }),
  });
  forAll(
    t,
    fc.property(fc.array(turn, { maxLength: 12 }), (turns) => {
      const following = new Following([]);
      for (const { before, within } of turns) {
        for (const act of before) following.logger.act(act);
        following.look(within);
      }
      following.finish();
      const { lines, complaints, logger } = following;
      assertEquals({ lines, complaints }, {
        lines: logger.written.filter((line) => lines.includes(line)),
        complaints: [],
      });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("Log begins at the last lines, in whatever file they are", (t) => {
  forAll(
    t,
    fc.property(fc.array(ACT, { maxLength: 30 }), fc.nat(20), (acts, count) => {
      const logger = new Logger();
      for (const act of acts) logger.act(act);
      const log = makeLog(logger.disk, [], false);
      log.open(undefined);
      log.skipToLast({ count, counts: () => true, isTooOld: () => false });
      const lines: string[] = [];
      drain(log, lines);
      assertEquals(
        lines.slice(count === 0 ? lines.length : -count),
        logger.written.slice(count === 0 ? logger.written.length : -count),
      );
      log.close();
    }),
  );
});

Deno.test("Log starts anew in a current that was truncated", () => {
  const logger = new Logger();
  const log = makeLog(logger.disk, [], true);
  logger.act("line");
  log.open(undefined);
  const lines: string[] = [];
  drain(log, lines);
  const current = logger.disk.files.get("current");
  if (current !== undefined) current.text = "";
  log.refresh(() => {});
  logger.act("line");
  log.refresh(() => {});
  drain(log, lines);
  assertEquals(lines, ["line 1", "line 2"]);
});

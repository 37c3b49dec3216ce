/**
 * Following a log while a simulated logger writes, rotates, prunes and processes it. Every line has to come once and in
 * order, whenever the reader looks, and whatever happens between two looks or during one.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../../tests/for_all.ts";
import { Files } from "../../../tests/kernel/files.ts";
import type { Inode, RegularFile } from "../../../tests/kernel/tree.ts";
import { tai64nLabel } from "../../time/tai64n.ts";
import { Log, type LogKernel } from "./log.ts";
import { PIECE_BYTES } from "./log_file.ts";

const DIRECTORY = "/log";
/** Calls in which something else may happen; what is open is read without a surprise. */
const MOMENTS: readonly string[] = ["open", "read directory", "stat"];

/** One log directory. Any call of the reader may be the moment at which `between` happens. */
class Disk extends Files implements LogKernel {
  readonly log = this.tree.mkdir(this.tree.root, DIRECTORY);
  between: () => void = () => {};

  protected override enter(call: string): void {
    super.enter(call);
    if (MOMENTS.includes(call)) this.between();
  }

  names(): string[] {
    return [...this.log.entries.keys()];
  }

  find(name: string): RegularFile | undefined {
    const inode = this.log.entries.get(name);
    return inode?.kind === "file" ? inode : undefined;
  }

  create(name: string, text = ""): void {
    this.tree.write(this.tree.file(this.log, name, 0o644), text);
  }

  /** Files that the reader has open. */
  get opened(): ReadonlySet<Inode | undefined> {
    return new Set([...this.files.values()].map(({ inode }) => inode));
  }

  get openFiles(): number {
    return this.files.size;
  }
}

/** A logger, and the events that inotify would tell of it. */
class Logger {
  readonly disk = new Disk();
  readonly written: string[] = [];
  /** Names to which `current` was renamed, and of which inotify has not told yet. */
  readonly events: string[] = [];
  /** Files that the reader had open when its look began. */
  held: ReadonlySet<Inode | undefined> = new Set();
  #wallNs = 1_710_276_820_000_000_000n;
  #lines = 0;

  constructor() {
    this.disk.create("current");
  }

  act(what: Act): void {
    switch (what) {
      case "line":
      case "half":
        return this.#write(`line ${++this.#lines}`, what === "half");
      case "rotate":
        return this.#rotate();
      case "prune":
        return this.#prune();
      case "lose":
        return this.#remove(this.#oldLogs()[0]);
      case "process":
        for (const name of this.#oldLogs()) if (name.endsWith(".u")) this.#process(name);
    }
  }

  #write(line: string, isCut: boolean): void {
    this.written.push(line);
    if (!isCut) return this.#append(`${line}\n`);
    // Cut by the end of the file: the rest begins the next one.
    this.#append(line.slice(0, 3));
    this.#rotate();
    this.#append(`${line.slice(3)}\n`);
  }

  #append(text: string): void {
    const current = this.disk.find("current");
    if (current !== undefined) this.disk.tree.write(current, current.text + text);
  }

  /**
   * Removes the oldest old log, if the reader is sure to have its lines: a file that the reader has open stays readable,
   * but of others it might not have seen a line yet. A file that was opened only in the look under way is not safe: the
   * reader lets it go when the names changed meanwhile. Such a file is spared while it is the newest old log, as svlogd
   * does with `n1` and more.
   */
  #prune(): void {
    const names = this.#oldLogs();
    const [oldest = ""] = names;
    const file = this.disk.find(oldest);
    if (file === undefined || !this.disk.opened.has(file)) return;
    if (this.held.has(file) || names.length > 1) this.#remove(oldest);
  }

  #oldLogs(): string[] {
    return this.disk.names().filter((name) => name.startsWith("@")).sort();
  }

  #process(name: string): void {
    const text = this.disk.find(name)?.text;
    this.#remove(name);
    this.disk.create(`${name.slice(0, -1)}s`, text);
  }

  #remove(name: string | undefined): void {
    if (name !== undefined) this.disk.tree.unlink(this.disk.log, name);
  }

  #rotate(): void {
    const { tree, log } = this.disk;
    const name = `${tai64nLabel(this.#wallNs += 1_000_000n)}.u`;
    tree.rename(log, "current", log, name);
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
  return new Log(means, 0, "web", DIRECTORY);
}

function drain(log: Log, into: string[]): void {
  for (let line = log.next(); line !== undefined; line = log.next()) into.push(line.text);
}

const ACT = fc.constantFrom<Act>("line", "line", "line", "half", "rotate", "process", "prune");
/** The acts before each look, and within the calls of it. */
const TURN = fc.record({ before: fc.array(ACT, { maxLength: 8 }), within: fc.array(ACT, { maxLength: 6 }) });

/** A log that is followed, and the logger that writes it. */
class Following {
  readonly logger = new Logger();
  readonly lines: string[] = [];
  readonly complaints: string[] = [];
  readonly #log: Log;
  /** True when inotify told of a rotation since the look began. */
  #again = false;

  /** Begins to follow after `first` has happened. */
  constructor(first: readonly Act[]) {
    for (const act of first) this.logger.act(act);
    this.logger.events.length = 0;
    this.#log = makeLog(this.logger.disk, this.complaints, true);
    this.#log.open(undefined);
    drain(this.#log, this.lines);
  }

  /** Takes one look at the log. Each of its calls plays one act of `within`. */
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

  /** Looks until inotify has told of everything. */
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

Deno.test("Log misses a log that is rotated and removed within one look, and follows what comes after it", () => {
  const following = new Following([]);
  following.look(["rotate", "line", "line", "lose", "rotate", "lose"]);
  following.logger.act("line");
  following.look([]);
  following.logger.act("half");
  following.finish();
  assertEquals([following.lines, following.complaints], [["line 3", "line 4"], []]);
});

Deno.test("Log repeats no line and keeps the order, whatever is removed before it is read", (t) => {
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

Deno.test("Log begins at the last lines, whichever file they are in", (t) => {
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

Deno.test("Log starts again at the beginning of a current that was truncated", () => {
  const logger = new Logger();
  const log = makeLog(logger.disk, [], true);
  logger.act("line");
  log.open(undefined);
  const lines: string[] = [];
  drain(log, lines);
  const current = logger.disk.find("current");
  if (current !== undefined) logger.disk.tree.write(current, "");
  log.refresh(() => {});
  logger.act("line");
  log.refresh(() => {});
  drain(log, lines);
  assertEquals(lines, ["line 1", "line 2"]);
});

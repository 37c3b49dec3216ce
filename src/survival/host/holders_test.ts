import { assertEquals } from "@std/assert";
import { SIGNAL } from "../../posix/signal.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Holder } from "../service_record.ts";
import { Holders } from "./holders.ts";

const SECOND_NS = 1_000_000_000n;

/** A kernel in which one process at a time has pid 42; `signalled` lists the start times of those that got TERM. */
class OnePid {
  startNs: bigint;
  readonly signalled: bigint[] = [];

  constructor(startNs: bigint) {
    this.startNs = startNs;
  }

  processFacts() {
    return { parent: 1, startNs: this.startNs, status: undefined };
  }

  openProcess(): number {
    return 9;
  }

  signalProcess(_fd: number, signal: number): void {
    if (signal === SIGNAL.TERM) this.signalled.push(this.startNs);
  }

  close(): void {}
}

function holder(startNs: bigint): Holder {
  return { pid: 42, notBeforeNs: startNs, notAfterNs: startNs };
}

function holdersOn(kernel: OnePid): Holders<string> {
  return new Holders<string>(kernel as unknown as Kernel, () => {});
}

Deno.test("a holder of several logs is told to leave once", () => {
  const kernel = new OnePid(SECOND_NS);
  const holders = holdersOn(kernel);
  for (const log of ["web", "mail"]) holders.add(log, holder(SECOND_NS));
  holders.dismissAll();
  assertEquals(kernel.signalled, [SECOND_NS]);
});

Deno.test("a holder that got the pid of one that has left is told to leave, too", () => {
  const kernel = new OnePid(SECOND_NS);
  const holders = holdersOn(kernel);
  holders.add("web", holder(SECOND_NS));
  holders.dismissAll();
  kernel.startNs = 5n * SECOND_NS;
  holders.add("mail", holder(5n * SECOND_NS));
  holders.dismissAll();
  assertEquals(kernel.signalled, [SECOND_NS, 5n * SECOND_NS]);
});

Deno.test("of two loggers that a record names the first is the holder while it is there, else the second", () => {
  const [first, second] = [1n, 5n].map((seconds) => holder(seconds * SECOND_NS));
  for (const there of [first, second]) {
    const holders = holdersOn(new OnePid(there?.notBeforeNs ?? 0n));
    if (first !== undefined) holders.add("web", first, second);
    assertEquals(holders.holderOf("web"), there);
  }
});

Deno.test("the second of two loggers that a record names is told to leave at once while the first is there", () => {
  const signalled: number[] = [];
  const kernel = {
    processFacts: () => ({ parent: 1, startNs: SECOND_NS, status: undefined }),
    openProcess: (pid: number) => pid,
    signalProcess: (fd: number) => signalled.push(fd),
    close: () => {},
  };
  const holders = new Holders<string>(kernel as unknown as Kernel, () => {});
  holders.add("web", holder(SECOND_NS), { ...holder(SECOND_NS), pid: 43 });
  assertEquals([signalled, holders.haveLeft()], [[43], false]);
});

import { assertEquals } from "@std/assert";
import { SIGNAL } from "../../posix/signal.ts";
import type { Kernel } from "../../runtime/kernel.ts";
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

function holder(startNs: bigint) {
  return { pid: 42, notBeforeNs: startNs, notAfterNs: startNs, nextHolder: undefined };
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

import { assertEquals } from "@std/assert";
import type { Fd } from "../../posix/descriptor.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import type { Loop, Sleeper } from "../../runtime/loop.ts";
import { LeftOpen } from "./left_open.ts";

/** Descriptors 10 and above lead to the same files as those ten below. */
function leftOpen(fds: readonly Fd[]): { readonly left: LeftOpen; readonly closed: Fd[] } {
  const closed: Fd[] = [];
  const kernel = {
    keptFromLastLife: () => [...fds],
    statFd: (fd: Fd) => ({ device: 1, inode: fd % 10 }),
    close: (fd: Fd) => closed.push(fd),
    monotonicMs: () => 1000,
  };
  const loop = { schedule: (sleeper: Sleeper, atMs: number) => sleeper.wakeAtMs = atMs };
  const left = new LeftOpen(kernel as unknown as Kernel, loop as unknown as Loop);
  left.take();
  return { left, closed };
}

Deno.test("a descriptor of the life before is closed when its service has its own, the others a minute later", () => {
  const { left, closed } = leftOpen([3, 4, 5]);
  left.closeWhatIsOpenAgain(() => [13, 15, 16]);
  assertEquals([closed, left.descriptors, left.wakeAtMs], [[3, 5], [4], 61_000]);
  left.wake();
  assertEquals([closed, left.descriptors, left.wakeAtMs], [[3, 5, 4], [], Infinity]);
});

Deno.test("a further service that begins does not put off the end of the others", () => {
  const { left, closed } = leftOpen([3, 4]);
  left.closeWhatIsOpenAgain(() => []);
  left.closeWhatIsOpenAgain(() => [14]);
  assertEquals([closed, left.wakeAtMs], [[4], 61_000]);
});

Deno.test("where nothing was left open no descriptor is looked at", () => {
  const { left } = leftOpen([]);
  left.closeWhatIsOpenAgain(() => {
    throw new Error("asked");
  });
  left.close();
  assertEquals(left.wakeAtMs, Infinity);
});

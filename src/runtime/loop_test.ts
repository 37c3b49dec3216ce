/** The order of a turn, deadlines, faults of callbacks, gathering. */
import { SIGNAL } from "../posix/signal.ts";
import { assertEquals } from "@std/assert";
import { plainKernel, type SimulatedKernel } from "../../tests/simulation/kernel.ts";
import { bytesOf } from "../sys/bytes.ts";
import { Loop, type Sleeper, TURN_BUDGET_MS } from "./loop.ts";

function begin(): { readonly kernel: SimulatedKernel; readonly loop: Loop; readonly said: string[] } {
  const kernel = plainKernel();
  const said: string[] = [];
  const loop = new Loop(
    kernel,
    (thrown) => said.push(`fault: ${thrown instanceof Error ? thrown.message : thrown}`),
  );
  return { kernel, loop, said };
}

/** The reading end of a pipe that has something in it. */
function readable(kernel: SimulatedKernel): number {
  const { read, write } = kernel.pipe();
  kernel.write(write, bytesOf("x"));
  return read;
}

function sleeper(wake: () => void): Sleeper {
  return { wakeAtMs: Infinity, wake };
}

Deno.test("the first descriptor is looked at before all others, in every turn", () => {
  const { kernel, loop, said } = begin();
  for (let i = 0; i < 8; i++) loop.watch(readable(kernel), "read", () => said.push("pipe"));
  loop.watchFirst(kernel.signals([SIGNAL.CHLD]), () => said.push("signal"));
  kernel.raise(SIGNAL.CHLD);
  loop.turn();
  loop.turn();
  assertEquals([said.length, said[0], said[9]], [18, "signal", "signal"]);
});

Deno.test("the loop hands over what a callback throws, and still calls all others", () => {
  const { kernel, loop, said } = begin();
  loop.watchFirst(readable(kernel), () => {
    throw new Error("first");
  });
  loop.watch(readable(kernel), "read", () => said.push("second"));
  const clock = sleeper(() => {
    throw new Error("clock");
  });
  loop.schedule(clock, kernel.monotonicMs());
  loop.goOn(() => said.push("more"));
  loop.turn();
  assertEquals(said, ["fault: first", "second", "fault: clock", "more"]);
});

Deno.test("a descriptor that another callback stopped watching in this turn is not called", () => {
  const { kernel, loop, said } = begin();
  const second = readable(kernel);
  loop.watchFirst(readable(kernel), () => {
    loop.unwatch(second);
    kernel.close(second);
  });
  loop.watch(second, "read", () => said.push("second"));
  loop.turn();
  assertEquals(said, []);
});

Deno.test("sleepers wake in the order of their deadlines, and not before", () => {
  const { kernel, loop, said } = begin();
  const begunMs = kernel.monotonicMs();
  const delays = Array.from({ length: 200 }, (_, i) => (i * 7919) % 1009);
  for (const delayMs of delays) {
    const clock = sleeper(() => {
      if (kernel.monotonicMs() < begunMs + delayMs) said.push(`${delayMs} too soon`);
      else said.push(String(delayMs));
    });
    loop.schedule(clock, begunMs + delayMs);
  }
  while (said.length < delays.length) loop.turn();
  assertEquals(said, delays.toSorted((a, b) => a - b).map(String));
});

Deno.test("a sleeper wakes once, at the last time it was given", () => {
  const { kernel, loop, said } = begin();
  const nowMs = kernel.monotonicMs();
  const [later, sooner, never] = ["later", "sooner", "never"].map((name) => sleeper(() => said.push(name)));
  if (later === undefined || sooner === undefined || never === undefined) throw new Error("no sleepers");
  for (const clock of [later, sooner, never]) loop.schedule(clock, nowMs + 100);
  loop.schedule(later, nowMs + 300);
  loop.schedule(sooner, nowMs + 50);
  loop.schedule(never, Infinity);
  const end = sleeper(() => loop.stop());
  loop.schedule(end, nowMs + 1000);
  loop.run();
  assertEquals(said, ["sooner", "later"]);
});

Deno.test("a sleeper may ask for another time while it wakes", () => {
  const { kernel, loop, said } = begin();
  const clock: Sleeper = sleeper(() => {
    said.push("tick");
    if (said.length === 3) loop.stop();
    else loop.schedule(clock, kernel.monotonicMs() + 1000);
  });
  loop.schedule(clock, kernel.monotonicMs());
  loop.run();
  assertEquals(said, ["tick", "tick", "tick"]);
});

Deno.test("with nothing ready and no deadline the loop waits for ever, also after a deadline was called off", () => {
  const { kernel, loop } = begin();
  const off = sleeper(() => {});
  loop.schedule(off, kernel.monotonicMs() + 1000);
  loop.schedule(off, Infinity);
  let waited = 0;
  kernel.onIdle = () => {
    waited++;
    kernel.raise(SIGNAL.TERM);
    return true;
  };
  loop.watchFirst(kernel.signals([SIGNAL.TERM]), (fd) => {
    kernel.nextSignal(fd);
    loop.stop();
  });
  loop.run();
  assertEquals([waited, kernel.turns], [1, 1]);
});

Deno.test("a deadline within a millisecond is one wait, not many", () => {
  const { kernel, loop } = begin();
  const clock = sleeper(() => loop.stop());
  loop.schedule(clock, kernel.monotonicMs() + 0.25);
  loop.run();
  assertEquals(kernel.turns, 1);
});

Deno.test("work that goes on is done without waiting, once a turn, after ready descriptors", () => {
  const { kernel, loop, said } = begin();
  loop.watch(readable(kernel), "read", () => said.push("pipe"));
  const more = () => {
    said.push("more");
    if (said.length < 4) loop.goOn(more);
  };
  loop.goOn(more);
  loop.goOn(more);
  loop.turn();
  assertEquals(said, ["pipe", "more"]);
  loop.turn();
  assertEquals(said, ["pipe", "more", "pipe", "more"]);
});

Deno.test("sleepers that take longer than a turn do not hold up descriptors", () => {
  const { kernel, loop, said } = begin();
  loop.watch(readable(kernel), "read", () => said.push("pipe"));
  for (let i = 0; i < 5; i++) {
    const clock = sleeper(() => {
      said.push("clock");
      kernel.world.moveTo(kernel.monotonicMs() + TURN_BUDGET_MS / 2);
    });
    loop.schedule(clock, kernel.monotonicMs());
  }
  for (let turn = 0; turn < 3; turn++) loop.turn();
  assertEquals(said, ["pipe", "clock", "clock", "pipe", "clock", "clock", "pipe", "clock"]);
});

Deno.test("a loop that is stopped calls nobody any more, not even in the rest of its turn", () => {
  const { kernel, loop, said } = begin();
  loop.watchFirst(readable(kernel), () => loop.stop());
  loop.watch(readable(kernel), "read", () => said.push("pipe"));
  loop.schedule(sleeper(() => said.push("clock")), kernel.monotonicMs());
  loop.goOn(() => said.push("more"));
  loop.run();
  assertEquals(said, []);
});

/** A loop that gathers, on a kernel whose events come one a turn, `gapMs` apart; how often it waited for more. */
function gatherings(gapMs: number, turns: number, hurries = false): number {
  let nowMs = 0;
  let waited = 0;
  const loop = new Loop({
    monotonicMs: () => nowMs,
    watch: () => {},
    unwatch: () => {},
    wait: () => {
      nowMs += gapMs;
      return 1;
    },
    ready: () => 5,
    poll: () => {
      waited++;
      return false;
    },
  }, () => {});
  loop.watchFirst(3, () => {});
  loop.watch(5, "read", () => hurries ? loop.hurry() : undefined);
  loop.gather(4);
  for (let i = 0; i < turns; i++) loop.turn();
  return waited;
}

Deno.test("a loop that gathers waits for more only where events come densely and are small", () => {
  assertEquals(gatherings(0.1, 101), 100);
  assertEquals(gatherings(10, 101), 0);
  assertEquals(gatherings(0.1, 101, true), 0);
});

Deno.test("a loop tidies while events come, and is not woken to do so", () => {
  let nowMs = 0;
  const timeouts: number[] = [];
  const tidied: number[] = [];
  const loop = new Loop({
    monotonicMs: () => nowMs,
    watch: () => {},
    unwatch: () => {},
    wait: (timeoutMs) => {
      timeouts.push(timeoutMs);
      nowMs += 400;
      return 1;
    },
    ready: () => 5,
    poll: () => false,
  }, () => {});
  loop.gather(4);
  loop.tidyWhileBusy(1000, () => tidied.push(nowMs));
  for (let i = 0; i < 7; i++) loop.turn();
  assertEquals(tidied, [1200, 2400]);
  assertEquals(new Set(timeouts), new Set([-1]));
});

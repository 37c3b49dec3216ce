/** Loggers that are killed at any system call, on a kernel in memory. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Death, MemoryKernel } from "../../tests/kernel/logger.ts";

/** The life of a process: it makes `calls` calls, and at the next one it dies. */
export interface Life {
  readonly calls: number;
  readonly last: "made" | "in part" | "not made";
}

/** A kernel whose process dies as `life` says. Of a write, half may be made. */
export function mortal(kernel: MemoryKernel, { calls, last }: Life): MemoryKernel {
  let left = calls;
  const kill = (call: () => unknown, part: () => unknown): unknown => {
    if (left-- > 0) return call();
    if (last === "made") call();
    if (last === "in part") part();
    throw new Death();
  };
  return new Proxy(kernel, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name === "wait") return value.bind(target);
      return (...args: unknown[]) => {
        const call = () => Reflect.apply(value, target, args);
        const [fd, bytes, length] = args;
        const writes = name === "write" && fd !== 2 && bytes instanceof Uint8Array &&
          typeof length === "number";
        return kill(call, () => writes && Reflect.apply(value, target, [fd, bytes, length >> 1]));
      };
    },
  });
}

/** Some lives, one after the other. */
export const lives = fc.array(
  fc.record({
    calls: fc.nat(250),
    last: fc.constantFrom<Life["last"]>("made", "in part", "not made"),
  }),
  { minLength: 1, maxLength: 4 },
);

/**
 * Runs one logger after the other on the same pipe and directories, until one comes to the end; `run` returns its exit
 * code, which must be 0. Returns the kernel of the last one.
 */
export function liveOn(
  first: MemoryKernel,
  deaths: readonly Life[],
  run: (kernel: MemoryKernel) => number,
): MemoryKernel {
  let kernel = first;
  for (const life of deaths) {
    try {
      assertEquals(run(mortal(kernel, life)), 0);
      return kernel;
    } catch (thrown) {
      if (!(thrown instanceof Death)) throw thrown;
    }
    kernel.die();
    kernel = kernel.successor();
  }
  assertEquals(run(kernel), 0);
  return kernel;
}

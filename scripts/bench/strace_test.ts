import { assertEquals } from "@std/assert";
import { countCalls } from "./strace.ts";

Deno.test("countCalls() counts calls entered in the period, not their ends, signals or exits", () => {
  const log = [
    "17    99.900000 epoll_wait(4, [], 64, -1) = -1 EINTR (Interrupted system call)",
    "17    100.000000 epoll_wait(4,  <unfinished ...>",
    "18    101.250000 poll([{fd=3}], 1, 5000) = 0 (Timeout)",
    "17    102.000000 <... epoll_wait resumed>[], 64, -1) = 1",
    "17    103.000000 --- SIGCHLD {si_signo=SIGCHLD} ---",
    "18    104.000000 +++ exited with 0 +++",
    "18    130.000000 read(3, 0x1, 1) = 0",
  ].join("\n");
  assertEquals(countCalls(log, 100, 130), 2);
});

import { assertEquals } from "@std/assert";
import { markerText, noAccounts, parseStatus, statusText } from "./accounts.ts";

const ACCOUNTS = {
  inBytes: 1000,
  inLines: 20,
  writtenBytes: 1200,
  deselectedBytes: 90,
  deselectedLines: 3,
  droppedBytes: 70,
  droppedLines: 2,
  toldBytes: 70,
  toldLines: 2,
};

Deno.test("statusText() computes the lines that were written", () => {
  assertEquals(
    statusText(ACCOUNTS),
    "in 1000 bytes 20 lines\nwritten 1200 bytes 15 lines\ndeselected 90 bytes 3 lines\ndropped 70 bytes 2 lines\n",
  );
});

Deno.test("parseStatus() reads what statusText() wrote, and takes a missing count for 0", () => {
  assertEquals(parseStatus(statusText(ACCOUNTS)), ACCOUNTS);
  assertEquals(parseStatus("in 5 bytes 1 lines\ngarbage\nin x bytes"), {
    ...noAccounts(),
    inBytes: 5,
    inLines: 1,
  });
  assertEquals(parseStatus(""), noAccounts());
});

Deno.test("markerText() says how much was dropped and why", () => {
  assertEquals(
    markerText(70, 2, "out of disk space"),
    "svlogd: dropped 70 bytes, 2 lines: out of disk space\n",
  );
});

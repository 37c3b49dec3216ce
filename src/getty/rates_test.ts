import { assertEquals } from "@std/assert";
import { codeOfModem, codeOfRate } from "./rates.ts";

Deno.test("codeOfRate() knows the rates that a line can have", () => {
  const known = ["0", "50", "134", "300", "9600", "38400", "57600", "115200", "4000000"];
  assertEquals(known.map(codeOfRate), [0, 1, 4, 7, 0o15, 0o17, 0o10001, 0o10002, 0o10017]);
});

Deno.test("codeOfRate() refuses letters behind a number but no other characters, as BusyBox does", () => {
  assertEquals(
    ["9600x", "x", "", " 9600", "-9600", "+9600", "9601", "0x10", "99999999999999999999"].map(codeOfRate),
    [
      ...Array(9).fill(undefined),
    ],
  );
  assertEquals(["9600/ARQ", "009600", "9600 x"].map(codeOfRate), [0o15, 0o15, 0o15]);
});

Deno.test("codeOfModem() takes the first number and no other", () => {
  assertEquals(codeOfModem("\r\nCONNECT 2400/ARQ\r\n"), 0o13);
  assertEquals(codeOfModem("CONNECT 2401, or 2400"), undefined);
  assertEquals(codeOfModem("CONNECT 9600bps"), undefined);
  // A rate of 0 would hang up.
  assertEquals(codeOfModem("0"), undefined);
  assertEquals(codeOfModem("NO CARRIER"), undefined);
  assertEquals(codeOfModem(""), undefined);
});

import { assertEquals } from "@std/assert";
import { type GettyOptions, readGettyOptions } from "./options.ts";

const USUAL: GettyOptions = {
  flowControl: false,
  isLocal: false,
  asksModem: false,
  prompts: true,
  waitsForEnter: false,
  issue: "/etc/issue",
  login: "/bin/login",
  timeoutSec: undefined,
  greeting: "",
  host: undefined,
  rates: [0o15],
  terminal: "/dev/tty1",
  terminalType: undefined,
};

function read(...args: readonly string[]): GettyOptions | readonly [string | undefined, boolean] {
  const request = readGettyOptions(args);
  return request.kind === "options" ? request.options : [request.complaint, request.usage];
}

Deno.test("readGettyOptions() takes rate and terminal in either order", () => {
  for (const args of [["9600", "tty1"], ["tty1", "9600"], ["/dev/tty1", "9600"]]) {
    assertEquals(read(...args), USUAL);
  }
  // A word that begins with a digit is a list of rates.
  assertEquals(read("3tty", "9600"), ["bad speed: 3tty", false]);
  assertEquals(read("tty1", "9600", "vt100"), { ...USUAL, terminalType: "vt100" });
  assertEquals(read("9600", "-"), { ...USUAL, terminal: "-" });
});

Deno.test("readGettyOptions() reads every option, joined, in clusters, and behind other words", () => {
  assertEquals(read("-hLmnwi", "-t", "30", "9600", "tty1", "-Ix\\015", "-Hhost", "-l", "x"), {
    ...USUAL,
    flowControl: true,
    isLocal: true,
    asksModem: true,
    prompts: false,
    waitsForEnter: true,
    issue: undefined,
    login: "x",
    timeoutSec: 30,
    greeting: "x\r",
    host: "host",
  });
  assertEquals(read("-f", "/i", "-t0", "9600", "tty1"), { ...USUAL, issue: "/i" });
  // -i overrides -f, and the last of two options of one letter counts.
  assertEquals(read("-f", "/i", "-i", "-lx", "-ly", "9600", "tty1"), {
    ...USUAL,
    issue: undefined,
    login: "y",
  });
  assertEquals(read("-L", "--", "9600", "-i"), { ...USUAL, isLocal: true, terminal: "/dev/-i" });
});

Deno.test("readGettyOptions() takes up to ten rates", () => {
  const rates = ["1200", "2400", "0"];
  assertEquals(read(rates.join(","), "tty1"), { ...USUAL, rates: [0o11, 0o13, 0] });
  assertEquals(read(Array(10).fill("9600").join(","), "tty1"), { ...USUAL, rates: Array(10).fill(0o15) });
  assertEquals(read(Array(11).fill("9600").join(","), "tty1"), ["too many alternate speeds", false]);
  assertEquals(read("9600,", "tty1"), ["bad speed: ", false]);
});

Deno.test("readGettyOptions() refuses a wrong call, with the usage or without", () => {
  assertEquals(read(), [undefined, true]);
  assertEquals(read("tty1"), [undefined, true]);
  assertEquals(read("-x", "9600", "tty1"), ["invalid option -- 'x'", true]);
  assertEquals(read("--x", "9600", "tty1"), ["unrecognized option '--x'", true]);
  assertEquals(read("9600", "tty1", "-l"), ["option requires an argument -- 'l'", true]);
  for (const number of ["x", "", "-1", "1s", "4294967296"]) {
    assertEquals(read("-t", number, "9600", "tty1"), [`invalid number '${number}'`, false]);
  }
});

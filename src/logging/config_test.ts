import { assertEquals } from "@std/assert";
import { type Config, DEFAULT_CONFIG, type LineRule, parseConfig } from "./config.ts";
import { latinBytes, latinText } from "./latin.ts";

function differs(text: string): Partial<Config> {
  const config = parseConfig(text);
  const changed = Object.entries(config).filter(([key, value]) => {
    const usual: unknown = DEFAULT_CONFIG[key as keyof Config];
    return JSON.stringify(value) !== JSON.stringify(usual);
  });
  return Object.fromEntries(changed);
}

Deno.test("parseConfig() reads numbers with their units, and takes a missing number for 0", () => {
  assertEquals(differs("s100\nn3\nN2\nt60\n"), {
    sizeBytes: 100,
    keep: 3,
    keepWhenFull: 2,
    rotateSeconds: 60,
  });
  assertEquals(differs("s2k\nt3m"), { sizeBytes: 2048, rotateSeconds: 180 });
  assertEquals(differs("s2m\nt3h"), { sizeBytes: 2_097_152, rotateSeconds: 10_800 });
  assertEquals(differs("s\nn x"), { sizeBytes: 0, keep: 0 });
  assertEquals(differs("s12x34"), { sizeBytes: 12 });
});

Deno.test("parseConfig() ignores comments, empty lines and unknown directives", () => {
  assertEquals(differs("#s1\n\n\n?\n s1\nX\n!\np\n"), {});
});

Deno.test("parseConfig() reads a last line without newline, behind however many others", () => {
  const long = "#".repeat(5000);
  assertEquals(differs(`${long}\n!gzip -9`), { processor: "gzip -9" });
});

Deno.test("parseConfig() keeps patterns in order and bytes as they are", () => {
  const { rules, errorRules } = parseConfig("-*\n+a+b\ne*\xff*\nE\n-\n");
  const shown = ({ selects, pattern }: LineRule) => `${selects} ${latinText(pattern, 0, pattern.length)}`;
  assertEquals(rules.map(shown), ["false *", "true a+b", "false "]);
  assertEquals(errorRules.map(shown), ["true *\xff*", "false "]);
  assertEquals(parseConfig("pweb: ").prefix, latinBytes("web: "));
});

Deno.test("parseConfig() ends a line at a NUL", () => {
  assertEquals(differs("n3\0junk\n!a\0b\n"), { keep: 3, processor: "a" });
});

Deno.test("parseConfig() reads addresses with and without port", () => {
  const forward = { host: 0x01020304, port: 514, only: false };
  assertEquals(differs("u1.2.3.4\n"), { forward });
  assertEquals(differs("u1.2.3.4 as ever\n"), { forward });
  assertEquals(differs("U255.0.0.255:99\n"), { forward: { host: 0xff0000ff, port: 99, only: true } });
  assertEquals(differs("U1.2.3.4:1\nu1.2.3.4\n"), { forward: { ...forward, only: true } });
  assertEquals(differs("u1.2.3.4:65535x\n"), { forward: { ...forward, port: 65_535 } });
});

Deno.test("parseConfig() ignores the whole line when it cannot read the address", () => {
  assertEquals(differs("U1.2.3\n"), { complaints: ["unable to scan ip address: 1.2.3"] });
  assertEquals(differs("U1.2.3.256\n"), { complaints: ["unable to scan ip address: 1.2.3.256"] });
  assertEquals(differs("U1.2.3.4:x\n"), { complaints: ["unable to scan port number: x"] });
  assertEquals(differs("u1.2.3.4:0\n"), { complaints: ["unable to scan port number: 0"] });
  assertEquals(differs("u1.2.3.4:65536\n"), { complaints: ["unable to scan port number: 65536"] });
  assertEquals(differs("u\n"), { complaints: ["unable to scan ip address: "] });
});

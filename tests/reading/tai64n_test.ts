/** tai64n and tai64nlocal, compared with daemontools' own. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { forAll } from "../for_all.ts";
import { latin, latinText } from "../logging/directory.ts";
import { program } from "../program.ts";

const THEIRS = "/usr/bin";
const HAS_DAEMONTOOLS = await (async () => {
  try {
    return (await Deno.stat(`${THEIRS}/tai64nlocal`)).isFile;
  } catch {
    return false;
  }
})();

interface Filtered {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a filter. Input and output are byte strings: one character a byte. */
async function filter(path: string, input: string, zone: string): Promise<Filtered> {
  const child = new Deno.Command(path, {
    env: { TZ: zone },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    writer.write(latin(input)).then(() => writer.close()),
  ]);
  return { code, stdout: latinText(stdout), stderr: latinText(stderr) };
}

async function both(name: string, input: string, zone = "UTC"): Promise<readonly [Filtered, Filtered]> {
  const { links } = await program();
  return [await filter(join(links, name), input, zone), await filter(join(THEIRS, name), input, zone)];
}

Deno.test(
  "tai64nlocal converts as daemontools' does (needs daemontools)",
  { ignore: !HAS_DAEMONTOOLS },
  async () => {
    const label = "@4000000065f0c0de0a1b2c3d";
    const inputs = [
      "",
      "plain\n\n no stamp",
      `${label} text\n${label}\n${label}z\n${label} not ended`,
      label,
      `a ${label}\n`,
      `${label}\0x\xff\n`,
      "@3fffffffffffffff00000001 before 1970\n",
      "@40000000ffffffff00000001 after 2038\n",
      "@4000000065f0c0deffffffff too many nanoseconds\n",
      "@0004000000065f0c0de0a1b2c3d leading zeros\n",
    ];
    for (const input of inputs) {
      for (const zone of ["UTC", "Europe/Berlin", "America/St_Johns", "XYZ-5:30"]) {
        const [ours, theirs] = await both("tai64nlocal", input, zone);
        assertEquals(ours, theirs, `${zone} ${input}`);
      }
    }
  },
);

Deno.test("tai64nlocal converts any text as daemontools' does (needs daemontools)", {
  ignore: !HAS_DAEMONTOOLS,
}, async (t) => {
  const hex = (length: number) => fc.nat().map((n) => n.toString(16).padStart(length, "0").slice(-length));
  const stamp = fc.tuple(hex(8), hex(8)).map(([second, nano]) => `@40000000${second}${nano}`);
  const word = fc.constantFrom(" ", "x", "text", "\n", "\n", "\t", "\xe4", "4000");
  const line = fc.tuple(fc.oneof(stamp, fc.constant("")), fc.array(word, { maxLength: 5 }))
    .map(([stamp, words]) => `${stamp} ${words.join("")}`.replace(/\n@(?![0-9a-f]{24})/g, "\n"));
  await forAll(
    t,
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
      const [ours, theirs] = await both("tai64nlocal", `${lines.join("\n")}\n`, "Europe/Berlin");
      assertEquals(ours, theirs);
    }),
    { numRuns: 25 },
  );
});

Deno.test(
  "tai64n stamps as daemontools' does (needs daemontools)",
  { ignore: !HAS_DAEMONTOOLS },
  async () => {
    const before = (text: string) => text.replace(/^@4[0-9a-f]{23} /gm, "@ ");
    for (
      const input of ["", "a\nb\n", "a\n\nnot ended", "\n\n", "@4000000065f0c0de0a1b2c3d x\n", "\xff\0\n"]
    ) {
      const [ours, theirs] = await both("tai64n", input);
      assertEquals({ ...ours, stdout: before(ours.stdout) }, { ...theirs, stdout: before(theirs.stdout) });
      // Both count microseconds, and tell the middle of one.
      for (const [, nano = ""] of ours.stdout.matchAll(/^@4[0-9a-f]{15}([0-9a-f]{8}) /gm)) {
        assertEquals(parseInt(nano, 16) % 1000, 500);
      }
    }
  },
);

Deno.test("if reading fails, tai64n and tai64nlocal print nothing and end with 111", async () => {
  const { links } = await program();
  for (const name of ["tai64n", "tai64nlocal"]) {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", '"$1" </', "-", join(links, name)],
    }).output();
    assertEquals([code, stdout.length, stderr.length], [111, 0, 0]);
  }
});

Deno.test("tai64nlocal reads the stamps of tai64n", async () => {
  const { links } = await program();
  const stamped = await filter(join(links, "tai64n"), "text\n", "UTC");
  const { stdout } = await filter(join(links, "tai64nlocal"), stamped.stdout, "UTC");
  assertMatch(stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} text\n$/);
});

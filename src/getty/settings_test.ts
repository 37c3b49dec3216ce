import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forAll } from "../../tests/for_all.ts";
import {
  askingSettings,
  CONTROL,
  INPUT,
  LOCAL,
  packSettings,
  sessionSettings,
  type Settings,
  SETTINGS_SIZE,
  settingsOf,
  withSpeed,
} from "./settings.ts";

const USUAL = { code: 0o15, isLocal: false, flowControl: false };

function records(): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.uint8Array({ minLength: SETTINGS_SIZE, maxLength: SETTINGS_SIZE }).map((bytes) =>
    new Uint8Array(bytes)
  );
}

function settings(): fc.Arbitrary<Settings> {
  return records().map(settingsOf);
}

Deno.test("recordOf() gives back any 36 bytes that settingsOf() has read", (t) => {
  forAll(t, fc.property(records(), (record) => assertEquals(packSettings(settingsOf(record)), record)));
});

Deno.test("settingsOf() reads the kernel's layout (asm-generic/termbits.h)", () => {
  const record = new Uint8Array(SETTINGS_SIZE);
  record.set([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0x80, 4, 0, 0, 0, 5, 6, 7]);
  record[SETTINGS_SIZE - 1] = 8;
  assertEquals(settingsOf(record), {
    input: 1,
    output: 2,
    control: 0x80000003,
    local: 4,
    discipline: 5,
    characters: [6, 7, ...Array(16).fill(0), 8],
  });
});

Deno.test("withSpeed() sets the speed of both directions, and code 0 sets none", (t) => {
  forAll(
    t,
    fc.property(settings(), (found) => {
      assertEquals(withSpeed(found, 0), found);
      const { control } = withSpeed(found, 0o10002);
      assertEquals(control & CONTROL.speed, 0o10002);
      assertEquals(control & CONTROL.inputSpeed, 0);
      const others = ~(CONTROL.speed | CONTROL.inputSpeed);
      assertEquals(control & others, found.control & others);
    }),
  );
});

Deno.test("askingSettings() makes input raw whatever was found, and keeps frame and speed", (t) => {
  forAll(
    t,
    fc.property(settings(), (found) => {
      const asking = askingSettings(found, { ...USUAL, code: 0 });
      assertEquals([asking.input, asking.local, asking.discipline, asking.output], [0, 0, 0, 0o5]);
      const kept = CONTROL.speed | CONTROL.twoStopBits | CONTROL.parity | CONTROL.oddParity;
      assertEquals(asking.control & kept, found.control & kept);
      assertEquals(asking.control & 0o60, CONTROL.eightBits);
      assertEquals(asking.control & (CONTROL.local | CONTROL.flowControl), 0);
      assertEquals([asking.characters[5], asking.characters[6]], [0, 1]);
    }),
  );
});

Deno.test("askingSettings() sets CLOCAL for a local line, and CRTSCTS for flow control", () => {
  const found = settingsOf(new Uint8Array(SETTINGS_SIZE));
  const { control } = askingSettings(found, { code: 0o15, isLocal: true, flowControl: true });
  assertEquals(control, 0o15 + 0o60 + 0o200 + 0o2000 + 0o4000 + 0x80000000);
});

Deno.test("sessionSettings() turns CR into NL only if the terminal sends CR, and keeps the erase key", (t) => {
  forAll(
    t,
    fc.property(settings(), (found) => {
      const asking = askingSettings(found, USUAL);
      const byCr = sessionSettings(asking, { endOfLine: "\r", erase: undefined });
      const byLf = sessionSettings(asking, { endOfLine: "\n", erase: 8 });
      assertEquals(byCr.input, INPUT.softOutput | INPUT.softInput | INPUT.crToNl);
      assertEquals(byLf.input, INPUT.softOutput | INPUT.softInput);
      assertEquals([byCr.characters[2], byLf.characters[2]], [found.characters[2], 8]);
      // Ctrl-C, Ctrl-\, Ctrl-U, Ctrl-D.
      assertEquals([0, 1, 3, 4].map((i) => byCr.characters[i]), [3, 28, 21, 4]);
      assertEquals(byCr.local & (LOCAL.canonical | LOCAL.echo | LOCAL.signals), 0o13);
    }),
  );
});

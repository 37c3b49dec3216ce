/**
 * Line settings (termios(3)) as the kernel's TCGETS and TCSETS have them, and what getty makes of them.
 *
 * The record is asm-generic's struct termios, the same on x86_64 and aarch64: four flag words of 32 bits, the line
 * discipline, 19 control characters. A speed that has no number of its own (BOTHER) stands elsewhere in the kernel and
 * stays as it is as long as the flags say so.
 */

export const SETTINGS_SIZE = 36;
const CHARACTERS_AT = 17;

export interface Settings {
  readonly input: number;
  readonly output: number;
  readonly control: number;
  readonly local: number;
  readonly discipline: number;
  /** By CHARACTER. */
  readonly characters: readonly number[];
}

/** Indices of control characters (asm-generic/termbits.h). */
export const CHARACTER = {
  interrupt: 0,
  quit: 1,
  erase: 2,
  kill: 3,
  endOfFile: 4,
  time: 5,
  least: 6,
  switch: 7,
  endOfLine: 11,
} as const;

export const INPUT = { crToNl: 0o400, softOutput: 0o2000, softInput: 0o10000 } as const;
export const OUTPUT = { process: 0o1, nlToCrNl: 0o4 } as const;
export const LOCAL = {
  signals: 0o1,
  canonical: 0o2,
  echo: 0o10,
  echoErase: 0o20,
  echoKill: 0o40,
  echoControl: 0o1000,
  echoKillErase: 0o4000,
} as const;
export const CONTROL = {
  speed: 0o10017,
  inputSpeed: 0o2003600000,
  eightBits: 0o60,
  twoStopBits: 0o100,
  receive: 0o200,
  parity: 0o400,
  oddParity: 0o1000,
  hangUp: 0o2000,
  local: 0o4000,
  stickyParity: 0o10000000000,
  flowControl: 0o20000000000,
} as const;

/** What stays of how the line was found: its speed and its frame. */
const FRAME = CONTROL.speed | CONTROL.inputSpeed | CONTROL.twoStopBits | CONTROL.parity | CONTROL.oddParity |
  CONTROL.stickyParity;

export function settingsOf(record: Uint8Array): Settings {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  return {
    input: view.getUint32(0, true),
    output: view.getUint32(4, true),
    control: view.getUint32(8, true),
    local: view.getUint32(12, true),
    discipline: record[16] ?? 0,
    characters: [...record.subarray(CHARACTERS_AT, SETTINGS_SIZE)],
  };
}

export function recordOf(settings: Settings): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(SETTINGS_SIZE);
  const view = new DataView(record.buffer);
  view.setUint32(0, settings.input, true);
  view.setUint32(4, settings.output, true);
  view.setUint32(8, settings.control, true);
  view.setUint32(12, settings.local, true);
  record[16] = settings.discipline;
  record.set(settings.characters, CHARACTERS_AT);
  return record;
}

/** In both directions. 0 leaves the speed as it is: as a speed it would hang up. */
export function withSpeed(settings: Settings, code: number): Settings {
  if (code === 0) return settings;
  const control = unsigned((settings.control & ~(CONTROL.speed | CONTROL.inputSpeed)) | code);
  return { ...settings, control };
}

/** To ask for a name: every byte comes as it is, at once and without echo; of what is written NL becomes CR NL. */
export function askingSettings(
  found: Settings,
  { code, isLocal, flowControl }: {
    readonly code: number;
    readonly isLocal: boolean;
    readonly flowControl: boolean;
  },
): Settings {
  const { control, characters } = withSpeed(found, code);
  return {
    input: 0,
    output: OUTPUT.process | OUTPUT.nlToCrNl,
    control: unsigned(
      (control & FRAME) | CONTROL.eightBits | CONTROL.hangUp | CONTROL.receive |
        (isLocal ? CONTROL.local : 0) | (flowControl ? CONTROL.flowControl : 0),
    ),
    local: 0,
    discipline: 0,
    characters: withCharacters(characters, [[CHARACTER.least, 1], [CHARACTER.time, 0]]),
  };
}

/**
 * For login and the session behind it. `endOfLine` is what the name was ended with: a terminal that sends CR has it
 * turned into NL. `erase` is the key that was used to rub out, if one was.
 */
export function sessionSettings(
  asking: Settings,
  { endOfLine, erase }: { readonly endOfLine: "\r" | "\n"; readonly erase: number | undefined },
): Settings {
  return {
    ...asking,
    input: asking.input | INPUT.softOutput | INPUT.softInput | (endOfLine === "\r" ? INPUT.crToNl : 0),
    local: asking.local | LOCAL.canonical | LOCAL.signals | LOCAL.echo | LOCAL.echoErase | LOCAL.echoKill |
      LOCAL.echoKillErase | LOCAL.echoControl,
    characters: withCharacters(asking.characters, [
      [CHARACTER.interrupt, control("C")],
      [CHARACTER.quit, control("\\")],
      [CHARACTER.endOfFile, control("D")],
      [CHARACTER.endOfLine, 0x0a],
      [CHARACTER.switch, 0],
      [CHARACTER.kill, control("U")],
      ...erase === undefined ? [] : [[CHARACTER.erase, erase] as const],
    ]),
  };
}

function withCharacters(
  characters: readonly number[],
  changes: readonly (readonly [number, number])[],
): readonly number[] {
  const changed = [...characters];
  for (const [index, byte] of changes) changed[index] = byte;
  return changed;
}

function control(letter: string): number {
  return letter.charCodeAt(0) & 0x1f;
}

/** JavaScript's bits are signed, and the flag of RTS and CTS is the highest. */
function unsigned(flags: number): number {
  return flags >>> 0;
}

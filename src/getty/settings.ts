/**
 * Line settings (termios(3)) as TCGETS and TCSETS of the kernel have them, and the settings that getty makes of them.
 *
 * The record is asm-generic's struct termios, the same on x86_64 and aarch64: four flag words of 32 bits, the line
 * discipline, 19 control characters. The kernel keeps a speed without a code of its own (BOTHER) elsewhere; that speed
 * stays as it is while the flags say BOTHER.
 */
import { ASCII } from "./ascii.ts";

/** Bytes of the record. */
export const SETTINGS_SIZE = 36;
const DISCIPLINE_AT = 16;
const CHARACTERS_AT = 17;

/** The settings of a line. The flag words are unsigned numbers of 32 bits. */
export interface Settings {
  readonly input: number;
  readonly output: number;
  readonly control: number;
  readonly local: number;
  readonly discipline: number;
  /** Control characters by their index (CHARACTER). */
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

/** Flags of `input` (asm-generic/termbits.h). */
export const INPUT = { crToNl: 0o400, softOutput: 0o2000, softInput: 0o10000 } as const;
/** Flags of `output`. */
export const OUTPUT = { process: 0o1, nlToCrNl: 0o4 } as const;
/** Flags of `local`. */
export const LOCAL = {
  signals: 0o1,
  canonical: 0o2,
  echo: 0o10,
  echoErase: 0o20,
  echoKill: 0o40,
  echoControl: 0o1000,
  echoKillErase: 0o4000,
} as const;
/** Flags and fields of `control`. */
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

/** The part of `control` that stays as the line was found: its speed and its frame. */
const FRAME = CONTROL.speed | CONTROL.inputSpeed | CONTROL.twoStopBits | CONTROL.parity | CONTROL.oddParity |
  CONTROL.stickyParity;

/** The settings in a record. */
export function settingsOf(record: Uint8Array): Settings {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  return {
    input: view.getUint32(0, true),
    output: view.getUint32(4, true),
    control: view.getUint32(8, true),
    local: view.getUint32(12, true),
    discipline: record[DISCIPLINE_AT] ?? 0,
    characters: [...record.subarray(CHARACTERS_AT, SETTINGS_SIZE)],
  };
}

/** The record of settings, 36 bytes. */
export function packSettings(settings: Settings): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(SETTINGS_SIZE);
  const view = new DataView(record.buffer);
  view.setUint32(0, settings.input, true);
  view.setUint32(4, settings.output, true);
  view.setUint32(8, settings.control, true);
  view.setUint32(12, settings.local, true);
  record[DISCIPLINE_AT] = settings.discipline;
  record.set(settings.characters, CHARACTERS_AT);
  return record;
}

/** The settings with another speed in both directions. Code 0 leaves the speed as it is: as a speed it would hang up. */
export function withSpeed(settings: Settings, code: number): Settings {
  if (code === 0) return settings;
  const control = unsigned((settings.control & ~(CONTROL.speed | CONTROL.inputSpeed)) | code);
  return { ...settings, control };
}

/**
 * The settings to ask for a name. Every byte arrives as it is, at once and without echo; NL in the output becomes
 * CR NL. `code` is that of the rate.
 */
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
 * The settings for login and the session after it. `endOfLine` is the character that ended the name: if the terminal
 * sends CR, the kernel turns it into NL. `erase` is the character that the user rubbed out with, if any.
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
      [CHARACTER.interrupt, ctrl("C")],
      [CHARACTER.quit, ctrl("\\")],
      [CHARACTER.endOfFile, ctrl("D")],
      [CHARACTER.endOfLine, ASCII.LF],
      [CHARACTER.switch, 0],
      [CHARACTER.kill, ctrl("U")],
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

/** The byte of a letter typed with Ctrl. */
function ctrl(letter: string): number {
  return letter.charCodeAt(0) & 0x1f;
}

/** JavaScript computes bits as signed numbers, and the flag of RTS and CTS is the highest. */
function unsigned(flags: number): number {
  return flags >>> 0;
}

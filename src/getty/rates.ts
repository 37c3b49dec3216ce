/** Baud rates, and the codes that stand for them in the line settings (asm-generic/termbits.h). */

/** B0 to B4000000; the codes are the same on x86_64 and aarch64. */
const CODES: Readonly<Record<number, number>> = {
  0: 0,
  50: 0o1,
  75: 0o2,
  110: 0o3,
  134: 0o4,
  150: 0o5,
  200: 0o6,
  300: 0o7,
  600: 0o10,
  1200: 0o11,
  1800: 0o12,
  2400: 0o13,
  4800: 0o14,
  9600: 0o15,
  19200: 0o16,
  38400: 0o17,
  57600: 0o10001,
  115200: 0o10002,
  230400: 0o10003,
  460800: 0o10004,
  500000: 0o10005,
  576000: 0o10006,
  921600: 0o10007,
  1000000: 0o10010,
  1152000: 0o10011,
  1500000: 0o10012,
  2000000: 0o10013,
  2500000: 0o10014,
  3000000: 0o10015,
  3500000: 0o10016,
  4000000: 0o10017,
};

/** The code of rate 0. For getty this code means: leave the speed unchanged. */
export const UNCHANGED = 0;

/** The code of the rate in a word of the command line; undefined if no line has that rate. */
export function codeOfRate(text: string): number | undefined {
  // BusyBox refuses a number with letters behind it; any other character ends the number.
  const digits = /^[0-9]+(?![0-9A-Za-z])/.exec(text)?.[0];
  return digits === undefined ? undefined : CODES[Number(digits)];
}

/**
 * The code of the first number in what a modem says when it is called, such as `CONNECT 2400/ARQ`. Undefined if that
 * is no rate that can be set.
 */
export function codeOfModem(message: string): number | undefined {
  const at = message.search(/[0-9]/);
  const code = at < 0 ? undefined : codeOfRate(message.slice(at));
  return code === UNCHANGED ? undefined : code;
}

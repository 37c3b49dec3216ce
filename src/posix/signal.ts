/**
 * Signal numbers.
 *
 * Source: signal(7), Linux on x86_64 and aarch64 (other machines number some of them differently).
 */

/** Signal numbers by their names without `SIG`. */
export const SIGNAL = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  WINCH: 28,
  PWR: 30,
} as const;

/** Control characters of ASCII, as they are typed at a terminal or written to it. */

/** Bytes by the names of ascii(7); a letter with Ctrl by that letter. */
export const ASCII = {
  NUL: 0x00,
  CTRL_C: 0x03,
  CTRL_D: 0x04,
  BS: 0x08,
  LF: 0x0a,
  CR: 0x0d,
  CTRL_U: 0x15,
  SPACE: 0x20,
  DEL: 0x7f,
} as const;

/**
 * The two loops of a logger, sixteen bytes at a time: finding newlines, and putting lines behind their stamps. They
 * are WebAssembly (`vector.wat`, whose assembled form stands here), because JavaScript has no such instructions: five
 * times as fast as the loops in `lines.ts` and `stream.ts`, which do the same where an engine has no WebAssembly.
 */

/** Bytes behind the end of the input that are read, and that must be there. */
export const READ_BEHIND = 16;
/** Bytes behind the end of the output that are written. */
export const WRITTEN_BEHIND = 48;
/** A longer stamp and prefix is put by other means. */
export const MOST_LEAD_BYTES = 32;

export interface Vector {
  /** Puts the whole lines `[at, end)` at `out`, each behind the lead; returns the end of what was put. */
  stampLines(at: number, end: number, out: number, lead: number, leadBytes: number): number;
  /** Positions of newlines in `[at, end)`, 32 bits each, at `ends`; returns their number. The last may lie behind `end`. */
  findNewlines(at: number, end: number, ends: number): number;
}

/** The loops on this memory; undefined where there is none. */
export function vectorOn(region: WebAssembly.Memory | undefined): Vector | undefined {
  if (region === undefined) return undefined;
  const code = Uint8Array.from(atob(ASSEMBLED), (letter) => letter.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { denit: { region } });
  return exports as unknown as Vector;
}

export const ASSEMBLED =
  "AGFzbQEAAAABEQJgBX9/f39/AX9gA39/fwF/AhEBBWRlbml0BnJlZ2lvbgIAAQMDAgABBx0CCnN0YW1wTGluZXMAAAxm" +
  "aW5kTmV3bGluZXMAAQqKAgKZAQMBewF/AnsgA/0ABAAhByAD/QAEECEIAkADQCAAIAFPDQEgAiAH/QsEACACIAj9CwQQIAIgBGohAgNAIAD9AAQAIQUg" +
  "AiAF/QsEACAF/QwKCgoKCgoKCgoKCgoKCgoK/SP9ZCEGIAZFBEAgAEEQaiEAIAJBEGohAgwBCwsgBmhBAWohBiAAIAZqIQAgAiAGaiECDAALCyACC20B" +
  "An8gAiEEAkADQCAAIAFPDQEgAP0ABAD9DAoKCgoKCgoKCgoKCgoKCgr9I/1kIQMCQANAIANFDQEgAiAAIANoajYCACACQQRqIQIgAyADQQFrcSEDDAAL" +
  "CyAAQRBqIQAMAAsLIAIgBGtBAnYL";

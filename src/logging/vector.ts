/**
 * The two inner loops of a logger, sixteen bytes at a time: finding newlines, and copying lines behind their stamps.
 *
 * They are WebAssembly, because JavaScript has no such instructions; `vector.wat` is the source, and its assembled form
 * stands here. They are five times as fast as the loops in `lines.ts` and `stream.ts`, which do the same on other memory.
 */

/** The bytes that `findNewlines` and `stampLines` read behind the end of the input. They must be there. */
export const READ_BEHIND = 16;
/** The bytes that `stampLines` writes behind the end of the output. They must be there. */
export const WRITTEN_BEHIND = 48;
/** `stampLines` cannot write a longer lead. */
export const MOST_LEAD_BYTES = 32;

/** The loops on one memory. All numbers are positions in it, or counts of bytes. */
export interface Vector {
  /** Copies the whole lines `[at, end)` to `out`, each behind the lead. Returns the end of the copy. */
  stampLines(at: number, end: number, out: number, lead: number, leadBytes: number): number;
  /**
   * Writes the positions of the newlines in `[at, end)`, 32 bits each, to `ends`. Returns their number. The last ones may
   * lie behind `end`.
   */
  findNewlines(at: number, end: number, ends: number): number;
}

/** The loops on this memory; undefined if the region is not a WebAssembly memory. */
export function vectorOn(region: WebAssembly.Memory | undefined): Vector | undefined {
  if (region === undefined) return undefined;
  const code = Uint8Array.from(atob(ASSEMBLED), (letter) => letter.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { denit: { region } });
  return exports as unknown as Vector;
}

/** `vector.wat`, assembled, in base64; a test assembles it again. */
export const ASSEMBLED =
  "AGFzbQEAAAABEQJgBX9/f39/AX9gA39/fwF/AhEBBWRlbml0BnJlZ2lvbgIAAQMDAgABBx0CCnN0YW1wTGluZXMAAAxm" +
  "aW5kTmV3bGluZXMAAQqKAgKZAQMBewF/AnsgA/0ABAAhByAD/QAEECEIAkADQCAAIAFPDQEgAiAH/QsEACACIAj9CwQQIAIgBGohAgNAIAD9AAQAIQUg" +
  "AiAF/QsEACAF/QwKCgoKCgoKCgoKCgoKCgoK/SP9ZCEGIAZFBEAgAEEQaiEAIAJBEGohAgwBCwsgBmhBAWohBiAAIAZqIQAgAiAGaiECDAALCyACC20B" +
  "An8gAiEEAkADQCAAIAFPDQEgAP0ABAD9DAoKCgoKCgoKCgoKCgoKCgr9I/1kIQMCQANAIANFDQEgAiAAIANoajYCACACQQRqIQIgAyADQQFrcSEDDAAL" +
  "CyAAQRBqIQAMAAsLIAIgBGtBAnYL";

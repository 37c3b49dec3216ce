/**
 * Where a zstd frame ends (RFC 8878, 3.1.1). Its blocks tell their sizes, so nothing needs to be decompressed, and a
 * file of many frames is read in the memory of one.
 */

const MAGIC = 0xfd2f_b528;
/** Sixteen magic numbers that differ in their last four bits. */
const SKIPPABLE = 0x184d_2a50;
const BLOCK_HEADER_BYTES = 3;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];

export type FrameEnd =
  | { readonly kind: "frame" | "skippable"; readonly length: number }
  /** The frame goes on behind `bytes`. */
  | { readonly kind: "more" }
  | { readonly kind: "broken" };

/** The end of the frame that `bytes` begins with. */
export function frameEnd(bytes: Uint8Array): FrameEnd {
  if (bytes.length < 5) return { kind: "more" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0, true);
  if ((magic & ~0xf) === SKIPPABLE) {
    return bytes.length < 8 ? { kind: "more" } : { kind: "skippable", length: 8 + view.getUint32(4, true) };
  }
  if (magic !== MAGIC) return { kind: "broken" };
  const descriptor = view.getUint8(4);
  return blocksEnd(view, 5 + headerBytes(descriptor), (descriptor & 4) !== 0);
}

/** Bytes of the frame header behind its descriptor. */
function headerBytes(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSize = sizeFlag === 0 && singleSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag] ?? 0;
  return (singleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0) + contentSize;
}

function blocksEnd(view: DataView, from: number, hasChecksum: boolean): FrameEnd {
  for (let at = from;;) {
    if (at + BLOCK_HEADER_BYTES > view.byteLength) return { kind: "more" };
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) return { kind: "broken" };
    at += BLOCK_HEADER_BYTES + (type === RLE_BLOCK ? 1 : header >> 3);
    if ((header & 1) === 0) continue;
    const length = at + (hasChecksum ? 4 : 0);
    return length > view.byteLength ? { kind: "more" } : { kind: "frame", length };
  }
}

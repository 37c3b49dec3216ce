/**
 * Finds the end of a zstd frame (RFC 8878, 3.1.1). The blocks of a frame tell their sizes, so nothing is decompressed.
 * A reader takes one frame at a time, and needs memory for one only.
 */

const MAGIC = 0xfd2f_b528;
/** The first of sixteen magic numbers of frames to be skipped. They differ in their last four bits. */
const SKIPPABLE = 0x184d_2a50;
const BLOCK_HEADER_BYTES = 3;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
/** Bytes of the field Frame_Content_Size, by its flag. */
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
/** Bytes of the field Dictionary_ID, by its flag. */
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];

/** The end of a frame, or the reason why there is none. */
export type FrameEnd =
  /** The frame has `length` bytes. */
  | { readonly kind: "frame" | "skippable"; readonly length: number }
  /** The frame goes on behind `bytes`. */
  | { readonly kind: "more" }
  /** These bytes are no frame. */
  | { readonly kind: "broken" };

/** Finds the end of the frame that `bytes` begins with. */
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

/** Returns the number of bytes that the frame header has behind its descriptor. */
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

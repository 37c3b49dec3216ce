/**
 * gzip members that tell their own length (RFC 1952).
 *
 * A gzip file may be several members in a row, and every gunzip reads them as one file. But only a program that inflates a
 * member learns where it ends. Our members say so in an extra field of the header, which other programs pass over. So
 * our reader takes one member at a time, and needs memory for one only.
 */

const FLAGS_AT = 3;
const HEADER_BYTES = 10;
/** FEXTRA: the header has an extra field. */
const FLAG_EXTRA = 4;
/** Subfield identifier: two letters, `dn`. */
const ID = [0x64, 0x6e];
/** Two bytes each for the length of the extra field, the identifier and the length of the subfield, then four. */
const EXTRA_BYTES = 10;
const LENGTH_AT = HEADER_BYTES + 6;

/** The number of bytes at the front of a member that tell its length. */
export const MEMBER_HEAD_BYTES = HEADER_BYTES + EXTRA_BYTES;

/** The same member with its length in its header. `member` has a header of ten bytes, as zlib writes it. */
export function withMemberLength(member: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(member.length + EXTRA_BYTES);
  out.set(member.subarray(0, HEADER_BYTES));
  out.set(member.subarray(HEADER_BYTES), MEMBER_HEAD_BYTES);
  out[FLAGS_AT] = FLAG_EXTRA;
  out.set([EXTRA_BYTES - 2, 0, ...ID, 4, 0], HEADER_BYTES);
  new DataView(out.buffer).setUint32(LENGTH_AT, out.length, true);
  return out;
}

/** Bytes of the member that begins with `head`; undefined if another program has written it. */
export function memberLength(head: Uint8Array): number | undefined {
  if (head.length < MEMBER_HEAD_BYTES || ((head[FLAGS_AT] ?? 0) & FLAG_EXTRA) === 0) return undefined;
  const ours = [EXTRA_BYTES - 2, 0, ...ID, 4, 0].every((byte, i) => head[HEADER_BYTES + i] === byte);
  if (!ours) return undefined;
  const length = new DataView(head.buffer, head.byteOffset).getUint32(LENGTH_AT, true);
  return length > MEMBER_HEAD_BYTES ? length : undefined;
}

/**
 * gzip members that tell their own length (RFC 1952).
 *
 * A gzip file may be several members one behind the other, and every gunzip reads them as one. But where one ends is
 * known only to who inflates it. Ours say it in an extra field of the header, which other programs pass over: so a
 * reader takes them one at a time, in the memory of one.
 */

const FLAGS_AT = 3;
const HEADER_BYTES = 10;
const FLAG_EXTRA = 4;
/** Subfield identifier, two letters. */
const ID = [0x64, 0x6e];
/** Length of the extra field, identifier, length of the subfield, and the member's length in four bytes. */
const EXTRA_BYTES = 10;
const LENGTH_AT = HEADER_BYTES + 6;

/** What must be there of a member to tell its length. */
export const MEMBER_HEAD_BYTES = HEADER_BYTES + EXTRA_BYTES;

/** The same member with its length in it. `member` has a header of ten bytes, as zlib writes it. */
export function withMemberLength(member: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(member.length + EXTRA_BYTES);
  out.set(member.subarray(0, HEADER_BYTES));
  out.set(member.subarray(HEADER_BYTES), MEMBER_HEAD_BYTES);
  out[FLAGS_AT] = FLAG_EXTRA;
  out.set([EXTRA_BYTES - 2, 0, ...ID, 4, 0], HEADER_BYTES);
  new DataView(out.buffer).setUint32(LENGTH_AT, out.length, true);
  return out;
}

/** The length of the member that begins with `head`; undefined for one of another program. */
export function memberLength(head: Uint8Array): number | undefined {
  if (head.length < MEMBER_HEAD_BYTES || ((head[FLAGS_AT] ?? 0) & FLAG_EXTRA) === 0) return undefined;
  const ours = [EXTRA_BYTES - 2, 0, ...ID, 4, 0].every((byte, i) => head[HEADER_BYTES + i] === byte);
  if (!ours) return undefined;
  const length = new DataView(head.buffer, head.byteOffset).getUint32(LENGTH_AT, true);
  return length > MEMBER_HEAD_BYTES ? length : undefined;
}

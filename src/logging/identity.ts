/** The user that a logger writes as, in the form that the fleet gives it on its command line. */

/** A user's ids and supplementary groups. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** The argument of a logger that writes as the fleet itself: the logger of the tree. */
export const OWN = "own";

/** The largest id. For setresuid(2) the next number means "leave the id unchanged". */
const MOST_ID = 0xffff_fffe;

/** Reads `UID:GID:G1,G2`, the inverse of `identityText`; undefined if `text` is anything else. */
export function parseIdentity(text: string): Identity | undefined {
  const [uid, gid, groups, ...more] = text.split(":");
  const [user, group] = [idOf(uid), idOf(gid)];
  if (user === undefined || group === undefined || groups === undefined || more.length > 0) return undefined;
  const ids = groups === "" ? [] : groups.split(",").map(idOf);
  const known = ids.filter((id) => id !== undefined);
  return known.length === ids.length ? { uid: user, gid: group, groups: known } : undefined;
}

/** `UID:GID:G1,G2`, the groups in the order of their numbers: one text for each identity. */
export function identityText({ uid, gid, groups }: Identity): string {
  return `${uid}:${gid}:${[...groups].sort((a, b) => a - b).join(",")}`;
}

function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MOST_ID ? id : undefined;
}

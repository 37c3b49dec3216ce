/** As whom a logger writes, as the fleet names it on its command line. */

/** Ids and supplementary groups. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** The logger of the tree writes as the fleet itself. */
export const OWN = "own";

/** setresuid(2) takes the last for "leave it". */
const MOST_ID = 0xffff_fffe;

/** `UID:GID:G1,G2`, the inverse of `identityText`; undefined when it is not that. */
export function parseIdentity(text: string): Identity | undefined {
  const [uid, gid, groups, ...more] = text.split(":");
  const [user, group] = [idOf(uid), idOf(gid)];
  if (user === undefined || group === undefined || groups === undefined || more.length > 0) return undefined;
  const ids = groups === "" ? [] : groups.split(",").map(idOf);
  const known = ids.filter((id) => id !== undefined);
  return known.length === ids.length ? { uid: user, gid: group, groups: known } : undefined;
}

export function identityText({ uid, gid, groups }: Identity): string {
  return `${uid}:${gid}:${[...groups].sort((a, b) => a - b).join(",")}`;
}

function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MOST_ID ? id : undefined;
}

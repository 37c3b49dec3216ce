/** Users and groups: how they are named on command lines, and the lines of passwd(5) and group(5). */

/** As whom a program runs. `groups[0]` is its group. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** A name to be looked up, with groups or without; or numbers as they are, or what should have been such. */
export type Account =
  | { readonly kind: "invalid"; readonly text: string }
  | {
    readonly kind: "names";
    readonly text: string;
    readonly user: string;
    readonly groups: readonly string[];
  }
  | { readonly kind: "numbers"; readonly identity: Identity };

/** setresuid(2) takes the last for "leave it as it is". */
const MOST_ID = 0xffff_fffe;
/** More are not looked at (uidgid.c). */
const MOST_GROUPS = 60;

/**
 * `user[:group[:group...]]`, or `:uid:gid[:gid...]`, as chpst(8) takes it. runit reads a number that is missing as 0,
 * which is root, and cuts large ones to 32 bits: both are refused here.
 */
export function parseAccount(text: string): Account {
  if (text.startsWith(":")) return parseNumbers(text.slice(1));
  const [user = "", ...groups] = text.split(":");
  return { kind: "names", text, user, groups: groups.slice(0, MOST_GROUPS) };
}

/** The name of an account and nothing else, as setuidgid(8) takes it. */
export function parseName(text: string): Account {
  return { kind: "names", text, user: text, groups: [] };
}

function parseNumbers(text: string): Account {
  const ids = text.split(":").map((word) => /^[0-9]{1,10}$/.test(word) ? Number(word) : Infinity);
  const [uid, ...groups] = ids;
  const [gid] = groups;
  const isFit = groups.length <= MOST_GROUPS && ids.every((id) => id <= MOST_ID);
  if (!isFit || uid === undefined || gid === undefined) return { kind: "invalid", text };
  return { kind: "numbers", identity: { uid, gid, groups } };
}

/** Ids of the user of that name in the text of passwd(5). */
export function findUser(
  passwd: string,
  name: string,
): { readonly uid: number; readonly gid: number } | undefined {
  const fields = findLine(passwd, name);
  const [uid, gid] = [idOf(fields?.[2]), idOf(fields?.[3])];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** Id of the group of that name in the text of group(5). */
export function findGroup(group: string, name: string): number | undefined {
  return idOf(findLine(group, name)?.[2]);
}

/** Names that begin with + or - are directions to look elsewhere, and no names. */
function findLine(text: string, name: string): readonly string[] | undefined {
  if (name === "" || /^[-+#]/.test(name) || /[:\n]/.test(name)) return undefined;
  const start = `${name}:`;
  const at = text.startsWith(start) ? 0 : text.indexOf(`\n${start}`) + 1;
  if (at === 0 && !text.startsWith(start)) return undefined;
  const end = text.indexOf("\n", at);
  return text.slice(at, end < 0 ? text.length : end).split(":");
}

function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MOST_ID ? id : undefined;
}

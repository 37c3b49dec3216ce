/** Users and groups: how command lines name them, and the lines of passwd(5) and group(5). */

/** The user and the groups of a process (credentials(7)). `groups[0]` is `gid`. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/**
 * An account on a command line: a user to be looked up, with the groups that are named with it, or numbers. `invalid`
 * are numbers that are none. `text` is what the command line says, for messages.
 */
export type Account =
  | { readonly kind: "invalid"; readonly text: string }
  | {
    readonly kind: "names";
    readonly text: string;
    readonly user: string;
    readonly groups: readonly string[];
  }
  | { readonly kind: "numbers"; readonly credentials: Credentials };

/** The largest id. For setresuid(2) the next number means "leave the id unchanged". */
const MOST_ID = 0xffff_fffe;
/** runit looks at no more groups than these (uidgid.c). */
const MOST_GROUPS = 60;

/**
 * Reads `user[:group[:group...]]` or `:uid:gid[:gid...]`, as chpst(8) takes it. runit reads a missing number as 0,
 * which is root, and cuts large numbers to 32 bits; denit refuses both.
 */
export function parseAccount(text: string): Account {
  if (text.startsWith(":")) return parseNumbers(text.slice(1));
  const [user = "", ...groups] = text.split(":");
  return { kind: "names", text, user, groups: groups.slice(0, MOST_GROUPS) };
}

/** Reads the name of an account and nothing else, as setuidgid(8) takes it. */
export function parseName(text: string): Account {
  return { kind: "names", text, user: text, groups: [] };
}

function parseNumbers(text: string): Account {
  const ids = text.split(":").map((word) => /^[0-9]{1,10}$/.test(word) ? Number(word) : Infinity);
  const [uid, ...groups] = ids;
  const [gid] = groups;
  const isFit = groups.length <= MOST_GROUPS && ids.every((id) => id <= MOST_ID);
  if (!isFit || uid === undefined || gid === undefined) return { kind: "invalid", text };
  return { kind: "numbers", credentials: { uid, gid, groups } };
}

/** Finds the ids of the user `name` in the text of passwd(5); undefined if there is no such user. */
export function findUser(
  passwd: string,
  name: string,
): { readonly uid: number; readonly gid: number } | undefined {
  const fields = findLine(passwd, name);
  const [uid, gid] = [parseId(fields?.[2]), parseId(fields?.[3])];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** Finds the id of the group `name` in the text of group(5); undefined if there is no such group. */
export function findGroup(group: string, name: string): number | undefined {
  return parseId(findLine(group, name)?.[2]);
}

/** The fields of the first line for `name`. A name that begins with + or - directs libc elsewhere and is no name. */
function findLine(text: string, name: string): readonly string[] | undefined {
  if (name === "" || /^[-+#]/.test(name) || /[:\n]/.test(name)) return undefined;
  const start = `${name}:`;
  const at = text.startsWith(start) ? 0 : text.indexOf(`\n${start}`) + 1;
  if (at === 0 && !text.startsWith(start)) return undefined;
  const end = text.indexOf("\n", at);
  return text.slice(at, end < 0 ? text.length : end).split(":");
}

function parseId(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MOST_ID ? id : undefined;
}

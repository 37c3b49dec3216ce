/**
 * What is left of a svlogd whose work a fleet's logger does: a sh that keeps its pid, passes its signals on, and ends as
 * it would. The connection is on descriptor 3 (dash knows descriptors of one digit only).
 *
 * `read` fails at the end of the connection and, in dash and BusyBox ash, also after a signal. Writing tells the two
 * apart: a letter that says nothing can be written as long as somebody is there. When it cannot, an answer may lie
 * there still, so it is looked for once more.
 *
 * A signal between two reads is noticed at the next line that comes: the logger sends an empty one a moment after
 * every letter.
 */
import { EXIT } from "../posix/exit_code.ts";

/** What the letters say. */
export const LETTER = { term: "t", hangup: "h", alarm: "a", nothing: "n" } as const;

const SCRIPT = [
  "trap '' PIPE",
  `trap 'echo ${LETTER.term}>&3' TERM INT QUIT`,
  `trap 'echo ${LETTER.hangup}>&3' HUP`,
  `trap 'echo ${LETTER.alarm}>&3' ALRM`,
  // What echo says of a connection that has ended.
  "exec 2>/dev/null",
  "e=",
  `while :;do if read -r c<&3;then case $c in [0-9]*)exit $c;;esac;elif [ $e ];then exit ${EXIT.fatal};` +
  `else echo ${LETTER.nothing}>&3||e=1;fi;done`,
].join(";");

export const SHELL = "/bin/sh";

/** For ps(1) the directories stand at the end. */
export function standInArguments(directories: readonly string[]): readonly string[] {
  return ["sh", "-c", SCRIPT, "svlogd", ...directories];
}

/**
 * The stand-in of a svlogd whose work a fleet's logger does: a small sh in the same process. It keeps the pid, passes
 * signals on to the logger as letters, and exits with the code that the logger tells. The connection is descriptor 3 (dash
 * knows only descriptors of one digit).
 *
 * `read` fails at the end of the connection and, in dash and BusyBox ash, also after a signal. Writing tells the two
 * apart: the letter that says nothing can be written as long as the logger is there. If it cannot be written, an exit
 * code may still lie in the connection, so the script reads once more.
 *
 * The shell notices a signal that comes between two reads only when the next line comes. So the logger sends an empty
 * line a moment after every letter.
 */
import { EXIT } from "../posix/exit_code.ts";

/** The letters that the stand-in sends, one for each signal; `nothing` only tries the connection. */
export const LETTER = { term: "t", hangup: "h", alarm: "a", nothing: "n" } as const;

const SCRIPT = [
  "trap '' PIPE",
  `trap 'echo ${LETTER.term}>&3' TERM INT QUIT`,
  `trap 'echo ${LETTER.hangup}>&3' HUP`,
  `trap 'echo ${LETTER.alarm}>&3' ALRM`,
  // Hides what echo prints when the connection has ended.
  "exec 2>/dev/null",
  "e=",
  `while :;do if read -r c<&3;then case $c in [0-9]*)exit $c;;esac;elif [ $e ];then exit ${EXIT.fatal};` +
  `else echo ${LETTER.nothing}>&3||e=1;fi;done`,
].join(";");

/** The program that stands in. */
export const SHELL = "/bin/sh";

/** The argument vector of the stand-in. The log directories stand at the end, so that ps(1) shows them. */
export function standInArguments(directories: readonly string[]): readonly string[] {
  return ["sh", "-c", SCRIPT, "svlogd", ...directories];
}

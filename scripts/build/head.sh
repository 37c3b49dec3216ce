#!/bin/sh
# The head of denit's script form; sh does not read the program behind it. The build takes comments out and replaces
# the words between @.
#
# The head finds deno and becomes it, so that the supervised process is the one that was started. deno gets:
#   arguments    $0, then the arguments: only sh still knows the name by which the program was called, and its file
#   environment  the one with which this process was started, byte for byte. sh would pass on another: it adds PWD,
#                counts SHLVL, and drops names that it cannot spell. Then come the variables that keep deno quiet and
#                from writing anywhere, and DENIT_HEAD, which names those, so that the program can remove them again
#   signals      blocked, if env can do that, for the applets that read them from a descriptor: deno has several
#                threads, and a mask that is set later would miss some
# DENIT_HEAD also tells the soft limit of open files, because deno raises it.
set -f
denit_applet=${0##*"/"}
case $denit_applet in denit*) denit_applet=${1-} ;; esac
case $denit_applet in
@LONG_LIVED@) denit_block=--block-signal=HUP,INT,QUIT,USR1,USR2,PIPE,ALRM,TERM,CHLD,PWR ;;
*) denit_block= ;;
esac
denit_line_end='
'

# True for a program and not for a script: npm's `deno` is a script that starts another process and waits for it.
denit_is_program() {
  [ -f "$1" ] && [ -x "$1" ] && IFS= read -r denit_magic <"$1" || return 1
  case $denit_magic in ?ELF*) ;; *) return 1 ;; esac
}

denit_find() {
  denit_script=
  IFS=:
  for denit_directory in ${PATH-}; do
    case $denit_directory in "/"*) ;; *) continue ;; esac
    denit_deno=$denit_directory/deno
    denit_is_program "$denit_deno" && return
    [ -z "$denit_script" ] && [ -f "$denit_deno" ] && [ -x "$denit_deno" ] && denit_script=$denit_deno
  done
  denit_deno=@DENO@
  [ -x "$denit_deno" ] || denit_deno=$denit_script
}

denit_deno=${DENIT_DENO-}
[ -n "$denit_deno" ] || denit_find 2>/dev/null
if [ -z "$denit_deno" ]; then
  echo "${0##*"/"}: fatal: unable to find deno: set DENIT_DENO or PATH" >&2
  exit 111
fi

# The first line is the limit. Then comes one variable a line, in which byte 1 stands for a newline. This shell opens its
# environment itself: a child that did so would lose it when it becomes env.
{
  denit_clear=-i
  if [ -n "$denit_block" ] &&
    { denit_start=$(ulimit -Sn; env "$denit_block" tr '\0\n' '\n\001'); } </proc/self/environ; then
    :
  elif { denit_start=$(ulimit -Sn; tr '\0\n' '\n\001'); } </proc/self/environ; then
    denit_block=
  else
    # There is no /proc yet, so deno gets the environment as sh has it.
    denit_start=$(ulimit -Sn) denit_clear=
    env "$denit_block" true || denit_block=
  fi
} 2>/dev/null
denit_head=nofile=${denit_start%%"$denit_line_end"*}
case $denit_start in
*"$denit_line_end"*) denit_start=${denit_start#*"$denit_line_end"} ;;
*) denit_start= ;;
esac

denit_words=
denit_count=0
IFS=$denit_line_end
for denit_line in $denit_start; do
  case $denit_line in "="*) continue ;; *=*) ;; *) continue ;; esac
  while :; do
    case $denit_line in
    *@NEWLINE@*) denit_line=${denit_line%%@NEWLINE@*}$denit_line_end${denit_line#*@NEWLINE@} ;;
    *) break ;;
    esac
  done
  denit_count=$((denit_count + 1))
  eval "denit_$denit_count=\$denit_line"
  denit_words="$denit_words \"\$denit_$denit_count\""
done

denit_add() {
  denit_head="$denit_head $1"
  denit_words="$denit_words $1=$2"
}
[ -n "${DENO_NO_UPDATE_CHECK+set}" ] || denit_add DENO_NO_UPDATE_CHECK 1
[ -n "${DENO_DISABLE_NODE_SHIM+set}" ] || denit_add DENO_DISABLE_NODE_SHIM 1
# A directory that cannot exist: so deno caches nothing, and needs no HOME for a cache.
[ -n "${DENO_DIR+set}" ] || denit_add DENO_DIR /dev/null/denit

denit_loader=@LOADER@
IFS=' '
eval "exec env $denit_clear $denit_block -- $denit_words \"DENIT_HEAD=\$denit_head\" \"\$denit_deno\" @RUN@ \"\$denit_loader\" \"\$0\" \"\$@\""
exit 111

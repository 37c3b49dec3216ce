#!/bin/sh
# beside_peers.sh [KILLS]: 20 services under Debian's runit, under s6 and under denit; their supervisors are killed KILLS
# times (20) with SIGKILL. Prints how many processes the 20 services have then, and how many are left after an orderly
# stop. Needs the peers (scripts/peers) and the links in dist/links; one minute.
kills=${1:-20}
links=$(cd "$(dirname "$0")/../../dist/links" && pwd) || exit 1
home=$(mktemp -d)
export BESIDE_PEERS="$home"
ours() { for pid in $(pgrep -x sleep); do grep -qs "BESIDE_PEERS=$home" "/proc/$pid/environ" && echo "$pid"; done; }
count() { ours | while read -r pid; do tr '\0' ' ' <"/proc/$pid/cmdline"; echo; done | grep -c '^sleep 77777'; }
services() {
  for i in $(seq 20); do
    mkdir -p "$1/s$i"
    printf '#!/bin/sh\nexec sleep 77777\n' >"$1/s$i/run"
    chmod +x "$1/s$i/run"
  done
}
kill_children() {
  for _ in $(seq "$kills"); do
    kill -9 "$(pgrep -P "$1" | shuf -n 1)"
    sleep 0.3
  done
  sleep 6
}
clean() { for pid in $(ours); do kill -9 "$pid"; done; }

services "$home/runit"
/usr/bin/runsvdir -P "$home/runit" 2>/dev/null &
main=$!
sleep 3
kill_children $main
echo "runit: $(count) processes of 20"
kill -HUP $main
sleep 3
echo "runit: $(count) left behind"
clean
services "$home/s6"
s6-svscan "$home/s6" 2>/dev/null &
main=$!
sleep 3
kill_children $main
echo "s6: $(count) processes of 20"
s6-svscanctl -t "$home/s6"
sleep 3
echo "s6: $(count) left behind"
clean
services "$home/denit"
for _ in $(seq "$kills"); do
  "$links/runsvdir" -P "$home/denit" 2>/dev/null &
  main=$!
  sleep 0.5
  kill -9 $main
  wait $main 2>/dev/null
done
"$links/runsvdir" -P "$home/denit" &
main=$!
sleep 3
echo "denit: $(count) processes of 20"
kill -HUP $main
wait $main
echo "denit: $(count) left behind"
clean
rm -r "$home"

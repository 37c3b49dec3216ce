/**
 * Control groups of version 2, on a kernel that mounts no others. The tests show when a logger at the end of a chain
 * gets a memory limit, what happens when it cannot have one, and how `chpst --cgroup` works.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { CAN_BOOT, NEEDS, run, type Sections } from "./machine.ts";

const LIMIT = 20971520;
const WARNING =
  `chpst: warning: svlogd cannot live under these limits, and runs without them: data ${LIMIT}, as ${LIMIT}`;
/** The rest of a logger's state. It is the same with and without a memory limit. */
const REST = `Uid: 77
Gid: 78
stack ${LIMIT}
locked ${LIMIT}
data unlimited
address unlimited`;

/**
 * Starts loggers as BusyBox's collection of services does. Prints the state of each once its first line is written.
 */
const SCRIPT = `
groups=/sys/fs/cgroup
ulimit -l unlimited
state() { # pid
  cat /proc/$1/cgroup
  awk '/^(Uid|Gid):/ { print $1, $2 }' /proc/$1/status
  awk '$2 == "stack" || $2 == "locked" || $2 == "address" || $2 == "data" { print $2, $(NF - 2) }' /proc/$1/limits |
    sort -r | awk '{ lines[$1] = $0 }
      END { print lines["stack"]; print lines["locked"]; print lines["data"]; print lines["address"] }'
}
# Name, bytes, and what is in front of chpst. The pid is left in $pid.
begin() {
  name=$1 bytes=$2
  shift 2
  mkdir -p /tmp/$name && chown logger /tmp/$name
  mkfifo /tmp/$name.lines
  "$@" chpst -u logger -m $bytes svlogd -tt /tmp/$name <>/tmp/$name.lines &
  pid=$!
  echo "a line for $name" >/tmp/$name.lines
  wait_for grep -q line /tmp/$name/current
}
finish() { # pid, name
  kill $1
  wait $1
  echo "$2 ended with $?, and wrote:"
  sed 's/^[-_0-9.:]* //' /tmp/$2/current
  ls -l /tmp/$2/current | awk '{ print $3, $4 }'
}
named() { # pid
  sed "s/$1/PID/g"
}
left() {
  ls $groups | grep -c denit-
}

section not mounted
begin unmounted ${LIMIT} env
state $pid
finish $pid unmounted

section not delegated
mount -t cgroup2 cgroup2 $groups
mkdir $groups/box
cat $groups/cgroup.subtree_control
begin undelegated ${LIMIT} /in_group /sys/fs/cgroup/box
state $pid
finish $pid undelegated

section topmost
begin topmost ${LIMIT} env
state $pid | named $pid
cat $groups/denit-$pid/memory.max
named $pid <$groups/denit-$pid/cgroup.procs
cat $groups/cgroup.subtree_control
finish $pid topmost
left

section two at once
begin first ${LIMIT} env
first=$pid
begin second 31457280 env
second=$pid
for each in $first $second; do
  named $each </proc/$each/cgroup
  cat $groups/denit-$each/memory.max
done
left
finish $first first
finish $second second

section a pid again
begin again ${LIMIT} /with_old_group
named $pid </proc/$pid/cgroup
cat $groups/denit-$pid/memory.max
finish $pid again

section not alone
begin busy ${LIMIT} /in_group /sys/fs/cgroup/box
state $pid
cat $groups/box/cgroup.controllers
ls $groups/box | grep -c denit-
finish $pid busy

# On the other processor meanwhile, because they have nothing to do with the loggers.
{
section join one that is missing
chpst --cgroup $groups/a/b/c cat /proc/self/cgroup
section join one that is there
mkdir $groups/there
chpst -u nobody --cgroup $groups/there cat /proc/self/cgroup
section join none
mkdir /tmp/plain
chpst --cgroup /tmp/plain echo started
echo "ended with $?"
chpst --cgroup /tmp/plain/new echo started
echo "ended with $?"
ls /tmp/plain
section join one that is divided
mkdir -p $groups/divided/part
echo +memory >$groups/divided/cgroup.subtree_control
chpst --cgroup $groups/divided echo started
echo "ended with $?"
chpst --cgroup $groups/divided/part cat /proc/self/cgroup
} >/tmp/joins 2>&1 &
joins=$!

section many lines
mkdir /tmp/many && chown logger /tmp/many
printf 's100000\\nn2\\n' >/tmp/many/config
yes "a line of a hundred bytes or so, to be written over and over again" |
  head -n 50000 | chpst -u logger -m ${LIMIT} svlogd -tt /tmp/many
echo "ended with $?"
awk '$1 == "oom_kill" { print }' $groups/denit-*/memory.events
cat $groups/denit-*/memory.peak
grep -vc ' a line .* again$' /tmp/many/current

section too little
mkdir /tmp/little && chown logger /tmp/little
echo line | chpst -u logger -m 65536 svlogd -tt /tmp/little
echo "ended with $?"
awk '$1 == "oom_kill" { print }' $groups/denit-*/memory.events

section supervised
for each in web mail; do
  mkdir -p /services/$each/log /tmp/$each && chown logger /tmp/$each
  printf '#!/bin/sh\\necho "this is '$each'"\\nexec sleep 1000\\n' >/services/$each/run
  printf '#!/bin/sh\\nexec chpst -u logger -m ${LIMIT} svlogd -tt /tmp/'$each'\\n' >/services/$each/log/run
  chmod +x /services/$each/run /services/$each/log/run
done
runsvdir /services &
fleet=$!
for each in web mail; do
  wait_for grep -q this /tmp/$each/current
  pid=$(cat /services/$each/log/supervise/pid)
  named $pid </proc/$pid/cgroup
  cat $groups/denit-$pid/memory.max
  awk '/^Uid:/ { print $1, $2 }' /proc/$pid/status
done
left
sv -w 60 restart /services/web/log >/tmp/said
pid=$(cat /services/web/log/supervise/pid)
sed 's/ [0-9]*s$/ Ns/' /tmp/said | named $pid
wait_for grep -q denit- /proc/$pid/cgroup
named $pid </proc/$pid/cgroup
left
kill -HUP $fleet
wait $fleet
echo "ended with $?"
sed 's/^[-_0-9.:]* //' /tmp/web/current /tmp/mail/current

wait $joins
cat /tmp/joins
section join and limit
line() { echo line; }
mkdir -p /tmp/joined && chown logger /tmp/joined
line | chpst -u logger --cgroup $groups/box -m ${LIMIT} svlogd -tt /tmp/joined
line | /in_group /sys/fs/cgroup/box chpst -u logger --cgroup $groups -m ${LIMIT} svlogd -tt /tmp/joined
wc -l </tmp/joined/current
ls $groups/box | grep -c denit-
left
`;

const FILES = {
  "/in_group": '#!/bin/sh\necho 0 >"$1/cgroup.procs" && shift && exec "$@"\n',
  "/with_old_group": '#!/bin/sh\nmkdir /sys/fs/cgroup/denit-$$ && exec "$@"\n',
};

let sections: Promise<Sections> | undefined;

function test(name: string, check: (text: (section: string) => string) => void): void {
  Deno.test({
    name: `${name}${NEEDS}`,
    ignore: !CAN_BOOT,
    fn: async () => {
      const all = await (sections ??= run(SCRIPT, { files: FILES }));
      check((section) => all.get(section) ?? `no section ${section}`);
    },
  });
}

function wrote(name: string): string {
  return `${name} ended with 0, and wrote:\na line for ${name}\nlogger logger`;
}

test("if cgroup2 is not mounted, chpst prints one warning, and every other part of the plan holds", (text) => {
  assertEquals(text("not mounted"), `${WARNING}\n${REST}\n${wrote("unmounted")}`);
});

test("if the group has no memory controller, chpst prints one warning, and every other part of the plan holds", (text) => {
  assertEquals(text("not delegated"), `${WARNING}\n0::/box\n${REST}\n${wrote("undelegated")}`);
});

test("in the topmost group, which has other processes, the logger gets a group of its own with its limit", (text) => {
  const state = `0::/denit-PID\n${REST}\n${LIMIT}\nPID\nmemory`;
  assertEquals(text("topmost"), `${state}\n${wrote("topmost")}\n1`);
});

test("two loggers at once have two groups, and the next logger removes a group that an ended one left", (text) => {
  const groups = `0::/denit-PID\n${LIMIT}\n0::/denit-PID\n31457280\n2`;
  assertEquals(text("two at once"), `${groups}\n${wrote("first")}\n${wrote("second")}`);
});

test("a group that an earlier process with the same pid left is no obstacle", (text) => {
  assertEquals(text("a pid again"), `0::/denit-PID\n${LIMIT}\n${wrote("again")}`);
});

test("in a lower group with processes Linux refuses the controller: chpst prints one warning and does the rest", (text) => {
  assertEquals(text("not alone"), `${WARNING}\n0::/box\n${REST}\nmemory\n0\n${wrote("busy")}`);
});

test("a logger limited to twenty megabytes takes five megabytes of lines", (text) => {
  assertMatch(text("many lines"), /^ended with 0\noom_kill 0\n[0-9]+\n0$/);
});

test("the kernel kills a logger that takes more than its limit", (text) => {
  // The logger may be killed before chpst has warned about other limits.
  assertMatch(text("too little"), /^(chpst: warning: .*\n)?Killed\nended with 137\noom_kill 1$/);
});

test("the same limits hold under denit's runsvdir, with two log services, and after a restart", (text) => {
  const service = `0::/denit-PID\n${LIMIT}\nUid: 77`;
  const restarted = "ok: run: /services/web/log: (pid PID) Ns\n0::/denit-PID";
  assertEquals(
    text("supervised"),
    `${service}\n${service}\n2\n${restarted}\n2\nended with 111\nthis is web\nthis is mail`,
  );
});

test("--cgroup makes a missing group, and joins an existing one before the user changes", (text) => {
  assertEquals(text("join one that is missing"), "0::/a/b/c");
  assertEquals(text("join one that is there"), "0::/there");
});

test("--cgroup refuses a directory that is no group, and removes what it made", (text) => {
  const refused = (directory: string) =>
    `chpst: fatal: unable to join cgroup: ${directory}: file does not exist\nended with 111`;
  assertEquals(text("join none"), `${refused("/tmp/plain")}\n${refused("/tmp/plain/new")}`);
});

test("--cgroup cannot join a group that is divided among others, but can join one of its parts", (text) => {
  assertEquals(
    text("join one that is divided"),
    "chpst: fatal: unable to join cgroup: /sys/fs/cgroup/divided: device busy\nended with 111\n0::/divided/part",
  );
});

test("with --cgroup memory is limited below the joined group, or a warning says that it is not", (text) => {
  assertEquals(text("join and limit"), `${WARNING}\n2\n0\n1`);
});

/** Orphans become children of a supervisor that is process 1 or a subreaper. The supervisor collects each of them. */
import { assert, assertEquals } from "@std/assert";
import { Fleet } from "../fleet.ts";
import { has } from "../machine.ts";
import { childrenOf } from "../processes.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

/** Number of the system call prctl(2). PR_SET_CHILD_SUBREAPER is 36; then perl executes the words that follow. */
const PRCTL = { x86_64: 157, aarch64: 167 }[Deno.build.arch];
const AS_SUBREAPER = [
  "perl",
  "-e",
  `syscall(${PRCTL}, 36, 1, 0, 0, 0) == 0 or die $!; exec { $ARGV[0] } @ARGV`,
];

const BATCHES = 50;
const BATCH = 200;

/**
 * A Perl script. For each batch, a parent forks children that wait at a pipe, and ends. Once the children have become
 * the supervisor's, the script releases all of them at once. Each child writes `o` if the supervisor is its parent now.
 */
const MAKER = `#!/usr/bin/perl
use strict; use warnings; use POSIX ();
my $supervisor = getppid();
open my $count, '>>', 'count' or die;
for my $batch (1 .. ${BATCHES}) {
  pipe my $gate, my $open or die;
  my $parent = fork() // die;
  if ($parent == 0) {
    close $open;
    for (1 .. ${BATCH}) {
      my $child = fork();
      if (!defined $child) { redo }
      if ($child == 0) {
        sysread $gate, my $nothing, 1;
        syswrite $count, getppid() == $supervisor ? 'o' : '?';
        POSIX::_exit(0);
      }
    }
    POSIX::_exit(0);
  }
  waitpid $parent, 0;
  close $open;
  close $gate;
}
syswrite $count, '.';
sleep 100000;
`;

Deno.test({
  name: "a supervisor collects 10,000 orphans, leaves no zombie, and answers others meanwhile (needs perl)",
  ignore: !has("perl"),
  fn: async () => {
    await using fleet = await Fleet.start({ ...BYSTANDER, "maker/run": MAKER, "maker/down": "" }, {
      through: AS_SUBREAPER,
    });
    const bystander = await Bystander.of(fleet);
    const maker = fleet.service("maker");
    await maker.is("down");
    maker.send("o");
    let slowestMs = 0;
    await fleet.eventually("all orphans", async () => {
      slowestMs = Math.max(slowestMs, await bystander.answerMs());
      return maker.read("count").length === BATCHES * BATCH + 1;
    }, 120_000);
    assertEquals(maker.read("count").replaceAll("o", ""), ".");
    // Only the maker and the bystander are left: no zombie, no orphan.
    await fleet.eventually("all children but two to be gone", () => childrenOf(fleet.pid).length === 2);
    console.log(`the slowest answer meanwhile took ${slowestMs.toFixed(1)} ms`);
    assert(slowestMs < 1000, `${slowestMs} ms`);
    await bystander.isWell();
    assertEquals(fleet.said, []);
  },
});

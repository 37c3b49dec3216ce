/** Orphans fall to a supervisor that is process 1 or a subreaper: each is collected, whoever it was. */
import { assert, assertEquals } from "@std/assert";
import { Fleet } from "../fleet.ts";
import { has } from "../machine.ts";
import { childrenOf } from "../processes.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

/** prctl(PR_SET_CHILD_SUBREAPER) by its number in the kernel, and then the words behind. */
const PRCTL = { x86_64: 157, aarch64: 167 }[Deno.build.arch];
const AS_SUBREAPER = [
  "perl",
  "-e",
  `syscall(${PRCTL}, 36, 1, 0, 0, 0) == 0 or die $!; exec { $ARGV[0] } @ARGV`,
];

const BATCHES = 50;
const BATCH = 200;

/**
 * A parent a batch has its children wait at a pipe and ends; when they have fallen to the supervisor they are let
 * go, all at once, and each that is its child says so.
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
  name: "10,000 orphans are collected, none is left a zombie, and others are answered meanwhile (needs perl)",
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
    // The maker and the bystander: neither a zombie nor anybody else is left.
    await fleet.eventually("nobody else", () => childrenOf(fleet.pid).length === 2);
    console.log(`the slowest answer meanwhile took ${slowestMs.toFixed(1)} ms`);
    assert(slowestMs < 1000, `${slowestMs} ms`);
    await bystander.isWell();
    assertEquals(fleet.said, []);
  },
});

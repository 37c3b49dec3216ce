/** Tests of what each command does to a service, with hooks and without. See service_test.ts for the service's life. */
import { assertEquals } from "@std/assert";
import { INBOX_MAX } from "./service.ts";
import { isIdle, listening } from "./service_state.ts";
import { down, finishing, running } from "./story_test.ts";

// Commands

Deno.test("u wants up: a running service goes on, one that is down starts, and finish is followed by run", () => {
  assertEquals(running().tell("u"), ["publish up 100: run"]);
  assertEquals(down().tell("u"), ["publish up 0: down", "hook u"]);
  const web = finishing();
  web.tell("d");
  assertEquals(web.tell("u", "exits 0"), ["publish up 101: finish", "publish up 0: down", "hook u"]);
});

Deno.test("d stops: hook t, TERM (told before it is sent), then always CONT, then hook d, whose answer counts for nothing", () => {
  const web = running();
  assertEquals(web.tell("d"), ["publish down 100: run, want down", "hook t"]);
  assertEquals(web.tell("hook absent"), [
    "publish down 100: run, got TERM, want down",
    "signal 100 TERM",
    "signal 100 CONT",
    "hook d",
  ]);
  assertEquals(web.tell("hook starts", "hook exits 0"), []);
  assertEquals(web.tell("killed 15", "finish absent"), ["look for finish", "publish down 0: down"]);
  assertEquals(isIdle(web.state), true);
});

Deno.test("d sends no TERM when its t hook has handled it, but sends CONT all the same", () => {
  assertEquals(running().tell("d", "hook starts", "hook exits 0").slice(2), ["signal 100 CONT", "hook d"]);
});

Deno.test("d only changes the want of a service that is down or finishing", () => {
  const resting = down();
  assertEquals([resting.tell("d"), isIdle(resting.state)], [["publish down 0: down"], true]);
  const web = finishing();
  assertEquals(web.tell("d", "exits 0"), ["publish down 101: finish, want down", "publish down 0: down"]);
});

Deno.test("o only changes the want of a running service, and runs one that is down once", () => {
  assertEquals(running().tell("o"), ["publish down 100: run, want down"]);
  const web = down();
  assertEquals(web.tell("o", "hook absent", "starts"), [
    "publish down 0: down",
    "hook u",
    "start run",
    "publish down 100: run, want down",
  ]);
  assertEquals(web.tell("exits 0", "finish absent"), ["look for finish", "publish down 0: down"]);
  assertEquals(web.wakesInMs, Infinity);
});

Deno.test("a service stays down after finish when o comes during finish", () => {
  assertEquals(finishing().tell("o", "exits 0"), [
    "publish down 101: finish, want down",
    "publish down 0: down",
  ]);
});

Deno.test("x stops like d, with hook x", () => {
  const web = running();
  assertEquals(web.tell("x", "hook absent"), [
    "publish exit 100: run, want exit",
    "hook t",
    "publish exit 100: run, got TERM, want exit",
    "signal 100 TERM",
    "signal 100 CONT",
    "hook x",
  ]);
  assertEquals(web.tell("hook absent", "killed 15", "finish absent").at(-1), "publish exit 0: down");
});

Deno.test("u, d and o take x back as long as run lives", () => {
  for (const [letter, want] of [["u", "up"], ["d", "down"], ["o", "down"]] as const) {
    const web = running();
    web.tell("x", "hook absent", "hook absent", letter);
    assertEquals(web.state.want, want);
  }
});

Deno.test("a logger does not know x", () => {
  assertEquals(running("log").tell("x"), []);
});

Deno.test("d of a logger is TERM and CONT, with no hooks", () => {
  assertEquals(running("log").tell("d").slice(1), [
    "publish down 100: run, got TERM, want down",
    "signal 100 TERM",
    "signal 100 CONT",
  ]);
});

Deno.test("t is TERM without CONT, and what wants up starts again", () => {
  const web = running();
  assertEquals(web.tell("t", "hook absent"), ["hook t", "publish up 100: run, got TERM", "signal 100 TERM"]);
  assertEquals(web.tell("killed 15", "finish absent"), ["look for finish", "publish up 0: down", "hook u"]);
});

Deno.test("t of a service that already wants down is followed by CONT and hook d", () => {
  const web = running();
  web.tell("o");
  assertEquals(web.tell("t", "hook absent").slice(1), [
    "publish down 100: run, got TERM, want down",
    "signal 100 TERM",
    "signal 100 CONT",
    "hook d",
  ]);
});

Deno.test("t and k send nothing when their hook has handled them", () => {
  for (const letter of ["t", "k"]) {
    assertEquals(running().tell(letter, "hook starts", "hook exits 0"), [`hook ${letter}`]);
  }
});

Deno.test("p and c stop and continue, and say so in the status", () => {
  const web = running();
  assertEquals(web.tell("p", "hook absent"), ["hook p", "signal 100 STOP", "publish up 100: run, paused"]);
  assertEquals(web.tell("c", "hook absent"), ["hook c", "signal 100 CONT", "publish up 100: run"]);
});

Deno.test("a service is paused without a signal when its p hook has handled p", () => {
  assertEquals(running().tell("p", "hook starts", "hook exits 0"), ["hook p", "publish up 100: run, paused"]);
});

Deno.test("p and c only set the flag of a service that is down or finishing", () => {
  assertEquals(down().tell("p", "c"), ["publish down 0: down, paused", "publish down 0: down"]);
  assertEquals(finishing().tell("p"), ["publish up 101: finish, paused"]);
});

Deno.test("a, h, i, q, 1, 2 and k are signals to run, unless their hook has handled them", () => {
  const signals = { a: "ALRM", h: "HUP", i: "INT", q: "QUIT", 1: "USR1", 2: "USR2", k: "KILL" };
  for (const [letter, signal] of Object.entries(signals)) {
    assertEquals(running().tell(letter, "hook absent"), [`hook ${letter}`, `signal 100 ${signal}`]);
    assertEquals(running().tell(letter, "hook starts", "hook exits 0"), [`hook ${letter}`]);
  }
});

Deno.test("no signal is sent to finish, nor to a service that is down", () => {
  for (const letter of "tkahiq12") {
    assertEquals(finishing().tell(letter), []);
    assertEquals(down().tell(letter), []);
  }
});

Deno.test("bytes that are no command change nothing", () => {
  for (const byte of ["e", "X", " ", "\n", "3", "0", "\0", "U"]) assertEquals(running().tell(byte), []);
});

// Hooks

Deno.test("a hook that exits with anything but 0 has not handled its command", () => {
  assertEquals(running().tell("h", "hook starts", "hook exits 1"), ["hook h", "signal 100 HUP"]);
});

Deno.test("a hook that was killed by a signal has not handled its command", () => {
  assertEquals(running().tell("h", "hook starts", "hook killed 9"), ["hook h", "signal 100 HUP"]);
});

Deno.test("a hook that cannot be started has not handled its command", () => {
  assertEquals(running().tell("h", "refused").at(-1), "signal 100 HUP");
  assertEquals(running().tell("h", "unusable").at(-1), "signal 100 HUP");
});

Deno.test("commands wait behind a hook, in their order, and the pipe is left unread", () => {
  const web = running();
  assertEquals(web.tell("h", "hook starts", "i", "d"), ["hook h"]);
  assertEquals(listening(web.state), false);
  assertEquals(web.tell("hook exits 0"), ["hook i"]);
  assertEquals(web.tell("hook absent").slice(0, 2), ["signal 100 INT", "publish down 100: run, want down"]);
  assertEquals(listening(web.state), true);
});

Deno.test("an end overtakes the commands that wait", () => {
  const web = running();
  web.tell("h", "hook starts", "k", "exits 0");
  assertEquals(web.tell("hook exits 1"), ["look for finish"]);
  assertEquals(web.tell("finish absent"), ["publish up 0: down", "hook u"]);
});

Deno.test("a process that ended behind a hook gets no signal: its pid may be another's", () => {
  const web = running();
  web.tell("d", "hook starts", "exits 0");
  assertEquals(web.tell("hook exits 1"), ["hook d"]);
  assertEquals(web.tell("hook absent"), ["look for finish"]);
});

Deno.test("the newest command is kept when too many wait behind a hook", () => {
  const web = running();
  web.tell("h", "hook starts", ..."i".repeat(INBOX_MAX + 10), "x");
  assertEquals([web.state.inbox.length, web.state.inbox.at(-1)], [INBOX_MAX, "x"]);
});

// k: runsv forgets the child here

Deno.test("k keeps the child: finish runs once, with its signal, and then run again", () => {
  const web = running();
  assertEquals(web.tell("k", "hook absent"), ["hook k", "signal 100 KILL"]);
  assertEquals(web.state.phase, "run");
  assertEquals(web.tell("killed 9", "finish found", "starts"), [
    "look for finish",
    "publish up 0: finish",
    "start finish -1 9",
    "publish up 101: finish",
  ]);
  assertEquals(web.tell("exits 0"), ["publish up 0: down", "hook u"]);
});

Deno.test("no second copy starts when u follows k before the end", () => {
  assertEquals(running().tell("k", "hook absent", "u"), ["hook k", "signal 100 KILL", "publish up 100: run"]);
});

Deno.test("k during finish leaves it alone, and finish runs no second time", () => {
  const web = finishing();
  assertEquals(web.tell("k", "exits 0"), ["publish up 0: down", "hook u"]);
});

Deno.test("x and k wait for the end of a run that ignores TERM", () => {
  const web = running();
  web.tell("x", "hook absent", "hook absent");
  assertEquals(web.tell("k", "hook absent"), ["hook k", "signal 100 KILL"]);
  assertEquals(isIdle(web.state), false);
  assertEquals(web.tell("killed 9", "finish absent"), ["look for finish", "publish exit 0: down"]);
  assertEquals(isIdle(web.state), true);
});

/** The life of a service: starting, ending, pausing, leaving. See service_commands_test.ts for its commands. */
import { assertEquals } from "@std/assert";
import { finishArguments } from "./service.ts";
import { isIdle } from "./service_state.ts";
import { down, finishing, running, Story } from "./story_test.ts";

// Starting

Deno.test("a service that wants up is published as down, then runs its u hook, then run", () => {
  const web = new Story();
  assertEquals(web.tell("publish"), ["publish up 0: down", "hook u"]);
  assertEquals(web.tell("hook starts"), []);
  assertEquals(web.tell("hook exits 0"), ["start run"]);
  assertEquals(web.tell("starts"), ["publish up 100: run"]);
  assertEquals(web.wakesInMs, Infinity);
});

Deno.test("a service with a down file is published, and left alone", () => {
  const web = new Story("main", "down");
  assertEquals(web.tell("publish"), ["publish down 0: down"]);
  assertEquals([isIdle(web.state), web.wakesInMs], [true, Infinity]);
});

Deno.test("a service starts whatever its u hook exits with", () => {
  for (const end of ["hook exits 0", "hook exits 1", "hook killed 9"]) {
    const web = down();
    assertEquals(web.tell("u", "hook starts", end), ["publish up 0: down", "hook u", "start run"]);
  }
});

Deno.test("a logger starts without any hook", () => {
  assertEquals(new Story("log").tell("publish", "starts"), [
    "publish up 0: down",
    "start run",
    "publish up 100: run",
  ]);
});

Deno.test("a fork that is refused is tried again after five seconds, and its u hook is not run twice", () => {
  const web = new Story();
  assertEquals(web.tell("publish", "hook absent", "refused"), [
    "publish up 0: down",
    "hook u",
    "start run",
    "warning: unable to fork, sleeping: temporary failure",
  ]);
  assertEquals(web.wakesInMs, 5000);
  assertEquals(web.tell("+4999"), []);
  assertEquals(web.tell("+1"), ["start run"]);
  assertEquals(web.tell("starts"), ["publish up 100: run"]);
});

Deno.test("a start that was refused is called off by d, and announced again by the next u", () => {
  const web = new Story();
  web.tell("publish", "hook absent", "refused", "+1000");
  assertEquals(web.tell("d"), ["publish down 0: down"]);
  assertEquals(web.wakesInMs, Infinity);
  assertEquals(web.tell("u"), ["publish up 0: down"]);
  assertEquals(web.tell("+4000"), ["hook u"]);
});

Deno.test("a finish that is refused is tried again, and is not forgotten by d", () => {
  const web = running();
  assertEquals(web.tell("exits 0", "finish found", "refused"), [
    "look for finish",
    "publish up 0: finish",
    "start finish 0 0",
    "warning: unable to fork, sleeping: temporary failure",
  ]);
  assertEquals(web.tell("d"), ["publish down 0: finish, want down"]);
  assertEquals(web.tell("+5000"), ["start finish 0 0"]);
});

Deno.test("a run that cannot be executed counts as ended with 111, and finish is told so", () => {
  const web = new Story();
  assertEquals(web.tell("publish", "hook absent", "unusable"), [
    "publish up 0: down",
    "hook u",
    "start run",
    "fatal: unable to start ./run: access denied",
    "look for finish",
  ]);
  assertEquals(web.tell("finish found"), ["publish up 0: finish", "start finish 111 0"]);
  assertEquals(web.tell("starts", "exits 0"), ["publish up 100: finish", "publish up 0: down"]);
  assertEquals(web.wakesInMs, 1000);
});

Deno.test("a finish that cannot be executed leads to down", () => {
  const web = running();
  assertEquals(
    web.tell("d", "hook absent", "hook absent", "killed 15", "finish found", "unusable").slice(-2),
    [
      "fatal: unable to start ./run: access denied",
      "publish down 0: down",
    ],
  );
});

Deno.test("a start forgets that the last process was paused and got TERM", () => {
  const web = running();
  web.tell("p", "hook absent", "t", "hook absent");
  assertEquals(web.tell("exits 0", "finish absent"), [
    "look for finish",
    "publish up 0: down, paused",
    "hook u",
  ]);
  assertEquals(web.tell("hook absent", "starts"), ["start run", "publish up 101: run"]);
});

Deno.test("the start of finish forgets that run was paused and got TERM", () => {
  const web = running();
  web.tell("p", "hook absent");
  assertEquals(web.tell("killed 9", "finish found", "starts").at(-1), "publish up 101: finish");
});

// Ending

Deno.test("finish runs whatever is wanted, with no pid in between, and without a pause", () => {
  assertEquals(running().tell("exits 3", "finish found", "starts"), [
    "look for finish",
    "publish up 0: finish",
    "start finish 3 0",
    "publish up 101: finish",
  ]);
  const leaving = running();
  leaving.tell("x", "hook absent", "hook absent");
  assertEquals(leaving.tell("killed 15", "finish found", "starts", "exits 0"), [
    "look for finish",
    "publish exit 0: finish, want exit",
    "start finish -1 15",
    "publish exit 101: finish, want exit",
    "publish exit 0: down",
  ]);
});

Deno.test("no u hook comes before finish, one comes before the next run", () => {
  const web = finishing();
  assertEquals(web.tell("exits 0"), ["publish up 0: down", "hook u"]);
});

Deno.test("a service is down after finish, whatever finish exits with", () => {
  for (const end of ["exits 0", "exits 100", "killed 11"]) {
    assertEquals(finishing().tell(end), ["publish up 0: down", "hook u"]);
  }
});

Deno.test("finish is told the exit code and 0, or -1 and the signal with its core flag", () => {
  const told = (status: number) => Object.values(finishArguments(status)).join(" ");
  assertEquals([0, 3 << 8, 255 << 8].map(told), ["0 0", "3 0", "255 0"]);
  assertEquals([15, 9, 11 | 0x80].map(told), ["-1 15", "-1 9", "-1 139"]);
});

Deno.test("a logger has no finish", () => {
  assertEquals(running("log").tell("exits 1"), ["publish up 0: down", "start run"]);
});

Deno.test("the time of the last change is that of the start and that of being down, and finish does not move it", () => {
  const web = running();
  assertEquals(web.state.sinceNs, 0n);
  web.tell("exits 0", "finish found", "starts", "+700");
  assertEquals(web.state.sinceNs, 0n);
  web.tell("exits 0");
  assertEquals(web.state.sinceNs, 10_700_000_000n);
});

Deno.test("the end of an unknown process changes nothing", () => {
  const web = running();
  const before = web.state;
  assertEquals([web.tell("hook exits 0"), web.state], [[], before]);
});

// The pause after a short life

Deno.test("a life under one second is followed by a pause of one second", () => {
  const web = running();
  web.tell("exits 0", "finish absent", "hook absent", "starts", "+999");
  assertEquals(web.tell("exits 0", "finish absent"), ["look for finish", "publish up 0: down"]);
  assertEquals(web.wakesInMs, 1000);
  assertEquals(web.tell("+999"), []);
  assertEquals(web.tell("+1"), ["hook u"]);
});

Deno.test("a life of one second is long enough to start again at once", () => {
  const web = running();
  web.tell("exits 0", "finish absent", "hook absent", "starts", "+1000");
  assertEquals(web.tell("exits 0", "finish absent"), ["look for finish", "publish up 0: down", "hook u"]);
});

Deno.test("the time that finish takes counts as life", () => {
  const web = running();
  web.tell("exits 0", "finish absent", "hook absent", "starts", "+600");
  web.tell("exits 0", "finish found", "starts", "+600");
  assertEquals(web.tell("exits 0"), ["publish up 0: down", "hook u"]);
});

Deno.test("commands are heard during the pause, and u does not shorten it", () => {
  const web = running();
  web.tell("exits 0", "finish absent", "hook absent", "starts", "exits 0", "finish absent");
  assertEquals(web.tell("d"), ["publish down 0: down"]);
  assertEquals(web.wakesInMs, Infinity);
  assertEquals(web.tell("+400", "u"), ["publish up 0: down"]);
  assertEquals(web.wakesInMs, 600);
  assertEquals(web.tell("+600"), ["hook u"]);
});

Deno.test("o during the pause starts once, when the pause is over", () => {
  const web = running();
  web.tell("exits 0", "finish absent", "hook absent", "starts", "exits 0", "finish absent");
  assertEquals(web.tell("o", "+1000"), ["publish down 0: down", "hook u"]);
});

Deno.test("a service that was down for long starts at once", () => {
  const web = running();
  web.tell(
    "exits 0",
    "finish absent",
    "hook absent",
    "starts",
    "d",
    "hook absent",
    "hook absent",
    "killed 15",
  );
  web.tell("finish absent", "+5000");
  assertEquals(web.tell("u"), ["publish up 0: down", "hook u"]);
});

Deno.test("a service that is to exit does not wait for the pause", () => {
  const web = new Story();
  web.tell("publish", "hook absent", "starts", "x", "hook absent", "hook absent");
  web.tell("killed 15", "finish absent");
  assertEquals([isIdle(web.state), web.wakesInMs], [true, Infinity]);
});

// One pass at a time: a run that begins with `sv once` on itself

Deno.test("a one-shot runs once more, however often it is told u while it runs", () => {
  const pass = running();
  pass.tell("o");
  pass.tell("u", "u", "u");
  assertEquals(pass.tell("exits 0", "finish absent", "hook absent", "starts", "o").slice(-3), [
    "start run",
    "publish up 101: run",
    "publish down 101: run, want down",
  ]);
  pass.tell("+2000");
  assertEquals(pass.tell("exits 0", "finish absent"), ["look for finish", "publish down 0: down"]);
  assertEquals(isIdle(pass.state), true);
});

// Status files

Deno.test("status files that could not be written are written again after five seconds, once", () => {
  const web = running();
  web.tell("p", "hook absent", "publish fails");
  assertEquals(web.wakesInMs, 5000);
  assertEquals(web.tell("+5000"), ["publish up 100: run, paused"]);
  assertEquals(web.wakesInMs, Infinity);
});

Deno.test("status files that were written meanwhile are not written again", () => {
  const web = running();
  web.tell("publish fails");
  assertEquals(web.tell("u"), ["publish up 100: run"]);
  assertEquals(web.wakesInMs, Infinity);
});

Deno.test("a log whose process is replaced lives on under the new pid, and what it was told stays true", () => {
  const log = running("log");
  log.tell("p", "t");
  assertEquals(log.tell("replaced"), ["publish up 101: run, paused, got TERM"]);
  assertEquals(log.tell("c"), ["signal 101 CONT", "publish up 101: run, got TERM"]);
  assertEquals(log.tell("exits 0"), ["publish up 0: down", "start run"]);
});

Deno.test("only a log that runs is replaced", () => {
  assertEquals(down("log").tell("replaced"), []);
  assertEquals(running().tell("replaced"), []);
});

// Leaving for good

Deno.test("a retired service stops as by x, and refuses u and o", () => {
  const web = running();
  assertEquals(web.tell("retire", "hook absent", "hook absent").slice(0, 3), [
    "publish exit 100: run, want exit",
    "hook t",
    "publish exit 100: run, got TERM, want exit",
  ]);
  for (const letter of "uo") {
    assertEquals(web.tell(letter), ["warning: unable to start ./run: service is closing"]);
  }
  assertEquals(web.tell("d").at(0), "publish exit 100: run, got TERM, want exit");
  web.tell("hook absent", "hook absent");
  assertEquals(web.tell("killed 15", "finish absent"), ["look for finish", "publish exit 0: down"]);
});

Deno.test("a u that was sent before does not take the retiring back", () => {
  const web = running();
  web.tell("h", "hook starts", "u", "retire");
  assertEquals(web.tell("hook exits 0"), [
    "warning: unable to start ./run: service is closing",
    "publish exit 100: run, want exit",
    "hook t",
  ]);
});

Deno.test("a retired service that waits for its next start does not start", () => {
  const web = new Story();
  web.tell("publish", "hook absent", "refused", "retire");
  assertEquals([web.state.want, isIdle(web.state), web.wakesInMs], ["exit", true, Infinity]);
});

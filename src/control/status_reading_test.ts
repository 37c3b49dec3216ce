import { assertEquals } from "@std/assert";
import { loggerTrouble, svstatTrouble, svTrouble, type Trouble } from "./status_reading.ts";

const DEAD: Trouble = { kind: "dead" };
const MISSING: Trouble = { kind: "absent", missing: true, why: "file does not exist" };
const PLAIN_FILE: Trouble = { kind: "absent", missing: false, why: "not a directory" };
const UNUSABLE: Trouble = { kind: "unusable", why: "unable to open supervise/ok: access denied" };

Deno.test("svTrouble() tells what is wrong in sv's words", () => {
  assertEquals(svTrouble("web", DEAD, false), "fail: web: runsv not running");
  assertEquals(svTrouble("web", DEAD, true), "ok: web: runsv not running");
  assertEquals(
    svTrouble("web", MISSING, true),
    "fail: web: unable to change to service directory: file does not exist",
  );
  assertEquals(svTrouble("web", UNUSABLE, false), "warning: web: unable to open supervise/ok: access denied");
});

Deno.test("loggerTrouble() is silent about a service without a logger", () => {
  assertEquals(loggerTrouble("web", MISSING), undefined);
  assertEquals(loggerTrouble("web", DEAD), "fail: web/log: runsv not running");
  assertEquals(
    loggerTrouble("web", PLAIN_FILE),
    "warning: web/log: unable to change directory: not a directory",
  );
  assertEquals(
    loggerTrouble("web", UNUSABLE),
    "warning: web/log: unable to open supervise/ok: access denied",
  );
});

Deno.test("svstatTrouble() tells what is wrong in svstat's words", () => {
  assertEquals(svstatTrouble(DEAD), "supervise not running");
  assertEquals(svstatTrouble(PLAIN_FILE), "unable to chdir: not a directory");
  assertEquals(svstatTrouble(UNUSABLE), "unable to open supervise/ok: access denied");
});

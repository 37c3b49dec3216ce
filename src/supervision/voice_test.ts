import { assertEquals } from "@std/assert";
import { RUNSV_VOICE, SUPERVISE_VOICE } from "./voice.ts";

Deno.test("RUNSV_VOICE names the program, the service and the level", () => {
  assertEquals(
    RUNSV_VOICE("web", "fatal", "unable to start ./run: x"),
    "runsv web: fatal: unable to start ./run: x",
  );
});

Deno.test("SUPERVISE_VOICE has the words of daemontools, and names files by their directory", () => {
  const said = (text: string) => SUPERVISE_VOICE("web", "fatal", text);
  assertEquals(said("unable to change to directory: x"), "supervise: fatal: unable to chdir to web: x");
  assertEquals(
    said("unable to lock supervise/lock: x"),
    "supervise: fatal: unable to acquire web/supervise/lock: x",
  );
  assertEquals(said("unable to start ./run: x"), "supervise: fatal: unable to start web/run: x");
});

import { assertEquals } from "@std/assert";
import { directoriesText, logDirectories } from "./log_directories.ts";

Deno.test("logDirectories() looks below the service first, then where loggers put the logs of all", () => {
  assertEquals(logDirectories("/var/service/web/"), [
    "/var/service/web",
    "/var/service/web/log/main",
    "/var/service/web/log/logdir",
    "/var/service/web/log",
    "/var/service/web/main",
    "/var/service/web/logdir",
    "/var/log/service/web",
    "/var/log/web",
    "/var/log/runit/web",
  ]);
});

Deno.test("logDirectories() looks for no name that is none", () => {
  for (const path of [".", "..", "/", "/srv/web/log"]) {
    assertEquals(logDirectories(path).filter((place) => place.startsWith("/var/log")), [], path);
  }
});

Deno.test("directoriesText() is short", () => {
  assertEquals(
    directoriesText(["/s/web", "/s/web/log/main", "/var/log/web"]),
    "/s/web, log/main, /var/log/web",
  );
});

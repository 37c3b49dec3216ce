import { assertEquals } from "@std/assert";
import { directoriesText, logDirectories } from "./log_directories.ts";

Deno.test("logDirectories() looks below the service first, then in the directories for the logs of all services", () => {
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

Deno.test("logDirectories() skips the directories of all services if the path ends in no name", () => {
  for (const path of [".", "..", "/", "/srv/web/log"]) {
    assertEquals(logDirectories(path).filter((directory) => directory.startsWith("/var/log")), [], path);
  }
});

Deno.test("directoriesText() shortens directories below the first", () => {
  assertEquals(
    directoriesText(["/s/web", "/s/web/log/main", "/var/log/web"]),
    "/s/web, log/main, /var/log/web",
  );
});

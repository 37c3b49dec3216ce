/** Tests of the way from the name of a service to a path. */
import { assertEquals } from "@std/assert";
import { isPath, servicesDirectory, within } from "./service_path.ts";

Deno.test("isPath() takes names with / or . in front or / behind as they stand, and the empty one", () => {
  for (const name of ["/srv/web", "./web", "..", ".web", "web/", "web/log/", ""]) {
    assertEquals(isPath(name), true, name);
  }
  for (const name of ["web", "web/log", "a.b", "-v"]) assertEquals(isPath(name), false, name);
});

Deno.test("servicesDirectory() is SVDIR, else the first that exists, else the first", () => {
  const only = (...there: string[]) => (directory: string) => there.includes(directory);
  assertEquals(servicesDirectory("/mine", only("/var/service")), "/mine");
  assertEquals(servicesDirectory("", only("/var/service")), "");
  assertEquals(servicesDirectory(undefined, only("/service", "/etc/service")), "/etc/service");
  assertEquals(servicesDirectory(undefined, only()), "/var/service");
});

Deno.test("within() finds nothing in an empty directory name", () => {
  assertEquals(within("/srv/web", "run"), "/srv/web/run");
  assertEquals(within("", "supervise/ok"), "");
});

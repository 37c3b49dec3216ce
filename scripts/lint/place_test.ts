import { assertEquals } from "@std/assert";
import { placeOf, placeOfImport, repositoryPath } from "./place.ts";

Deno.test("placeOf() tells places by path alone", () => {
  const kinds = [
    ["main.ts", "main"],
    ["src/applets/registry.ts", "applets"],
    ["src/init/host.ts", "host"],
    ["src/init/stages.ts", "pure"],
    ["src/init/deep/host.ts", "pure"],
    ["src/cli/options.ts", "pure"],
    ["src/cli/host.ts", "host"],
    ["src/logging/host/feed.ts", "host"],
    ["src/posix/errno.ts", "pure"],
    ["src/time/tai64n.ts", "pure"],
    ["src/runtime/host.ts", "runtime"],
    ["src/sys/libc.ts", "sys"],
    ["src/init/stages_test.ts", "outside"],
    ["tests/init/host.ts", "outside"],
    ["scripts/build.ts", "outside"],
  ] as const;
  for (const [file, kind] of kinds) assertEquals([file, placeOf(file).kind], [file, kind]);
});

Deno.test("placeOfImport() follows a relative specifier and takes any other for a package", () => {
  assertEquals(placeOfImport("src/init/host.ts", "../sys/libc.ts"), {
    kind: "sys",
    module: "sys",
    file: "src/sys/libc.ts",
  });
  assertEquals(placeOfImport("src/init/host.ts", "node:fs"), { kind: "outside", file: "node:fs" });
});

Deno.test("repositoryPath() cuts the root off and keeps what is relative", () => {
  assertEquals(repositoryPath(new URL("../../main.ts", import.meta.url).pathname), "main.ts");
  assertEquals(repositoryPath("./src/sys/libc.ts"), "src/sys/libc.ts");
});

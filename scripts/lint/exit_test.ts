import { assertEquals } from "@std/assert";
import { complaints } from "./testing.ts";

Deno.test("denit/exit finds an exit outside main.ts", () => {
  for (
    const file of ["src/runtime/loop.ts", "src/applets/sv.ts", "src/control/host.ts", "src/control/wait.ts"]
  ) {
    for (const source of [`Deno.exit(1);`, `Deno["exit"](1);`, `export const leave = Deno.exit;`]) {
      assertEquals(complaints("exit", file, source), [`${file} may not end the process`]);
    }
  }
});

Deno.test("denit/exit lets nobody take exit out of Deno unseen", () => {
  for (const source of [`const { exit } = Deno; exit(1);`, `const d = Deno; d.exit(1);`]) {
    assertEquals(complaints("exit", "src/runtime/loop.ts", source), [
      "src/runtime/loop.ts may not take Deno apart",
    ]);
  }
});

Deno.test("denit/exit lets main.ts, scripts and tests leave, and anyone return an outcome", () => {
  for (const file of ["main.ts", "scripts/build.ts", "tests/fleet_test.ts", "src/control/wait_test.ts"]) {
    assertEquals(complaints("exit", file, `Deno.exit(1);`), []);
  }
  assertEquals(
    complaints("exit", "src/applets/sv.ts", `import { exit } from "../cli/outcome.ts"; exit(1);`),
    [],
  );
  assertEquals(complaints("exit", "src/runtime/linux.ts", `export const pid = Deno.pid;`), []);
});

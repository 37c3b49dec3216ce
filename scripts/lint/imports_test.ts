import { assertEquals } from "@std/assert";
import { complaints } from "./testing.ts";

/** Each line is a file, the specifiers that it may import, and those that it may not. */
const TABLE: readonly (readonly [file: string, may: readonly string[], mayNot: readonly string[]])[] = [
  [
    "main.ts",
    ["./src/applets/registry.ts", "./src/launch/host.ts", "./src/runtime/start.ts", "./src/cli/applet.ts"],
    [
      "./src/applets/sv.ts",
      "./src/supervision/host.ts",
      "./src/sys/libc.ts",
      "./src/runtime/loop.ts",
      "node:fs",
    ],
  ],
  [
    "src/applets/sv.ts",
    [
      "../control/host.ts",
      "../control/status.ts",
      "../cli/options.ts",
      "../runtime/report.ts",
      "../time/tai64n.ts",
    ],
    ["../sys/libc.ts", "../runtime/linux.ts", "../../main.ts", "npm:chalk", "../../scripts/build.ts"],
  ],
  [
    "src/logging/host.ts",
    [
      "./lines.ts",
      "../runtime/loop.ts",
      "../sys/files.ts",
      "../rotation/step.ts",
      "../rotation/host.ts",
      "../posix/errno.ts",
    ],
    [
      "../loggers/host.ts",
      "../supervision/status.ts",
      "../applets/svlogd.ts",
      "@std/path",
      "../logging/host_test.ts",
    ],
  ],
  [
    "src/logging/host/feed.ts",
    ["../lines.ts", "../host.ts", "./input.ts", "../../runtime/loop.ts", "../../sys/files.ts"],
    ["../../supervision/host.ts", "../../survival/host/adoption.ts", "../../applets/svlogd.ts"],
  ],
  [
    "src/logging/lines.ts",
    ["./pattern.ts", "../rotation/step.ts", "../time/tai64n.ts", "../cli/outcome.ts"],
    [
      "./host.ts",
      "../runtime/kernel.ts",
      "../sys/error.ts",
      "../applets/svlogd.ts",
      "node:path",
      "@std/path",
    ],
  ],
  [
    "src/runtime/loop.ts",
    ["./kernel.ts", "../sys/readiness.ts", "../time/tai64n.ts"],
    ["../supervision/step.ts", "../supervision/host.ts", "../applets/runsv.ts", "../cli/applet.ts"],
  ],
  [
    "src/reading/host.ts",
    ["../logging/config.ts", "../supervision/status.ts"],
    ["../control/host.ts", "../control/line.ts", "../getty/name.ts"],
  ],
  ["src/posix/errno.ts", ["./signal.ts"], ["../time/tai64n.ts", "../sys/error.ts"]],
  ["src/sys/files.ts", ["./libc.ts", "../posix/errno.ts", "../time/tai64n.ts"], [
    "../runtime/kernel.ts",
    "../cli/applet.ts",
    "npm:koffi",
  ]],
  ["src/cli/usage.ts", ["./applet.ts", "../time/tai64n.ts"], [
    "../runtime/kernel.ts",
    "../sys/error.ts",
    "../applets/sv.ts",
  ]],
  ["src/time/tai64n.ts", ["./clock.ts"], ["../runtime/kernel.ts", "../supervision/status.ts"]],
];

for (const [file, may, mayNot] of TABLE) {
  Deno.test(`denit/imports lets ${file} import what its place may`, () => {
    for (const specifier of may) {
      assertEquals(complaints("imports", file, `import { a } from "${specifier}"; a;`), []);
    }
  });

  Deno.test(`denit/imports stops ${file} from importing anything else`, () => {
    for (const specifier of mayNot) {
      assertEquals(complaints("imports", file, `import { a } from "${specifier}"; a;`), [
        `${file} may not import "${specifier}"`,
      ]);
    }
  });
}

Deno.test("denit/imports sees every way to import", () => {
  for (
    const source of [
      `import "../sys/libc.ts";`,
      `import * as all from "../sys/libc.ts";`,
      `import { a, type B } from "../sys/libc.ts";`,
      `export * from "../sys/libc.ts";`,
      `export { a } from "../sys/libc.ts";`,
      `export const a = () => import("../sys/libc.ts");`,
    ]
  ) {
    assertEquals(complaints("imports", "src/control/wait.ts", source).length, 1, source);
  }
});

Deno.test("denit/imports lets types pass, except from sys into a pure file", () => {
  for (const from of [`import type { A }`, `import { type A }`, `export type { A }`]) {
    assertEquals(complaints("imports", "src/control/wait.ts", `${from} from "../runtime/kernel.ts";`), []);
    assertEquals(complaints("imports", "src/applets/sv.ts", `${from} from "../sys/error.ts";`), []);
    assertEquals(complaints("imports", "src/cli/applet.ts", `${from} from "../sys/symbols.ts";`), []);
    assertEquals(complaints("imports", "src/control/wait.ts", `${from} from "../sys/error.ts";`), [
      `src/control/wait.ts may not import "../sys/error.ts"`,
    ]);
  }
});

Deno.test("denit/imports lets no type come from above or beside", () => {
  for (
    const [file, specifier] of [
      ["src/runtime/loop.ts", "../supervision/service.ts"],
      ["src/logging/host/feed.ts", "../../loggers/host.ts"],
      ["src/control/line.ts", "../reading/stamp.ts"],
      ["src/posix/errno.ts", "../time/tai64n.ts"],
    ] as const
  ) {
    assertEquals(complaints("imports", file, `import type { A } from "${specifier}";`), [
      `${file} may not import "${specifier}"`,
    ]);
  }
});

Deno.test("denit/imports gives a new folder no place until the order names it", () => {
  assertEquals(complaints("imports", "src/novelty/line.ts", `import { a } from "../posix/errno.ts"; a;`), [
    `src/novelty/line.ts may not import "../posix/errno.ts"`,
  ]);
});

Deno.test("denit/imports leaves tests and scripts alone", () => {
  for (const file of ["src/control/wait_test.ts", "scripts/build.ts", "tests/simulation/kernel.ts"]) {
    assertEquals(complaints("imports", file, `import { a } from "npm:fast-check"; a;`), []);
  }
});

Deno.test("denit/imports reads absolute file names as the linter gives them", () => {
  const file = new URL("../../src/sys/files.ts", import.meta.url).pathname;
  assertEquals(complaints("imports", file, `import "../runtime/kernel.ts";`), [
    `src/sys/files.ts may not import "../runtime/kernel.ts"`,
  ]);
});

/** A running applet may do only what its scopes say, and sv nothing at all. */
import { assertEquals } from "@std/assert";
import { loadApplet } from "../../src/applets/loaders.ts";
import { APPLETS } from "../../src/applets/registry.ts";
import { output, program } from "../program.ts";

/** Symbols that `main.ts` binds for every applet, to print a line. */
const ALWAYS = ["poll", "write"];
const ALL: readonly Deno.PermissionName[] = ["read", "write", "net", "env", "sys", "run", "ffi"];

interface Left {
  readonly granted: readonly string[];
  readonly bound: readonly string[];
}

async function leftTo(name: string): Promise<Left> {
  const { code, stdout, stderr } = await output((await program()).path, ["--permissions", name]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const words = (title: string) => {
    const line = stdout.split("\n").find((line) => line.startsWith(`${title}:`)) ?? "";
    return line.split(" ").slice(1).filter((word) => word !== "");
  };
  return { granted: words("granted"), bound: words("bound") };
}

for (const row of APPLETS) {
  const { name } = row;
  Deno.test(`denit --permissions ${name} lists no more than its scopes keep`, async () => {
    const { scopes } = await loadApplet(row);
    const { granted, bound } = await leftTo(name);
    const kept = new Set(scopes.flatMap((scope) => scope.keeps));
    assertEquals(granted, ALL.filter((permission) => kept.has(permission)));
    assertEquals(bound, [...new Set([...ALWAYS, ...scopes.flatMap((scope) => scope.symbols)])].sort());
  });
}

Deno.test("sv has no permission of Deno, and cannot change its user or open a socket", async () => {
  const { granted, bound } = await leftTo("sv");
  assertEquals(granted, []);
  assertEquals(
    bound.filter((symbol) => /socket|connect|exec|set[ug]id|mount|reboot|unlink|kill/.test(symbol)),
    [],
  );
});

Deno.test("denit --permissions of a name that is no applet prints one line and ends with 127", async () => {
  const { code, stdout, stderr } = await output((await program()).path, ["--permissions", "no-such"]);
  assertEquals({ code, stdout, stderr }, {
    code: 127,
    stdout: "",
    stderr: "denit: fatal: no such applet: no-such\n",
  });
});

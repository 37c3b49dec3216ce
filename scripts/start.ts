/**
 * `deno task start DIR`: builds denit and runs `runsvdir -P DIR` with it, in the foreground.
 *
 * An interrupt becomes a hangup, which tells runsvdir to take its services down with it. So runsvdir gets a session of
 * its own, where the terminal's interrupt does not reach it.
 */
import { resolve } from "@std/path";
import { build } from "./build.ts";

const FORWARDED: { readonly [signal in "SIGINT" | "SIGTERM" | "SIGHUP"]: Deno.Signal } = {
  SIGINT: "SIGHUP",
  SIGTERM: "SIGTERM",
  SIGHUP: "SIGHUP",
};

const USAGE_CODE = 100;

async function start([directory, ...more]: readonly string[]): Promise<number> {
  if (directory === undefined || more.length > 0) {
    console.error("usage: deno task start DIR");
    return USAGE_CODE;
  }
  // A task runs in the directory of deno.json, but DIR is relative to the directory in which it was typed.
  const place = resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), directory);
  const { path } = await build();
  // The script form runs on the deno that runs this.
  const env = { DENIT_DENO: Deno.env.get("DENIT_DENO") ?? Deno.execPath() };
  const child = new Deno.Command(path, { args: ["runsvdir", "-P", place], env, detached: true }).spawn();
  let hasEnded = false;
  for (const [from, to] of Object.entries(FORWARDED)) {
    Deno.addSignalListener(from as keyof typeof FORWARDED, () => {
      if (!hasEnded) child.kill(to);
    });
  }
  const { code } = await child.status;
  hasEnded = true;
  return code;
}

if (import.meta.main) Deno.exit(await start(Deno.args));

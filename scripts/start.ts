/**
 * `deno task start DIR`: builds denit and runs `runsvdir -P DIR` with it, in the foreground.
 *
 * An interrupt becomes a hangup, which tells runsvdir to take its services down with it; that is why it gets
 * a session of its own, out of reach of the terminal's interrupt.
 */
import { build } from "./build.ts";

const FORWARDED: { readonly [signal in "SIGINT" | "SIGTERM" | "SIGHUP"]: Deno.Signal } = {
  SIGINT: "SIGHUP",
  SIGTERM: "SIGTERM",
  SIGHUP: "SIGHUP",
};

async function start([directory, ...more]: readonly string[]): Promise<number> {
  if (directory === undefined || more.length > 0) {
    console.error("usage: deno task start DIR");
    return 100;
  }
  const { path } = await build();
  const child = new Deno.Command(path, { args: ["runsvdir", "-P", directory], detached: true }).spawn();
  for (const [from, to] of Object.entries(FORWARDED)) {
    Deno.addSignalListener(from as keyof typeof FORWARDED, () => child.kill(to));
  }
  return (await child.status).code;
}

if (import.meta.main) Deno.exit(await start(Deno.args));

import { assert, assertEquals } from "@std/assert";
import { probeProgram } from "./probe.ts";
import { Starts } from "./starts.ts";

const PATIENCE_MS = 30_000;

Deno.test("a probe reports its own pid and stays until it is told to end", async () => {
  const directory = Deno.makeTempDirSync();
  try {
    const starts = await Starts.open(`${directory}/starts`);
    Deno.writeFileSync(`${directory}/run`, probeProgram(`${directory}/starts`), { mode: 0o755 });
    const child = new Deno.Command(`${directory}/run`).spawn();
    const started = await starts.next(1, PATIENCE_MS).finally(() => child.kill("SIGTERM"));
    assertEquals((await child.status).signal, "SIGTERM");
    assertEquals(started.map(({ pid }) => pid), [child.pid]);
    await starts.close();
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("a probe carries the path of its FIFO, whatever the architecture", () => {
  for (const architecture of ["x86_64", "aarch64"] as const) {
    const text = new TextDecoder("latin1").decode(probeProgram("/run/some where/starts", architecture));
    assert(text.startsWith("\x7fELF"));
    assert(text.endsWith("/run/some where/starts\0"));
  }
});

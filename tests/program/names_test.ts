/** Names of services are bytes: names with umlauts, and bytes that are no UTF-8, work like any other. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { Fleet, STAY } from "../fleet.ts";
import { output, program, shell } from "../program.ts";

Deno.test("a service with letters outside of ASCII runs, logs and obeys commands by its name", async () => {
  await using fleet = await Fleet.start({
    "säö/run": `#!/bin/sh\necho "hallo von säö"\nexec sleep 100000\n`,
    "säö/log/run": "#!/bin/sh\nexec cat >../logged\n",
  });
  const service = fleet.service("säö");
  await service.runs();
  await fleet.eventually("the line in the log", () => service.read("logged") === "hallo von säö\n");
  const { stdout } = await fleet.sv("status", "säö");
  assertMatch(stdout, /^run: säö: \(pid \d+\) \d+s; run: log: \(pid \d+\) \d+s\n$/);
  assertEquals((await fleet.sv("down", "säö")).code, 0);
  await service.is("down");
});

Deno.test("messages show the name of a service unchanged", async () => {
  await using fleet = await Fleet.start({ "säö/run": "#!/no/such/thing\n" });
  await fleet.eventually("a complaint", () => fleet.said.length > 0);
  assertEquals(fleet.said[0], "runsv säö: fatal: unable to start ./run: file does not exist");
});

Deno.test("a service whose name is no UTF-8 runs and obeys commands", async () => {
  // Neither Deno nor an argument can spell the name, so sh makes it.
  await using fleet = await Fleet.start({ "plain/run": STAY });
  const name = `"$(printf 'b\\377d\\376')"`;
  const env = { SVDIR: fleet.services };
  const made = await shell(`cd "$SVDIR" && cp -r plain .new && rm -rf .new/supervise && mv .new ${name}`, {
    env,
  });
  assertEquals(made.stderr, "");
  const here = `cd "$SVDIR"/${name}`;
  await fleet.eventually(
    "a supervisor of the service",
    async () => (await shell(`${here} && svok .`, { env })).code === 0,
  );
  const { stdout } = await shell(`${here} && sv -w 20 start . && sv -w 20 stop .`, { env });
  assertMatch(stdout, /^ok: run: \.: \(pid \d+\) \d+s\nok: down: \.: \d+s, normally up\n$/);
});

Deno.test("runsvdir supervises a services directory whose path is no UTF-8", async () => {
  const home = await Deno.makeTempDir({ prefix: "denit-fleet-" });
  const { links } = await program();
  // runsvdir gets the path as its working directory, because Deno cannot pass it as an argument.
  const script = `cd "$HOME" && dir="$(printf 'd\\377r')" && mkdir -p "$dir/a" && cd "$dir" &&
    printf '#!/bin/sh\\nexec sleep 100000\\n' >a/run && chmod +x a/run &&
    { runsvdir -P . & } && trap 'kill -HUP $!; wait $!; trap - EXIT' EXIT &&
    until svok ./a; do sleep 0.05; done && sv -w 20 start ./a`;
  try {
    const { stdout, stderr } = await output("/bin/sh", ["-c", script], {
      env: { HOME: home, PATH: `${links}:${Deno.env.get("PATH")}` },
    });
    assertMatch(stdout + stderr, /^ok: run: \.\/a: \(pid \d+\) \d+s\n$/);
  } finally {
    await Deno.remove(join(home), { recursive: true });
  }
});

/** runsvdir's LOG argument: ps(1) shows there what services print on standard error. */
import { assert, assertEquals } from "@std/assert";
import { Fleet } from "../fleet.ts";
import { readText } from "../processes.ts";

const LOG = `log: ${".".repeat(60)}`;

function titled(log: string, tree: Readonly<Record<string, string>>): Promise<Fleet> {
  return Fleet.start(tree, { command: (services) => ["runsvdir", "-P", services, log] });
}

/** The last argument, as ps(1) shows it. */
function shownBy(fleet: Fleet): string {
  return readText(`/proc/${fleet.pid}/cmdline`)?.split("\0").at(-2) ?? "";
}

Deno.test("the newest output of services on standard error stands at the end of the argument", async () => {
  await using fleet = await titled(LOG, {
    "web/run": "#!/bin/sh\necho first trouble >&2\necho second trouble >&2\nexec sleep 100000\n",
  });
  await fleet.eventually("the message in the title", () => shownBy(fleet).endsWith("second trouble\n"));
  const shown = shownBy(fleet);
  assert(shown.startsWith("log: ..."), shown);
  assert(shown.includes("first trouble\n"), shown);
  assertEquals(shown.length, LOG.length);
});

Deno.test("output that does not fit moves out at the left, and the first five bytes stay", async () => {
  await using fleet = await titled(LOG, {
    "web/run": `#!/bin/sh\necho ${"0123456789".repeat(20)}end >&2\nexec sleep 100000\n`,
  });
  await fleet.eventually("the message in the title", () => shownBy(fleet).endsWith("end\n"));
  assertEquals(shownBy(fleet), `log: ${`${"0123456789".repeat(20)}end\n`.slice(-60)}`);
});

Deno.test("the supervisor's own complaints stand in the argument, too", async () => {
  await using fleet = await titled(LOG, { "web/run": "#!/no/such/thing\n" });
  await fleet.eventually("the complaint", () => shownBy(fleet).includes("./run: file does not exist\n"));
});

Deno.test("an argument that is too short causes two warnings, and the services run", async () => {
  await using fleet = await titled("log: .", { "web/run": "#!/bin/sh\nexec sleep 100000\n" });
  await fleet.service("web").runs();
  assertEquals(fleet.said, [
    `runsvdir ${fleet.services}: warning: log must have at least seven characters.`,
    `runsvdir ${fleet.services}: warning: log service disabled.`,
  ]);
});

/** A logger is stopped. Its service waits once the pipe is full, and loses no line when the logger continues. */
import { assertEquals } from "@std/assert";
import { Fleet } from "../fleet.ts";
import { processOf, signal } from "../processes.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

/** More lines than a pipe holds. */
const LINES = 20_000;
const TREE = {
  ...BYSTANDER,
  "web/run": `#!/bin/sh\nseq 1 ${LINES}\necho done >said\nexec sleep 100000\n`,
  "web/log/run": "#!/bin/sh\nexec cat >>../logged\n",
};

Deno.test("a stopped logger delays only its own service, and gets every line when it continues", async () => {
  await using fleet = await Fleet.start({ ...TREE, "web/down": "" });
  const bystander = await Bystander.of(fleet);
  const web = fleet.service("web");
  const logger = await fleet.service("web/log").runs();
  signal(logger, "SIGSTOP");
  await fleet.eventually("the logger to stop", () => processOf(logger)?.state === "T");
  web.send("u");
  const pid = await web.runs();
  for (let i = 0; i < 50; i++) await bystander.answerMs();
  // The service obeys commands although it waits for its pipe.
  web.send("d");
  await web.is("down");
  web.send("u");
  await web.runs(pid);
  assertEquals(web.read("said"), "");
  signal(logger, "SIGCONT");
  await fleet.eventually("the service to have written all its lines", () => web.read("said") === "done\n");
  await fleet.eventually("the last line in the log", () => web.read("logged").endsWith(`\n${LINES}\n`));
  assertEquals(web.read("logged").split("\n").slice(-LINES - 1, -1).length, LINES);
  assertEquals(fleet.service("web/log").pid, logger);
  await bystander.isWell();
  assertEquals(fleet.said, []);
});

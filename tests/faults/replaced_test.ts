/** A service directory is replaced under its supervisor: moved away, or removed and made again. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Fleet, Service } from "../fleet.ts";
import { isAlive } from "../processes.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

const OLD = "#!/bin/sh\necho old >>made\nexec sleep 100000\n";
const NEW = "#!/bin/sh\necho new >>made\nexec sleep 100000\n";

Deno.test("if a service directory is moved away and replaced, the old service ends and the new one starts", async () => {
  await using fleet = await Fleet.start({
    ...BYSTANDER,
    "web/run": OLD,
    "web/finish": "#!/bin/sh\necho $1 $2 >end\n",
  });
  const bystander = await Bystander.of(fleet);
  const old = await fleet.service("web").runs();
  fleet.put(".new/run", NEW);
  Deno.renameSync(join(fleet.services, "web"), join(fleet.home, "web"));
  Deno.renameSync(join(fleet.services, ".new"), join(fleet.services, "web"));
  const current = await fleet.service("web").runs();
  const former = new Service(join(fleet.home, "web"), fleet);
  await former.is("down");
  assertEquals([former.read("made"), former.read("end"), isAlive(old)], ["old\n", "-1 15\n", false]);
  await fleet.eventually(
    "the file that the new service makes",
    () => fleet.service("web").read("made") === "new\n",
  );
  assert(current !== old);
  await bystander.isWell();
  assertEquals(fleet.said, []);
});

Deno.test("if a service directory is removed and made again, runsv prints one line and the new service starts", async () => {
  await using fleet = await Fleet.start({ ...BYSTANDER, "web/run": OLD });
  const bystander = await Bystander.of(fleet);
  const web = fleet.service("web");
  const old = await web.runs();
  Deno.removeSync(web.directory, { recursive: true });
  fleet.put("web/run", NEW);
  await web.runs(old);
  await fleet.eventually("the end of the old service", () => !isAlive(old));
  await fleet.eventually("the file that the new service makes", () => web.read("made") === "new\n");
  await bystander.isWell();
  assertEquals(fleet.said.length, 1, fleet.said.join("\n"));
  assert(
    /^runsv web: warning: unable to open supervise\/\w+\.new: file does not exist$/.test(fleet.said[0] ?? ""),
  );
});

Deno.test("after twenty replacements in a row only the last service runs", async () => {
  await using fleet = await Fleet.start({ ...BYSTANDER, "web/run": OLD });
  const bystander = await Bystander.of(fleet);
  const web = fleet.service("web");
  const old = await web.runs();
  for (let i = 0; i < 20; i++) {
    fleet.put(`.${i}/run`, `#!/bin/sh\necho $$ >>${fleet.home}/lives\necho ${i} >made\nexec sleep 100000\n`);
    Deno.renameSync(web.directory, join(fleet.home, `web${i}`));
    Deno.renameSync(join(fleet.services, `.${i}`), web.directory);
  }
  await fleet.eventually("the file that the last service makes", () => web.read("made") === "19\n");
  const last = await web.runs();
  await fleet.eventually("the end of the services before the last", () => {
    const pids = Deno.readTextFileSync(join(fleet.home, "lives")).split("\n").slice(0, -1).map(Number);
    return [old, ...pids].filter(isAlive).join() === `${last}`;
  });
  await bystander.isWell();
});

/** The services directory changes under runsvdir: names move, come and go, and the path comes to lead elsewhere. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Fleet, Service, STAY } from "../fleet.ts";
import { isAlive } from "../processes.ts";

Deno.test("a service that is renamed goes on in the same process", async () => {
  await using fleet = await Fleet.start({ "a/run": STAY, "b/run": STAY });
  const [a, b] = [await fleet.service("a").runs(), await fleet.service("b").runs()];
  Deno.renameSync(join(fleet.services, "a"), join(fleet.services, "z"));
  fleet.put(".c/run", STAY);
  Deno.renameSync(join(fleet.services, ".c"), join(fleet.services, "c"));
  // Once the later service has started, runsvdir has seen the rename.
  await fleet.service("c").runs();
  assertEquals([fleet.service("z").pid, fleet.service("b").pid], [a, b]);
  fleet.service("z").send("d");
  await fleet.service("z").is("down");
});

Deno.test("a service that is moved away, or to a name with a dot, ends; the others do not notice", async () => {
  await using fleet = await Fleet.start({ "a/run": STAY, "b/run": STAY, "c/run": STAY });
  const [a, b, c] = [
    await fleet.service("a").runs(),
    await fleet.service("b").runs(),
    await fleet.service("c").runs(),
  ];
  Deno.renameSync(join(fleet.services, "a"), join(fleet.home, "a"));
  Deno.renameSync(join(fleet.services, "b"), join(fleet.services, ".b"));
  await fleet.eventually("the end of a and b", () => !isAlive(a) && !isAlive(b));
  await new Service(join(fleet.home, "a"), fleet).is("down");
  await fleet.service(".b").is("down");
  assertEquals(fleet.service("c").pid, c);
  assertEquals(fleet.said, []);
});

Deno.test("when the link to the services directory is switched as runsvchdir does, the old set ends and the new one starts", async () => {
  const home = await Deno.makeTempDir({ prefix: "denit-sets-" });
  try {
    for (const name of ["single/getty", "multi/web", "multi/ssh"]) {
      Deno.mkdirSync(join(home, name), { recursive: true });
      Deno.writeTextFileSync(join(home, name, "run"), STAY, { mode: 0o755 });
    }
    Deno.symlinkSync("single", join(home, "current"));
    await using fleet = await Fleet.start({}, { command: () => ["runsvdir", "-P", join(home, "current")] });
    const service = (name: string) => new Service(join(home, name), fleet);
    const switchTo = (set: string) => {
      Deno.symlinkSync(set, join(home, "current.new"));
      Deno.renameSync(join(home, "current.new"), join(home, "current"));
    };
    let getty = await service("single/getty").runs();
    for (let round = 0; round < 2; round++) {
      switchTo("multi");
      const [web, ssh] = [await service("multi/web").runs(), await service("multi/ssh").runs()];
      await service("single/getty").is("down");
      assertEquals(isAlive(getty), false);
      // runsvdir sees a service that comes into the current set.
      Deno.mkdirSync(join(home, `late${round}`));
      Deno.writeTextFileSync(join(home, `late${round}`, "run"), STAY, { mode: 0o755 });
      Deno.renameSync(join(home, `late${round}`), join(home, `multi/late${round}`));
      await service(`multi/late${round}`).runs();
      switchTo("single");
      getty = await service("single/getty").runs();
      await service("multi/web").is("down");
      await service("multi/ssh").is("down");
      assertEquals([web, ssh].filter(isAlive), []);
    }
    assertEquals(fleet.said, []);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("if the services directory is moved away, runsvdir prints one line, and knows the services when it is back", async () => {
  await using fleet = await Fleet.start({ "a/run": STAY });
  const a = await fleet.service("a").runs();
  Deno.renameSync(fleet.services, join(fleet.home, "elsewhere"));
  await fleet.eventually("a line about the directory", () => fleet.said.length > 0);
  assertEquals(fleet.said, [
    `runsvdir ${fleet.services}: warning: unable to stat ${fleet.services}: file does not exist`,
  ]);
  Deno.renameSync(join(fleet.home, "elsewhere"), fleet.services);
  fleet.put(".b/run", STAY);
  Deno.renameSync(join(fleet.services, ".b"), join(fleet.services, "b"));
  await fleet.service("b").runs();
  assertEquals([fleet.service("a").pid, isAlive(a)], [a, true]);
  assertEquals(fleet.said.length, 1);
});

Deno.test("two names of one directory are one service", async () => {
  await using fleet = await Fleet.start({ "a/run": "#!/bin/sh\necho life >>lives\nexec sleep 100000\n" });
  const a = await fleet.service("a").runs();
  Deno.symlinkSync("a", join(fleet.services, "b"));
  fleet.put(".c/run", STAY);
  Deno.renameSync(join(fleet.services, ".c"), join(fleet.services, "c"));
  await fleet.service("c").runs();
  assertEquals([fleet.service("b").pid, fleet.service("b").read("lives")], [a, "life\n"]);
  assertEquals(fleet.said, []);
});

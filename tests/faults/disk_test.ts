/** The file system under `supervise` takes nothing any more: it is read-only, or full. */
import { ERRNO } from "../../src/posix/errno.ts";
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { errnoText } from "../../src/runtime/report.ts";
import { Fleet, type Service } from "../fleet.ts";
import { CAN_MOUNT } from "../machine.ts";
import { isAlive, signal } from "../processes.ts";
import { output } from "../program.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

/** A file system in memory on SMALL, in a mount namespace of the fleet's own; then the fleet. */
const WITH_SMALL_DISK = [
  ...["unshare", "--mount", "sh", "-c"],
  'mkdir small && mount -t tmpfs -o size=64k,mode=755 tmpfs small && mkdir small/web && exec "$@"',
  "sh",
];

class Disk {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** In the fleet's namespace. */
  async #run(script: string): Promise<string> {
    const inside = ["--mount", "--target", `${this.#fleet.pid}`, "--", "sh", "-c", script];
    return (await output("nsenter", inside, { cwd: "/" })).stderr;
  }

  /** As a mount over it: what is open for writing, as the lock is, lets nobody make it read-only itself. */
  async protect(): Promise<void> {
    const small = join(this.#fleet.home, "small");
    assertEquals(await this.#run(`mount --bind ${small} ${small} && mount -o remount,bind,ro ${small}`), "");
  }

  async free(): Promise<void> {
    assertEquals(await this.#run(`umount ${join(this.#fleet.home, "small")}`), "");
  }

  async fill(): Promise<void> {
    await this.#run(`cat /dev/zero >${join(this.#fleet.home, "small/filling")}`);
  }

  async empty(): Promise<void> {
    assertEquals(await this.#run(`rm ${join(this.#fleet.home, "small/filling")}`), "");
  }

  /** What a file in `supervise` of the service holds, as the fleet has it. */
  async read(name: string): Promise<string> {
    return await Deno.readTextFile(
      join(`/proc/${this.#fleet.pid}/root`, this.#fleet.home, "small/web", name),
    );
  }
}

interface Trouble {
  readonly name: string;
  readonly errno: number;
  readonly begin: (disk: Disk) => Promise<void>;
  readonly end: (disk: Disk) => Promise<void>;
}

const TROUBLES: readonly Trouble[] = [
  {
    name: "read-only",
    errno: ERRNO.EROFS,
    begin: (disk) => disk.protect(),
    end: (disk) => disk.free(),
  },
  { name: "full", errno: ERRNO.ENOSPC, begin: (disk) => disk.fill(), end: (disk) => disk.empty() },
];

/** Tells a service what to do through the FIFO, which needs no room on the disk. */
function tell(fleet: Fleet, service: Service, bytes: string): void {
  const control = join(`/proc/${fleet.pid}/root`, fleet.home, "small/web/control");
  assertEquals(service.stat, "");
  using fifo = Deno.openSync(control, { read: true, write: true });
  fifo.writeSync(new TextEncoder().encode(bytes));
}

for (const { name, errno, begin, end } of TROUBLES) {
  Deno.test({
    name:
      `a ${name} file system under supervise is one line, the service is supervised as ever, and its state is ` +
      "right after it without a command (needs root)",
    ignore: !CAN_MOUNT,
    fn: async () => {
      await using fleet = await Fleet.start({
        ...BYSTANDER,
        ".web/run": "#!/bin/sh\necho $$ >>lives\nexec sleep 100000\n",
      }, { through: WITH_SMALL_DISK });
      const bystander = await Bystander.of(fleet);
      const disk = new Disk(fleet);
      Deno.symlinkSync(join(fleet.home, "small/web"), join(fleet.services, ".web/supervise"));
      Deno.renameSync(join(fleet.services, ".web"), join(fleet.services, "web"));
      const web = fleet.service("web");
      const lives = () => web.read("lives").split("\n").slice(0, -1).map(Number);
      await fleet.eventually("its first life", () => lives().length === 1);
      await fleet.eventually("its state", async () => await disk.read("stat") === "run\n");

      await begin(disk);
      const [first = 0] = lives();
      signal(first, "SIGKILL");
      // It is started again, and told what to do, without a word of it in the files.
      await fleet.eventually("its second life", () => lives().length === 2);
      const [, second = 0] = lives();
      tell(fleet, web, "d");
      await fleet.eventually("its end", () => !isAlive(second));
      tell(fleet, web, "u");
      await fleet.eventually("its third life", () => lives().length === 3);
      await bystander.isWell();
      assertEquals(fleet.said.length, 1, fleet.said.join("\n"));
      assertEquals(
        fleet.said[0]?.replace(/(open|write) supervise\/(pid|stat|status)\.new/, "..."),
        `runsv web: warning: unable to ...: ${errnoText(errno)}`,
      );

      await end(disk);
      const third = lives()[2];
      await fleet.eventually(
        "its state",
        async () => await disk.read("stat") === "run\n" && await disk.read("pid") === `${third}\n`,
      );
      await bystander.isWell();
      assertEquals([lives().length, fleet.said.length], [3, 1], fleet.said.join("\n"));
    },
  });
}

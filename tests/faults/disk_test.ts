/**
 * The file system under `supervise` takes no more writes, because it is read-only or full. The supervisor prints one
 * line about it, supervises as before, and writes the status files when there is room again.
 */
import { ERRNO } from "../../src/posix/errno.ts";
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { errnoText } from "../../src/runtime/report.ts";
import { Fleet, type Service } from "../fleet.ts";
import { CAN_MOUNT } from "../machine.ts";
import { isAlive, signal } from "../processes.ts";
import { output } from "../program.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

/** Makes a mount namespace with a 64 kB file system on `small`, then runs the fleet in it. */
const WITH_SMALL_DISK = [
  ...["unshare", "--mount", "sh", "-c"],
  'mkdir small && mount -t tmpfs -o size=64k,mode=755 tmpfs small && mkdir small/web && exec "$@"',
  "sh",
];

class Disk {
  readonly #fleet: Fleet;
  /** The small file system of a fleet, seen and changed from outside. */

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** Runs an sh script in the fleet's mount namespace. Returns what it printed on standard error. */
  async #run(script: string): Promise<string> {
    const inside = ["--mount", "--target", `${this.#fleet.pid}`, "--", "sh", "-c", script];
    return (await output("nsenter", inside, { cwd: "/" })).stderr;
  }

  /**
   * Makes the file system read-only, by a read-only mount over it. While a file on it is open for writing, as the
   * lock is, the kernel does not let the file system itself become read-only.
   */
  async protect(): Promise<void> {
    const small = join(this.#fleet.home, "small");
    assertEquals(await this.#run(`mount --bind ${small} ${small} && mount -o remount,bind,ro ${small}`), "");
  }

  /** Takes the read-only mount away. */
  async free(): Promise<void> {
    assertEquals(await this.#run(`umount ${join(this.#fleet.home, "small")}`), "");
  }

  /** Fills the file system. */
  async fill(): Promise<void> {
    await this.#run(`cat /dev/zero >${join(this.#fleet.home, "small/filling")}`);
  }

  /** Empties the file system again. */
  async empty(): Promise<void> {
    assertEquals(await this.#run(`rm ${join(this.#fleet.home, "small/filling")}`), "");
  }

  /** The text of a file in the `supervise` of `web`, as the fleet sees the file. */
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

/** Gives a service its commands through the FIFO, which needs no room on the disk. */
function tell(fleet: Fleet, service: Service, bytes: string): void {
  const control = join(`/proc/${fleet.pid}/root`, fleet.home, "small/web/control");
  assertEquals(service.stat, "");
  using fifo = Deno.openSync(control, { read: true, write: true });
  fifo.writeSync(new TextEncoder().encode(bytes));
}

for (const { name, errno, begin, end } of TROUBLES) {
  Deno.test({
    name:
      `if the file system under supervise is ${name}, runsv prints one line, supervises as before, and the status ` +
      "is right afterwards without a command (needs root)",
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
      await fleet.eventually("the first life of web", () => lives().length === 1);
      await fleet.eventually(
        "the status file of the first life",
        async () => await disk.read("stat") === "run\n",
      );

      await begin(disk);
      const [first = 0] = lives();
      signal(first, "SIGKILL");
      // The supervisor starts the service again and obeys commands, although no file says so.
      await fleet.eventually("the second life of web", () => lives().length === 2);
      const [, second = 0] = lives();
      tell(fleet, web, "d");
      await fleet.eventually("the end of the second life", () => !isAlive(second));
      tell(fleet, web, "u");
      await fleet.eventually("the third life of web", () => lives().length === 3);
      await bystander.isWell();
      assertEquals(fleet.said.length, 1, fleet.said.join("\n"));
      assertEquals(
        fleet.said[0]?.replace(/(open|write) supervise\/(pid|stat|status)\.new/, "..."),
        `runsv web: warning: unable to ...: ${errnoText(errno)}`,
      );

      await end(disk);
      const third = lives()[2];
      await fleet.eventually(
        "the status files of the third life",
        async () => await disk.read("stat") === "run\n" && await disk.read("pid") === `${third}\n`,
      );
      await bystander.isWell();
      assertEquals([lives().length, fleet.said.length], [3, 1], fleet.said.join("\n"));
    },
  });
}

/** Changes on the way of a path. */
import type { Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { assert, assertEquals } from "@std/assert";
import { plainKernel, type SimulatedKernel } from "../../tests/simulation/kernel.ts";
import { PathWatch } from "./path_watch.ts";

interface Scene {
  readonly kernel: SimulatedKernel;
  readonly fd: Fd;
  readonly watch: PathWatch;
}

/** A tree like a system's: `/etc/service` leads to `runsvdir/current`, and that to `default` or `single` beside it. */
function watching(path: string): Scene {
  const kernel = plainKernel();
  const { tree } = kernel;
  for (const made of ["/etc", "/etc/runsvdir", "/etc/runsvdir/default", "/etc/runsvdir/single", "/var"]) {
    tree.mkdir(tree.root, made);
  }
  tree.symlink("default", tree.root, "/etc/runsvdir/current");
  tree.symlink("runsvdir/current", tree.root, "/etc/service");
  const fd = kernel.changes();
  return { kernel, fd, watch: new PathWatch(kernel, fd, path) };
}

/** Returns what has happened since the last call: to the content, on the way, or nothing. */
function news({ kernel, fd, watch }: Scene): string[] {
  const said = new Set<string>();
  while (kernel.notifications.waiting) {
    for (const change of kernel.readChanges(fd)) {
      if (watch.concerns(change.watch, change.mask)) said.add("way");
      else if (change.watch === watch.content) said.add(`content ${change.name}`);
    }
  }
  return [...said];
}

function renamed({ kernel }: Scene, from: string, to: string): void {
  kernel.tree.rename(kernel.tree.root, from, kernel.tree.root, to);
}

function made({ kernel }: Scene, path: string): void {
  kernel.tree.mkdir(kernel.tree.root, path);
}

Deno.test("a file that comes into the directory is noticed, and a change beside the directory is not", () => {
  const scene = watching("/etc/service");
  assertEquals(scene.watch.renew(), 0);
  made(scene, "/etc/runsvdir/default/web");
  assertEquals(news(scene), ["content web"]);
  made(scene, "/etc/other");
  made(scene, "/etc/runsvdir/other");
  made(scene, "/etc/runsvdir/default/web/log");
  assertEquals(news(scene), []);
});

Deno.test("a link on the way that is replaced is noticed, and the watch follows it", () => {
  const scene = watching("/etc/service");
  scene.watch.renew();
  scene.kernel.tree.symlink("single", scene.kernel.tree.root, "/etc/runsvdir/new");
  renamed(scene, "/etc/runsvdir/new", "/etc/runsvdir/current");
  assertEquals(news(scene), ["way"]);
  assertEquals(scene.watch.renew(), 0);
  made(scene, "/etc/runsvdir/single/web");
  made(scene, "/etc/runsvdir/default/dns");
  assertEquals(news(scene), ["content web"]);
});

Deno.test("a link that is removed and made anew is noticed", () => {
  const scene = watching("/etc/service");
  scene.watch.renew();
  scene.kernel.tree.unlink(scene.kernel.tree.root, "/etc/service");
  assertEquals(news(scene), ["way"]);
  assertEquals([scene.watch.renew(), scene.watch.content], [ERRNO.ENOENT, -1]);
  scene.kernel.tree.symlink("runsvdir/single", scene.kernel.tree.root, "/etc/service");
  assertEquals(scene.watch.renew(), 0);
  assert(scene.watch.content >= 0);
});

Deno.test("a directory on the way, or the directory itself, that is renamed is noticed", () => {
  for (const moved of ["/etc/runsvdir", "/etc/runsvdir/default"]) {
    const scene = watching("/etc/runsvdir/default");
    scene.watch.renew();
    renamed(scene, moved, `${moved}.away`);
    assertEquals(news(scene), ["way"], moved);
    assertEquals([scene.watch.renew(), scene.watch.content], [ERRNO.ENOENT, -1]);
  }
});

Deno.test("a directory that is removed is noticed", () => {
  const scene = watching("/etc/runsvdir/default");
  scene.watch.renew();
  scene.kernel.tree.removeAll(scene.kernel.tree.directory(scene.kernel.tree.root, "/etc/runsvdir/default"));
  assert(news(scene).includes("way"));
});

Deno.test("watches of a former way are removed", () => {
  const scene = watching("/etc/service");
  scene.watch.renew();
  const before = scene.kernel.notifications.watches;
  for (let i = 0; i < 3; i++) assertEquals(scene.watch.renew(), 0);
  assertEquals(scene.kernel.notifications.watches, before);
  scene.kernel.tree.unlink(scene.kernel.tree.root, "/etc/runsvdir/current");
  scene.watch.renew();
  assert(scene.kernel.notifications.watches < before);
});

Deno.test("relative paths, dots and double dots lead where the kernel goes", () => {
  for (
    const path of ["etc/service", "./etc//service/.", "var/../etc/service", "/var/../etc/runsvdir/../service"]
  ) {
    const scene = watching(path);
    assertEquals(scene.watch.renew(), 0, path);
    made(scene, "/etc/runsvdir/default/web");
    assertEquals(news(scene), ["content web"], path);
  }
});

Deno.test("links that lead in a circle are an error, not a hang", () => {
  const scene = watching("/etc/here");
  scene.kernel.tree.symlink("there", scene.kernel.tree.root, "/etc/here");
  scene.kernel.tree.symlink("here", scene.kernel.tree.root, "/etc/there");
  assertEquals([scene.watch.renew(), scene.watch.content], [ERRNO.ELOOP, -1]);
});

Deno.test("renew() returns the errno for a file, and for a user who has no watches left", () => {
  const file = watching("/etc/passwd");
  file.kernel.tree.file(file.kernel.tree.root, "/etc/passwd", 0o644);
  assertEquals([file.watch.renew(), file.watch.content], [ERRNO.ENOTDIR, -1]);
  const scene = watching("/etc/service");
  scene.kernel.notifications.limit = 0;
  assertEquals([scene.watch.renew(), scene.watch.content], [ERRNO.ENOSPC, -1]);
  scene.kernel.notifications.limit = 100;
  assertEquals(scene.watch.renew(), 0);
});

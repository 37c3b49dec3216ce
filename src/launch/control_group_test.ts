import { assertEquals } from "@std/assert";
import { groupDirectory, hasController, memoryGroupName, pidOfMemoryGroup } from "./control_group.ts";

const MOUNT = "30 20 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

Deno.test("groupDirectory() is the path of the group below the mount of cgroup2", () => {
  assertEquals(groupDirectory("0::/\n", MOUNT), "/sys/fs/cgroup");
  assertEquals(groupDirectory("12:memory:/x\n0::/box/web\n", MOUNT), "/sys/fs/cgroup/box/web");
});

Deno.test("groupDirectory() knows mounts that show a part of the hierarchy, or have an odd name", () => {
  const mount = "30 20 0:26 /box /my\\040groups rw - cgroup2 none rw\n";
  assertEquals(groupDirectory("0::/box/web\n", mount), "/my groups/web");
  assertEquals(groupDirectory("0::/box\n", mount), "/my groups");
  assertEquals(groupDirectory("0::/boxes\n", mount), undefined);
});

Deno.test("groupDirectory() is undefined without cgroup2 and outside its namespace", () => {
  assertEquals(groupDirectory("4:memory:/x\n", MOUNT), undefined);
  assertEquals(groupDirectory("0::/../x\n", MOUNT), undefined);
  assertEquals(
    groupDirectory("0::/x\n", "30 20 0:26 / /sys/fs/cgroup rw - cgroup cgroup rw,memory\n"),
    undefined,
  );
});

Deno.test("hasController() compares whole words", () => {
  assertEquals(hasController("cpu memory pids\n", "memory"), true);
  assertEquals(hasController("memory_recursiveprot\n", "memory"), false);
});

Deno.test("pidOfMemoryGroup() reads the pid from the name of a group that we made", () => {
  assertEquals(pidOfMemoryGroup(memoryGroupName(42)), 42);
  assertEquals(
    ["denit-", "denit-x", "denit-0", "web", "denit-1x"].map(pidOfMemoryGroup),
    Array(5).fill(undefined),
  );
});

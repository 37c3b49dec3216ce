/**
 * Recovery from every state that a killed svlogd can leave. strace(1) kills runit's svlogd at each call that changes
 * its log directory, and denit's takes the directory over. denit's svlogd, on a kernel in memory, is ended at each of
 * its calls, and runit's takes the directory over. No line in the files may be lost, repeated or moved.
 */
import { SIGNAL } from "../../src/posix/signal.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { runLogger } from "../../src/logging/host.ts";
import { Death, Disk, type Happening, MemoryKernel } from "../kernel/logger.ts";
import { parseOptions } from "../../src/logging/options.ts";
import { has } from "../machine.ts";
import { output, program } from "../program.ts";
import { contents, latin, latinText, withDirectory } from "./directory.ts";
import { feed, HAS_RUNIT, RUNIT, type Side } from "./logger.ts";

/** Lines of 100 bytes. Four of them fill a file. */
const LINES = Array.from({ length: 10 }, (_, at) => `${String(at).padStart(99, "-")}\n`);
const OPTIONS = ["-l", "100", "-b", "101"];
const SIZE = "s500\n";
const LAST = "last\n";
/** Calls that change a directory. A killed svlogd leaves the state between two of them. */
const CHANGING = ["openat", "write", "fchmod", "chmod", "rename", "renameat", "unlink", "unlinkat"];

/** Names in the log directory, mapped to texts and modes. config, lock and status are left out. */
type State = ReadonlyMap<string, readonly [text: string, mode: number]>;

function stateOf(directory: string): State {
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
  return new Map(
    names.filter((name) => !isOurs(name)).map((name) => {
      const path = join(directory, name);
      return [name, [latinText(Deno.readFileSync(path)), (Deno.statSync(path).mode ?? 0) & 0o7777]];
    }),
  );
}

/** True when a file is of no interest to svlogd's recovery: config, lock and status. */
function isOurs(name: string): boolean {
  return name === "config" || name === "lock" || name.startsWith("status");
}

/** The state as a text, with labels as numbers in their order, so that two states can be compared. */
function keyOf(state: State): string {
  const labels = [...new Set([...state.keys()].map((name) => name.slice(0, 25)))].filter((name) =>
    name.startsWith("@")
  );
  return JSON.stringify(
    [...state].map(([name, [text, mode]]) => {
      const at = labels.indexOf(name.slice(0, 25));
      return [at < 0 ? name : `@${at}${name.slice(25)}`, text, mode];
    }),
  );
}

/** The whole text that is logged, oldest first. If a processor's output is final, its input no longer counts. */
function logged(state: State): string {
  const old = [...state.keys()].filter((name) => /^@.*\.[su]$/.test(name));
  const single = old.filter((name) => name.endsWith("s") || !state.has(`${name.slice(0, 25)}.s`));
  return [...single, "current"].map((name) => state.get(name)?.[0] ?? "").join("");
}

/** Makes the directory `log` below `directory`, in a state that was found. */
function restore(directory: string, config: string, state: State): string {
  const log = join(directory, "log");
  Deno.mkdirSync(log);
  for (const [name, [text, mode]] of [...state, ["config", [config, 0o644]] as const]) {
    Deno.writeFileSync(join(log, name), latin(text));
    Deno.chmodSync(join(log, name), mode);
  }
  return log;
}

/** The state after another svlogd has taken the directory over and logged one line. */
async function takenUp(
  side: Side,
  config: string,
  found: State,
): Promise<{ readonly state: State; readonly shown: readonly string[] }> {
  let taken: { readonly state: State; readonly shown: readonly string[] } = { state: new Map(), shown: [] };
  await withDirectory({}, async (directory) => {
    const log = restore(directory, config, found);
    const { code, stderr } = await feed({ side, directory, args: [...OPTIONS, "log"], input: LAST });
    assertEquals([code, stderr], [0, ""]);
    taken = { state: stateOf(log), shown: contents(log) };
  });
  return taken;
}

function assertKept(found: State, after: State): void {
  assertEquals(logged(after), logged(found) + LAST);
  assertEquals(after.get("current")?.[1], 0o744);
}

/** Runs runit's svlogd under strace, with more options of strace. Its processor has ended, too, when this returns. */
async function traced(directory: string, ...more: readonly string[]): Promise<number> {
  const strace = ["strace", "-qq", "-o", "trace", ...more, RUNIT, ...OPTIONS, "log"];
  const command = `exec ${strace.join(" ")} <input`;
  return (await output("/bin/sh", ["-c", command], { cwd: directory })).code;
}

/** Every call of a whole run, in order, each with its number among the calls of that name. */
async function callsOf(config: string): Promise<readonly (readonly [call: string, time: number])[]> {
  const calls: (readonly [string, number])[] = [];
  await withDirectory({ "log/config": config, input: LINES.join("") }, async (directory) => {
    assertEquals(await traced(directory, "-e", `trace=${CHANGING.map((call) => `?${call}`).join(",")}`), 0);
    const times = new Map<string, number>();
    for (const line of Deno.readTextFileSync(join(directory, "trace")).split("\n")) {
      const call = /^(\w+)\(/.exec(line)?.[1];
      if (call === undefined) continue;
      times.set(call, (times.get(call) ?? 0) + 1);
      calls.push([call, times.get(call) ?? 0]);
    }
  });
  return calls;
}

/** The different states that runit's svlogd leaves when it is killed at one of its calls. */
async function leftByRunit(config: string): Promise<readonly State[]> {
  const states = new Map<string, State>();
  for (const [call, time] of await callsOf(config)) {
    await withDirectory({ "log/config": config, input: LINES.join("") }, async (directory) => {
      const code = await traced(directory, "-e", `inject=${call}:signal=KILL:when=${time}`);
      assertEquals(code, 128 + SIGNAL.KILL, `${call} ${time}`);
      const state = stateOf(join(directory, "log"));
      states.set(keyOf(state), state);
    });
  }
  return [...states.values()];
}

/** The different states that denit's svlogd leaves when it ends at one of its calls. */
function leftByDenit(config: string): readonly State[] {
  const parsed = parseOptions([...OPTIONS, "log"], "");
  if (parsed.kind !== "options") throw new Error("usage");
  const states = new Map<string, State>();
  for (let calls = 0, dies = true; dies; calls++) {
    const disk = new Disk();
    disk.directories.add("log");
    disk.put("log/config", config, 0o644);
    const script: Happening[] = LINES.map((text) => ({ kind: "input", text }));
    const kernel = new MemoryKernel(disk, [...script, { kind: "end" }]);
    let left = calls;
    kernel.fault = () => {
      if (left-- === 0) throw new Death();
      return undefined;
    };
    dies = false;
    try {
      runLogger(kernel, parsed.options, undefined);
    } catch (thrown) {
      if (!(thrown instanceof Death)) throw thrown;
      dies = true;
    }
    const state = stateOfDisk(disk);
    states.set(keyOf(state), state);
  }
  return [...states.values()];
}

function stateOfDisk(disk: Disk): State {
  const names = disk.names("log").filter((name) => !isOurs(name)).sort();
  return new Map(names.map((name) => {
    const { text, mode } = disk.files.get(`log/${name}`) ?? { text: "", mode: 0 };
    return [name, [text, mode]];
  }));
}

const PLAIN = `${SIZE}n0\n`;
const PRUNED = `${SIZE}n1\n`;
const PROCESSED = `${SIZE}n0\n!cat\n`;
const CAN_TRACE = HAS_RUNIT && has("strace");
const NEEDS_TRACE = CAN_TRACE ? "" : " (needs runit's svlogd and strace)";
const NEEDS_RUNIT = HAS_RUNIT ? "" : " (needs runit's svlogd)";

for (const [what, config] of [["", PLAIN], [" while n prunes old logs", PRUNED]] as const) {
  Deno.test({
    name:
      `denit's svlogd recovers like runit's from every state that a killed runit's svlogd leaves${what}${NEEDS_TRACE}`,
    ignore: !CAN_TRACE,
    fn: async () => {
      const states = await leftByRunit(config);
      assert(states.length > 15, `${states.length} states`);
      for (const found of states) {
        const [ours, runits] = [
          await takenUp("denit", config, found),
          await takenUp("runit", config, found),
        ];
        assertEquals(ours.shown, runits.shown);
        if (config === PLAIN) assertKept(found, ours.state);
      }
    },
  });
}

Deno.test({
  name: `denit's svlogd finishes everything that a killed runit's svlogd left to its processor${NEEDS_TRACE}`,
  ignore: !CAN_TRACE,
  fn: async () => {
    const states = await leftByRunit(PROCESSED);
    assert(states.length > 15, `${states.length} states`);
    for (const found of states) {
      const { state } = await takenUp("denit", PROCESSED, found);
      assertKept(found, state);
      // As with runit, a file that was put aside unclean keeps its name and is not processed.
      const unfinished = [...state].filter(([name, [, mode]]) => name.endsWith(".u") && (mode & 0o100) !== 0);
      assertEquals(unfinished, []);
    }
  },
});

for (const [what, config] of [["", PLAIN], [" to its processor", PROCESSED]] as const) {
  Deno.test({
    name:
      `runit's svlogd recovers from every state that a killed denit's svlogd leaves${what}, and denit's after it${NEEDS_RUNIT}`,
    ignore: !HAS_RUNIT,
    fn: async () => {
      await program();
      const states = leftByDenit(config);
      assert(states.length > 15, `${states.length} states`);
      for (const found of states) {
        const { state } = await takenUp("runit", config, found);
        assertKept(found, state);
        assertKept(state, (await takenUp("denit", config, state)).state);
      }
    },
  });
}

Deno.test("the check finds a line that is lost, repeated or moved", () => {
  const found: State = new Map([["current", ["one\ntwo\n", 0o744]]]);
  const after = (text: string): State => new Map([["current", [text, 0o744]]]);
  assertKept(found, after("one\ntwo\nlast\n"));
  for (const text of ["one\nlast\n", "one\ntwo\ntwo\nlast\n", "two\none\nlast\n", "one\ntwo\n"]) {
    assertThrows(() => assertKept(found, after(text)));
  }
});

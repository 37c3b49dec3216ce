/** utmpset compared with runit's: messages, exit codes, and every byte of utmp and wtmp but the time. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { askingRecord, LAYOUTS } from "../../src/getty/utmp.ts";
import { CAN_MOUNT, has } from "../machine.ts";
import { type Ended, output, program } from "../program.ts";

const CAN_RUN = CAN_MOUNT && has("utmpset") && Deno.build.arch === "x86_64";
const LAYOUT = LAYOUTS.x86_64;
const USER_PROCESS = 7;
const HOST_AT = 76;
const USER_AT = 44;

/** A utmp file with a user's record for each of these lines, in order. */
function utmp(...lines: readonly string[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(LAYOUT.size * lines.length);
  lines.forEach((line, i) => {
    const asking = { pid: 100 + i, terminal: line, host: "far", second: 1n };
    const { record } = askingRecord(new Uint8Array(0), LAYOUT, asking);
    record[0] = USER_PROCESS;
    file.set(record, LAYOUT.size * i);
  });
  return file;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The file with one record as a logout leaves it. */
function withoutUser(file: Uint8Array<ArrayBuffer>, index: number): Uint8Array<ArrayBuffer> {
  const changed = file.slice();
  changed.fill(0, index * LAYOUT.size + USER_AT, index * LAYOUT.size + HOST_AT);
  return changed;
}

interface Scene {
  readonly name: string;
  readonly args: readonly string[];
  readonly utmp?: Uint8Array<ArrayBuffer>;
  readonly wtmp?: Uint8Array<ArrayBuffer>;
  /** A script that runs before utmpset, in the mount namespace. */
  readonly before?: string;
}

const SCENES: readonly Scene[] = [
  { name: "the only user", args: ["tty1"], utmp: utmp("tty1") },
  {
    name: "one record of three, and wtmp",
    args: ["-w", "tty2"],
    utmp: utmp("tty1", "tty2", "tty3"),
    wtmp: utmp("tty2"),
  },
  { name: "wtmp is made", args: ["-w", "tty1"], utmp: utmp("tty1") },
  { name: "wtmp is left alone without -w", args: ["tty1"], utmp: utmp("tty1"), wtmp: utmp("tty1") },
  { name: "of two records only the first", args: ["tty1"], utmp: utmp("tty1", "tty1") },
  {
    name: "a record without a user does not count",
    args: ["tty1"],
    utmp: withoutUser(utmp("tty1", "tty1"), 0),
  },
  {
    name: "no record of the line",
    args: ["-w", "tty2"],
    utmp: utmp("tty1", "tty22", "tt"),
    wtmp: utmp("tty1"),
  },
  { name: "an empty utmp", args: ["tty1"], utmp: new Uint8Array(0) },
  {
    name: "half a record at the end",
    args: ["tty2"],
    utmp: joined(utmp("tty1"), utmp("tty2").slice(0, 200)),
  },
  { name: "no utmp", args: ["-w", "tty1"] },
  { name: "utmp is a directory", args: ["tty1"], before: "mkdir /run/utmp" },
  { name: "wtmp is a directory", args: ["-w", "tty1"], utmp: utmp("tty1"), before: "mkdir /var/log/wtmp" },
  { name: "an empty line", args: [""], utmp: utmp("") },
  { name: "-w twice, and words behind", args: ["-ww", "tty1", "tty2"], utmp: utmp("tty1", "tty2") },
  { name: "-- ends the options", args: ["--", "-w"], utmp: utmp("-w") },
  { name: "no arguments", args: [] },
  { name: "only -w", args: ["-w"] },
  { name: "an unknown option", args: ["-x", "tty1"] },
];

interface Result extends Ended {
  readonly utmp: string;
  readonly wtmp: string;
}

/** Prints the files as text. A time that utmpset has written becomes `time`. */
const SCRIPT = `mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log || exit 99
  for name in utmp wtmp; do
    [ -e "$FILES/$name" ] || continue
    [ $name = utmp ] && cp "$FILES/utmp" /run/utmp || cp "$FILES/wtmp" /var/log/wtmp
  done
  eval "$BEFORE"
  "$@"
  code=$?
  cp -r /run/utmp /var/log/wtmp "$FILES/after" 2>/dev/null
  stat -c %a /var/log/wtmp >"$FILES/mode" 2>/dev/null
  exit $code`;

async function run(file: string, { args, utmp, wtmp, before = "" }: Scene): Promise<Result> {
  const directory = await Deno.makeTempDir({ prefix: "denit-utmpset-" });
  try {
    await Deno.mkdir(join(directory, "after"));
    if (utmp !== undefined) await Deno.writeFile(join(directory, "utmp"), utmp);
    if (wtmp !== undefined) await Deno.writeFile(join(directory, "wtmp"), wtmp);
    const ended = await output("unshare", ["--mount", "sh", "-c", SCRIPT, "sh", file, ...args], {
      env: { FILES: directory, BEFORE: before },
    });
    const plain = (text: string) => text.replaceAll(file, "utmpset");
    return {
      ...ended,
      stdout: plain(ended.stdout),
      stderr: plain(ended.stderr),
      utmp: await recordsOf(join(directory, "after/utmp")),
      wtmp: `${await recordsOf(join(directory, "after/wtmp"))} ${await textOf(join(directory, "mode"))}`,
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}

async function recordsOf(path: string): Promise<string> {
  const bytes = await Deno.readFile(path).catch(() => undefined);
  if (bytes === undefined) return "none";
  const view = new DataView(bytes.buffer);
  for (let at = LAYOUT.secondAt; at + 4 <= bytes.length; at += LAYOUT.size) {
    // Of a test of today.
    if (view.getUint32(at, true) > 1_000_000_000) view.setUint32(at, 0xffff_ffff, true);
  }
  return Array.from(bytes, (byte) => byte.toString(16)).join(" ");
}

for (const scene of SCENES) {
  Deno.test({
    name: `as runit's utmpset: ${scene.name}${CAN_RUN ? "" : " (needs root, mounts, runit's utmpset)"}`,
    ignore: !CAN_RUN,
    fn: async () => {
      const stock = (await output("/bin/sh", ["-c", "command -v utmpset"])).stdout.trim();
      const [theirs, ours] = [
        await run(stock, scene),
        await run(join((await program()).links, "utmpset"), scene),
      ];
      assertEquals(ours, theirs);
      assert(ours.code !== 99);
    },
  });
}

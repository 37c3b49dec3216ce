/**
 * Boots a virtual machine: Debian's kernel in qemu, without a network and without help of the processor. Its only
 * disk is the initial one: the program and its links, a full BusyBox, the libraries of both, and the files that a
 * test adds.
 *
 * The first serial line is the console. `run` boots, runs an sh script as root, and returns its output by sections.
 * `Machine` is for tests that talk to the machine while it runs, or replace its first process.
 */
import { dirname, join } from "@std/path";
import { has, isThere } from "../machine.ts";
import { output, program } from "../program.ts";
import { eventually, NotInTime } from "../wait.ts";

const QEMU = "qemu-system-x86_64";
const CACHE = join(
  Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/root", ".cache"),
  "denit",
);
/** Files that `scripts/peers` puts here. */
const KERNEL = join(CACHE, "vmlinuz");
const BUSYBOX = join(CACHE, "busybox-full");

/**
 * The time to wait for an emulated machine, which takes minutes if the host has other work. A test that passes never
 * waits so long.
 */
const DEADLINE_MS = 600_000;

/** True when this host can boot the machine. */
export const CAN_BOOT = Deno.build.arch === "x86_64" && has(QEMU) && isThere(KERNEL) && isThere(BUSYBOX);
/** The suffix of a test's name that says what is missing. */
export const NEEDS = CAN_BOOT ? "" : " (needs qemu, a kernel and BusyBox: scripts/peers)";

/** The configuration of a machine. */
export interface Plan {
  /** Files of the machine: absolute path to text. A text that begins with `#!` becomes executable. */
  readonly files?: Readonly<Record<string, string>>;
  /** The first process. By default `/init`, which mounts everything and runs `/script`. */
  readonly init?: string;
  /** Parameters of the kernel, and behind `--` those of the first process. */
  readonly parameters?: string;
  /** Number of serial lines besides the console, at most 3: `/dev/ttyS1` and following. */
  readonly lines?: number;
  /** Time from the start to the end. */
  readonly deadlineMs?: number;
}

/** The default first process. In its PATH denit's applets come before BusyBox's; BusyBox's are `busybox APPLET`. */
const INIT = `#!/bin/sh
export PATH=/denit/links:/bin HOME=/root TERM=linux LC_ALL=C LS_COLORS=none DENIT_DENO=/denit/deno DENO_DIR=/run/deno NO_COLOR=1
mount -t proc proc /proc && mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts && mount -t devpts -o gid=5,mode=620,ptmxmode=666 pts /dev/pts
mount -t tmpfs -o mode=755 run /run && mount -t tmpfs -o mode=1777 tmp /tmp
cd /root
sh /script </dev/null 2>&1
echo "== end"
reboot -f
`;

/** Commands for scripts: `section` begins a section of the output, `wait_for` waits until a command succeeds. */
const WORDS = `section() { printf '\\n== %s\\n' "$*"; }
wait_for() {
  for tenth in $(seq 600); do
    if eval "$*" >/dev/null 2>&1; then return; fi
    usleep 100000
  done
  echo "NOT IN TIME: $*"
}
`;

const USERS = {
  "/etc/passwd":
    "root:x:0:0:root:/root:/bin/sh\nlogger:x:77:78:logger:/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n",
  "/etc/group": "root:x:0:\nadm:x:4:logger\nlogger:x:78:\nnogroup:x:65534:\n",
};

/** Absolute paths of the libraries of a program, with its loader. */
async function librariesOf(file: string): Promise<readonly string[]> {
  const { stdout } = await output("ldd", [file]);
  return stdout.split("\n").flatMap((line) => /(?:=>|^)\s*(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

async function copyTo(root: string, file: string, path: string): Promise<void> {
  await Deno.mkdir(join(root, dirname(path)), { recursive: true });
  await Deno.copyFile(file, join(root, path));
}

async function writeTo(root: string, path: string, text: string): Promise<void> {
  await Deno.mkdir(join(root, dirname(path)), { recursive: true });
  await Deno.writeTextFile(join(root, path), text);
  if (text.startsWith("#!")) await Deno.chmod(join(root, path), 0o755);
}

/** The programs, and their paths in the machine. */
async function programs(): Promise<readonly (readonly [file: string, path: string])[]> {
  const { path, form } = await program();
  const own = [[path, "/denit/denit"], [BUSYBOX, "/bin/busybox"]] as const;
  return form === "compiled" ? own : [...own, [Deno.execPath(), "/denit/deno"]];
}

async function linkTo(
  root: string,
  target: string,
  directory: string,
  names: readonly string[],
): Promise<void> {
  await Deno.mkdir(join(root, directory), { recursive: true });
  for (const name of names) await Deno.symlink(target, join(root, directory, name));
}

async function fill(root: string, files: NonNullable<Plan["files"]>): Promise<void> {
  for (const directory of ["dev", "proc", "sys", "run", "tmp", "root", "etc", "var"]) {
    await Deno.mkdir(join(root, directory), { recursive: true });
  }
  for (const [file, path] of await programs()) {
    await copyTo(root, file, path);
    for (const library of await librariesOf(file)) await copyTo(root, library, library);
  }
  const applets = (await output(BUSYBOX, ["--list"])).stdout.trim().split("\n");
  await linkTo(root, "busybox", "/bin", applets.filter((name) => name !== "busybox"));
  const { links } = await program();
  await linkTo(root, "../denit", "/denit/links", [...Deno.readDirSync(links)].map(({ name }) => name));
  for (const [path, text] of Object.entries({ ...USERS, "/init": INIT, ...files })) {
    await writeTo(root, path, text);
  }
}

/** Packs the disk. It is not compressed: in the emulated machine unpacking costs more than reading saves. */
async function pack(root: string, archive: string): Promise<void> {
  const script = `find . -mindepth 1 | "$BUSYBOX" cpio -o -H newc >"$ARCHIVE"`;
  const { code, stderr } = await output("/bin/sh", ["-c", script], {
    cwd: root,
    env: { BUSYBOX, ARCHIVE: archive },
  });
  if (code !== 0) throw new Error(`cpio ended with ${code}: ${stderr}`);
}

const decoder = new TextDecoder("latin1");

/** The host's end of a serial line. */
export class Line {
  #shown = "";
  #isOver = false;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  /** Settles when the machine is off. */
  readonly over: Promise<void>;

  constructor(
    readable: ReadableStream<Uint8Array<ArrayBuffer>>,
    writable: WritableStream<Uint8Array<ArrayBuffer>>,
  ) {
    this.#writer = writable.getWriter();
    this.over = this.#read(readable).catch(() => {}).finally(() => this.#isOver = true);
  }

  async #read(readable: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const bytes of readable) this.#shown += decoder.decode(bytes);
  }

  /** All that has come so far, as a byte string. */
  get shown(): string {
    return this.#shown;
  }

  /** Waits until the line shows this behind the first `from` bytes. Returns the offset behind it. */
  async shows(what: RegExp | string, from = 0): Promise<number> {
    const found = () => {
      const isOver = this.#isOver;
      const rest = this.shown.slice(from);
      const text = typeof what === "string" ? what : what.exec(rest)?.[0];
      const at = text === undefined ? -1 : rest.indexOf(text);
      if (text !== undefined && at >= 0) return from + at + text.length;
      if (isOver) {
        throw new Error(`The machine is off before its line shows ${what}. It shows:\n${this.shown}`);
      }
      return undefined;
    };
    return await eventually(`a line shows ${what}`, found, DEADLINE_MS);
  }

  /** Sends a byte string. */
  async types(text: string): Promise<void> {
    await this.#writer.write(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  /** Closes this end, and waits until the other is closed. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.over;
  }
}

/** A running machine. Disposal kills it and removes its files. */
export class Machine implements AsyncDisposable {
  /** Pid of qemu. */
  readonly pid: number;
  /** The first serial line. */
  readonly console: Line;
  /** The other serial lines, in order. */
  readonly lines: readonly Line[];
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;
  readonly #errors: Promise<string>;
  readonly #timer: ReturnType<typeof setTimeout>;
  #late = false;

  private constructor(
    child: Deno.ChildProcess,
    lines: readonly Line[],
    directory: string,
    deadlineMs: number,
  ) {
    this.pid = child.pid;
    this.console = new Line(child.stdout, child.stdin);
    this.lines = lines;
    this.#child = child;
    this.#directory = directory;
    this.#errors = new Response(child.stderr).text();
    this.#timer = setTimeout(() => {
      this.#late = true;
      this.#kill();
    }, deadlineMs);
  }

  /** Builds the disk and starts qemu. Returns once all serial lines are connected, long before the machine is up. */
  static async boot(plan: Plan): Promise<Machine> {
    const directory = await Deno.makeTempDir({ prefix: "denit-vm-" });
    let child: Deno.ChildProcess | undefined;
    try {
      const root = join(directory, "root");
      await fill(root, plan.files ?? {});
      await pack(root, join(directory, "root.cpio"));
      await Deno.remove(root, { recursive: true });
      child = start(directory, plan);
      const lines: Line[] = [];
      for (const path of linesOf(directory, plan)) lines.push(await connect(path));
      return new Machine(child, lines, directory, plan.deadlineMs ?? DEADLINE_MS);
    } catch (error) {
      child?.kill("SIGKILL");
      await child?.status;
      await Deno.remove(directory, { recursive: true });
      throw error;
    }
  }

  /** Waits until the machine is off. Returns the console's output. Throws if the deadline passes or qemu fails. */
  async ended(): Promise<string> {
    const { code } = await this.#child.status;
    await this.console.over;
    if (this.#late) {
      throw new NotInTime(`The machine did not end in time. Its console:\n${this.console.shown}`);
    }
    if (code !== 0) throw new Error(`${QEMU} ended with ${code}: ${await this.#errors}`);
    return this.console.shown;
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // The machine is off.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#kill();
    await this.#child.status;
    await this.#errors;
    for (const line of [this.console, ...this.lines]) await line.close();
    await Deno.remove(this.#directory, { recursive: true });
  }
}

function linesOf(directory: string, { lines = 0 }: Plan): readonly string[] {
  return Array.from({ length: lines }, (_, index) => join(directory, `line${index + 1}`));
}

/** Starts qemu. If the machine panics or restarts, qemu ends. */
function start(directory: string, plan: Plan): Deno.ChildProcess {
  const { init = "/init", parameters = "" } = plan;
  const append = `console=ttyS0 panic=-1 quiet loglevel=3 rdinit=${init} ${parameters}`;
  return new Deno.Command(QEMU, {
    args: [
      ...["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "768"],
      ...[
        "-display",
        "none",
        "-vga",
        "none",
        "-monitor",
        "none",
        "-nic",
        "none",
        "-no-reboot",
        "-nodefaults",
      ],
      ...["-kernel", KERNEL, "-initrd", join(directory, "root.cpio"), "-append", append.trim()],
      ...["-serial", "stdio"],
      ...linesOf(directory, plan).flatMap((path) => ["-serial", `unix:${path},server=on,wait=off`]),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Connects to a serial line. qemu makes the socket a moment after its start. */
async function connect(path: string): Promise<Line> {
  const connection = await eventually(`a connection to ${path}`, async () => {
    try {
      return await Deno.connect({ transport: "unix", path });
    } catch {
      return undefined;
    }
  });
  return new Line(connection.readable, connection.writable);
}

/** The output of a script, by the names of its sections. */
export type Sections = ReadonlyMap<string, string>;

/** Boots, runs an sh script as root, and shuts down. The script can use `section` and `wait_for`. */
export async function run(script: string, plan: Plan = {}): Promise<Sections> {
  await using machine = await Machine.boot({
    ...plan,
    files: { "/script": `${WORDS}${script}`, ...plan.files },
  });
  return sectionsOf(await machine.ended());
}

function sectionsOf(text: string): Sections {
  const lines = text.replaceAll("\r", "");
  const [, ...parts] = lines.split(/^== /m);
  const sections = new Map(parts.map((part) => {
    const end = part.indexOf("\n");
    return [part.slice(0, end), part.slice(end + 1).trim()];
  }));
  if (!sections.has("end")) throw new Error(`The script did not come to its end. The console:\n${lines}`);
  return sections;
}

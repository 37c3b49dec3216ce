/**
 * sv(8) and its family on a kernel with a clock of its own. A service is a script of what it does and when; `wait` goes
 * straight to the next event, so every millisecond can be checked.
 */
import type { Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { assertEquals } from "@std/assert";
import type { Pipe } from "../../tests/kernel/pipe.ts";
import { Readiness } from "../../tests/kernel/readiness.ts";
import type { Directory } from "../../tests/kernel/tree.ts";
import { CHANGE, type EndedChild, OPEN, type SpawnRequest } from "../runtime/kernel.ts";
import { packStatus, type StatusRecord } from "../runit/status.ts";
import { byteString } from "../sys/bytes.ts";
import { SysError } from "../sys/error.ts";
import { runSv } from "./host.ts";
import { runSvc, runSvok, runSvstat } from "./host/daemontools.ts";
import type { ControlKernel } from "./host/service_directory.ts";

const BEGIN_NS = 1_790_000_000_000_000_000n;
const UP: StatusRecord = {
  sinceNs: BEGIN_NS,
  pid: 42,
  paused: false,
  wantUp: true,
  gotTerm: false,
  phase: "run",
};
const DOWN: StatusRecord = { ...UP, pid: 0, wantUp: false, phase: "down" };

/** A service's directory, as its supervisor keeps it. */
class FakeService {
  record: StatusRecord = UP;
  /** Names in the directory besides `supervise`. */
  readonly files: ReadonlySet<string> = new Set();
  /** The wait status of `./check` at a time, or that it cannot be executed. */
  readonly check: (atMs: number) => number | "EACCES" = () => 0;
  /** Called when bytes arrive in `supervise/control`. */
  readonly hears: (bytes: string, service: FakeService, kernel: FakeKernel) => void = () => {};
  readonly #pipes: readonly Pipe[];

  constructor(pipes: readonly Pipe[], wishes: Wishes) {
    this.#pipes = pipes;
    this.supervised = true;
    Object.assign(this, wishes);
  }

  /** True when a supervisor reads the FIFOs. */
  get supervised(): boolean {
    return this.#pipes.some(({ readers }) => readers > 0);
  }

  set supervised(is: boolean) {
    for (const pipe of this.#pipes) pipe.readers = is ? 1 : 0;
  }
}

type Wishes = Partial<Pick<FakeService, "record" | "files" | "check" | "hears" | "supervised">>;

const FIFOS = ["ok", "control"];
const STATUS_FILES = ["stat", "status"];

class FakeKernel extends Readiness implements ControlKernel {
  readonly environment = ["SVDIR=/sv"];
  /** The files that sv opened and the bytes that it wrote, one line each. */
  readonly done: string[] = [];
  readonly printed = { out: "", err: "" };
  readonly spawned: SpawnRequest[] = [];
  inotify = true;
  readonly #services = new Map<string, FakeService>();

  constructor() {
    super();
    this.nowMs = 0;
    this.wallOffsetNs = 0n;
    const { tree } = this;
    tree.mkdir(tree.root, "/sv");
    tree.mkdir(tree.root, "/dev");
    tree.file(tree.root, "/dev/null", 0o666);
  }

  /** Sets the wall clock so far ahead. */
  set wallOffsetNs(ns: bigint) {
    this.world.wallOffsetNs = BEGIN_NS + ns;
  }

  add(name: string, wishes: Wishes = {}): FakeService {
    const { tree } = this;
    const directory = tree.mkdir(tree.root, `/sv/${name}`);
    const supervise = tree.mkdir(directory, "supervise");
    const pipes = FIFOS.map((fifo) => tree.mkfifo(supervise, fifo, 0o600).pipe);
    for (const file of wishes.files ?? []) {
      if (!file.startsWith("log/")) tree.file(directory, file, 0o755);
      else if (tree.find(directory, "log") === undefined) this.#addLog(directory);
    }
    const service = new FakeService(pipes, wishes);
    this.#services.set(`/sv/${name}`, service);
    this.publish(service, {});
    return service;
  }

  #addLog(directory: Directory): void {
    this.tree.mkdir(directory, "log");
    const supervise = this.tree.mkdir(directory, "log/supervise");
    this.tree.mkfifo(supervise, "ok", 0o600).pipe.readers = 1;
  }

  /** Does `act` after a while. */
  after(ms: number, act: () => void): void {
    this.world.after(ms, act);
  }

  /** Lets the service, and its logger, publish its record with `change` applied. */
  publish(service: FakeService, change: Partial<StatusRecord>): void {
    service.record = { ...service.record, ...change };
    const { tree } = this;
    const [path = ""] = [...this.#services].find(([, one]) => one === service) ?? [];
    for (const place of [`${path}/supervise`, `${path}/log/supervise`]) {
      const directory = tree.find(tree.root, place);
      if (directory?.kind !== "directory") continue;
      for (const name of STATUS_FILES) {
        const file = tree.file(directory, `${name}.new`, 0o644);
        tree.write(file, byteString(packStatus(service.record)));
        tree.rename(directory, `${name}.new`, directory, name);
      }
    }
  }

  protected override enter(call: string, about: Fd | string = "", how = ""): void {
    super.enter(call, about, how);
    if (call === "open") this.done.push(`open ${about}`);
    if (call === "write") this.done.push(`write ${this.files.get(Number(about))?.path ?? about} ${how}`);
  }

  override open(dir: Fd, path: string, flags: number): Fd {
    const isFifo = FIFOS.some((name) => path.endsWith(`/supervise/${name}`));
    if (isFifo) assertEquals(flags, OPEN.write | OPEN.nonBlock, `${path} may block`);
    return super.open(dir, path, flags);
  }

  protected override writeText(fd: Fd, text: string): number {
    if (fd === 1) this.printed.out += text;
    if (fd === 2) this.printed.err += text;
    if (fd <= 2) return text.length;
    const written = super.writeText(fd, text);
    const service = this.#services.get(this.file(fd).path.replace("/supervise/control", ""));
    service?.hears(text, service, this);
    return written;
  }

  override poll(): boolean {
    return true;
  }

  spawn(request: SpawnRequest): number {
    this.spawned.push(request);
    const ending = this.#services.get(request.directoryPath ?? "")?.check(this.nowMs) ?? 0;
    const path = `${request.directoryPath}/check`;
    if (ending === "EACCES") throw new SysError({ call: "exec", path, errno: ERRNO.EACCES });
    return 1000 + ending;
  }

  waitFor(pid: number): EndedChild {
    return { pid, status: pid - 1000 };
  }

  protected override addChanges(): Fd {
    if (!this.inotify) throw new SysError({ call: "inotify_init", errno: ERRNO.EMFILE });
    return super.addChanges();
  }

  override addChangeWatch(fd: Fd, path: string, mask: number): number {
    assertEquals(mask, CHANGE.movedTo);
    return super.addChangeWatch(fd, path, mask);
  }
}

/** Runs sv. Returns the exit code, the milliseconds that it took, and what it printed, in one line. */
function sv(kernel: FakeKernel, command: string, name = "sv"): string {
  const beginMs = kernel.nowMs;
  const code = runSv(kernel, { name, args: command.split(" "), lsb: name !== "sv", version: "sv 1" });
  const { out, err } = kernel.printed;
  return `${code} ${kernel.nowMs - beginMs}ms ${err}${out}`.trimEnd();
}

/** A service that obeys u, d, t and x, each after 30 ms. */
function obedient(bytes: string, service: FakeService, kernel: FakeKernel): void {
  const sinceNs = kernel.wallNs();
  if (bytes.includes("t")) kernel.publish(service, { gotTerm: true });
  kernel.after(30, () => {
    if (bytes === "x") service.supervised = false;
    if (bytes === "d") kernel.publish(service, { ...DOWN, sinceNs });
    if (bytes.endsWith("u")) kernel.publish(service, { ...UP, pid: service.record.pid + 100, sinceNs });
  });
}

Deno.test("sv status prints all lines in one write, and no age below 0", () => {
  const kernel = new FakeKernel();
  kernel.nowMs = 9500;
  kernel.add("web", { files: new Set(["log/.", "log/supervise/ok", "log/supervise/status"]) });
  kernel.add("db", { record: DOWN, files: new Set(["down"]) });
  kernel.add("late", { record: { ...UP, sinceNs: kernel.wallNs() + 60_000_000_000n } });
  assertEquals(
    sv(kernel, "status web db late nosuch"),
    "1 0ms run: web: (pid 42) 9s; run: log: (pid 42) 9s\n" +
      "down: db: 9s\n" +
      "run: late: (pid 42) 0s\n" +
      "fail: nosuch: unable to change to service directory: file does not exist",
  );
  assertEquals(kernel.done.filter((call) => call.startsWith("write")).length, 1);
});

Deno.test("sv up sends its byte and returns, and sends nothing if the service is wanted up already", () => {
  const kernel = new FakeKernel();
  kernel.add("web");
  kernel.add("db", { record: DOWN });
  assertEquals(sv(kernel, "up web db"), "0 0ms");
  assertEquals(kernel.done.filter((call) => call.startsWith("write")), ["write /sv/db/supervise/control u"]);
});

Deno.test("sv answers at the moment when the state changes", () => {
  const kernel = new FakeKernel();
  kernel.add("web", { record: DOWN, hears: obedient });
  assertEquals(sv(kernel, "start web"), "0 30ms ok: run: web: (pid 100) 0s");
});

Deno.test("sv restart is done when another process runs, in the same second and whatever the clock says", () => {
  const kernel = new FakeKernel();
  kernel.add("web", { hears: obedient });
  kernel.wallOffsetNs = -3_600_000_000_000n;
  assertEquals(sv(kernel, "restart web"), "0 30ms ok: run: web: (pid 142) 0s");
});

Deno.test("sv waits as long as it was told even if the clock is set meanwhile", () => {
  for (const hours of [-24n, 24n]) {
    const kernel = new FakeKernel();
    kernel.add("web");
    kernel.after(100, () => kernel.wallOffsetNs = hours * 3_600_000_000_000n);
    const age = hours > 0n ? 86_402 : 0;
    assertEquals(sv(kernel, "-w 2 stop web"), `1 2000ms timeout: run: web: (pid 42) ${age}s`);
  }
});

Deno.test("sv without inotify answers at the next tick", () => {
  const kernel = new FakeKernel();
  kernel.inotify = false;
  kernel.add("web", { record: DOWN, hears: obedient });
  assertEquals(sv(kernel, "start web"), "0 420ms ok: run: web: (pid 100) 0s");
});

Deno.test("sv -w 0 looks once more after a tick", () => {
  const kernel = new FakeKernel();
  kernel.add("web");
  assertEquals(sv(kernel, "-w 0 down web"), "1 420ms timeout: run: web: (pid 42) 0s");
});

Deno.test("sv prints at every tick the answers that are there, in the order of the command line", () => {
  const kernel = new FakeKernel();
  kernel.add("slow");
  for (const [name, ms] of [["b", 60], ["a", 30]] as const) {
    kernel.add(name, { hears: (_, service) => kernel.after(ms, () => kernel.publish(service, DOWN)) });
  }
  assertEquals(
    sv(kernel, "-w1 stop slow b a"),
    "1 1000ms ok: down: b: 0s, normally up\nok: down: a: 0s, normally up\ntimeout: run: slow: (pid 42) 1s",
  );
});

Deno.test("sv force-stop kills a late service and counts it as failed", () => {
  const kernel = new FakeKernel();
  kernel.add("web");
  assertEquals(sv(kernel, "-w 1 force-stop web"), "1 1000ms kill: run: web: (pid 42) 1s");
  assertEquals(
    kernel.done.filter((call) => call.startsWith("write /sv")),
    ["write /sv/web/supervise/control d", "write /sv/web/supervise/control k"],
  );
});

Deno.test("sv shutdown is done when the last reader of supervise/ok has gone", () => {
  const kernel = new FakeKernel();
  kernel.add("web", { hears: obedient });
  assertEquals(sv(kernel, "shutdown web"), "0 30ms ok: web: runsv not running");
});

Deno.test("sv fails if a supervisor goes while sv waits", () => {
  const kernel = new FakeKernel();
  const service = kernel.add("web", { record: DOWN });
  kernel.after(100, () => service.supervised = false);
  assertEquals(sv(kernel, "start web"), "1 420ms fail: web: runsv not running");
});

Deno.test("sv runs ./check at every tick until it succeeds, without output, in the service's directory", () => {
  const kernel = new FakeKernel();
  const check = (atMs: number) => atMs < 1000 ? 1 << 8 : 0;
  kernel.add("web", { record: DOWN, hears: obedient, files: new Set(["check"]), check });
  assertEquals(sv(kernel, "start web"), "0 1260ms ok: run: web: (pid 100) 1s");
  const [first] = kernel.spawned;
  assertEquals(kernel.spawned.length, 4);
  assertEquals([first?.path, first?.argv, first?.directoryPath], ["check", ["./check"], "/sv/web"]);
  assertEquals(kernel.done.filter((call) => call === "open /dev/null").length, 1);
});

Deno.test("sv does not run ./check before the service has come up", () => {
  const kernel = new FakeKernel();
  kernel.add("web", { record: DOWN, files: new Set(["check"]) });
  assertEquals(sv(kernel, "-w 1 start web"), "1 1000ms timeout: down: web: 1s, normally up");
  assertEquals(kernel.spawned.length, 0);
});

Deno.test("sv takes a ./check that a signal ends for a failure", () => {
  const kernel = new FakeKernel();
  kernel.add("web", { files: new Set(["check"]), check: () => 9 });
  assertEquals(sv(kernel, "-w 1 check web"), "1 1000ms timeout: run: web: (pid 42) 1s");
});

Deno.test("sv warns once if ./check cannot be run, and takes that for a failure", () => {
  const kernel = new FakeKernel();
  kernel.add("web", { files: new Set(["check"]), check: () => "EACCES" });
  assertEquals(
    sv(kernel, "-w 1 check web"),
    "1 1000ms warning: unable to run web/check: access denied\ntimeout: run: web: (pid 42) 1s",
  );
});

Deno.test("sv as an init script tells the state of the service by its exit code, whatever the logger does", () => {
  const kernel = new FakeKernel();
  const log = new Set(["log/.", "log/supervise/ok", "log/supervise/status"]);
  kernel.add("web", { record: DOWN });
  kernel.add("db", { files: log });
  assertEquals(sv(kernel, "status", "web"), "3 0ms down: web: 0s, normally up");
  kernel.printed.out = "";
  assertEquals(sv(kernel, "status", "db"), "0 0ms run: db: (pid 42) 0s; run: log: (pid 42) 0s");
  kernel.printed.out = "";
  assertEquals(sv(kernel, "bogus", "db"), "2 0ms usage: db [-w sec] command");
});

Deno.test("sv exit succeeds for a supervisor that has gone, other commands fail", () => {
  const kernel = new FakeKernel();
  kernel.add("web", { supervised: false });
  assertEquals(sv(kernel, "exit web"), "0 0ms ok: web: runsv not running");
  kernel.printed.out = "";
  assertEquals(sv(kernel, "down web"), "1 0ms fail: web: runsv not running");
});

Deno.test("svc, svstat and svok do not wait for a supervisor that has gone", () => {
  const kernel = new FakeKernel();
  kernel.add("web", { supervised: false });
  kernel.add("db", { record: { ...UP, wantUp: false } });
  assertEquals(runSvok(kernel, ["web"]), 100);
  assertEquals(runSvok(kernel, ["db"]), 0);
  assertEquals(runSvok(kernel, ["nosuch"]), 111);
  assertEquals(runSvc(kernel, ["-tu", "web", "db"]), 1);
  assertEquals(runSvstat(kernel, ["web", "db"]), 0);
  assertEquals(kernel.printed, {
    out: "web: supervise not running\ndb: up (pid 42) 0 seconds, want down\n",
    err: "svok: fatal: unable to chdir to nosuch: file does not exist\n" +
      "svc: warning: unable to control web: supervise not running\n",
  });
  assertEquals(kernel.done.filter((call) => call.startsWith("write /sv")), [
    "write /sv/db/supervise/control tu",
  ]);
});

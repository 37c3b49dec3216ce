/**
 * sv(8) and its family on a kernel with a clock of its own. A service is a script of what it does and when; `wait` goes
 * straight to the next event, so every millisecond can be checked.
 */
import type { Fd } from "../posix/descriptor.ts";
import { ERRNO } from "../posix/errno.ts";
import { assertEquals } from "@std/assert";
import {
  CHANGE,
  type Change,
  type EndedChild,
  type FileStat,
  OPEN,
  type SpawnRequest,
} from "../runtime/kernel.ts";
import { packStatus, type StatusRecord } from "../runit/status.ts";
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

interface FakeService {
  record: StatusRecord;
  supervised: boolean;
  /** Names in the directory besides `supervise`. */
  readonly files: ReadonlySet<string>;
  /** The wait status of `./check` at a time, or that it cannot be executed. */
  readonly check: (atMs: number) => number | "EACCES";
  /** Called when bytes arrive in `supervise/control`. */
  readonly hears: (bytes: string, service: FakeService, kernel: FakeKernel) => void;
}

class FakeKernel implements ControlKernel {
  readonly environment = ["SVDIR=/sv"];
  readonly calls: string[] = [];
  readonly printed = { out: "", err: "" };
  readonly spawned: SpawnRequest[] = [];
  inotify = true;
  nowMs = 0;
  wallOffsetNs = 0n;
  readonly #services = new Map<string, FakeService>();
  readonly #open = new Map<Fd, string>();
  readonly #watched = new Map<Fd, string>();
  #later: { readonly atMs: number; readonly act: () => void }[] = [];
  #changed: Change[] = [];
  #ready: Fd[] = [];
  #nextFd = 10;

  add(name: string, service: Partial<FakeService> = {}): FakeService {
    const whole: FakeService = {
      record: UP,
      supervised: true,
      files: new Set(),
      check: () => 0,
      hears: () => {},
      ...service,
    };
    this.#services.set(`/sv/${name}`, whole);
    return whole;
  }

  /** Does `act` after a while. */
  after(ms: number, act: () => void): void {
    this.#later.push({ atMs: this.nowMs + ms, act });
    this.#later.sort((a, b) => a.atMs - b.atMs);
  }

  /** Lets the service publish its record with `change` applied. */
  publish(service: FakeService, change: Partial<StatusRecord>): void {
    service.record = { ...service.record, ...change };
    const directory = [...this.#services].find(([, one]) => one === service)?.[0] ?? "";
    for (const [fd, path] of this.#open) {
      if (path !== `watch ${directory}/supervise`) continue;
      for (const name of ["stat", "status"]) this.#changed.push({ watch: fd, mask: CHANGE.movedTo, name });
    }
  }

  monotonicMs(): number {
    return this.nowMs;
  }
  wallNs(): bigint {
    return BEGIN_NS + this.wallOffsetNs + BigInt(Math.round(this.nowMs * 1e6));
  }

  open(_dir: Fd, path: string, flags: number): Fd {
    this.calls.push(`open ${path}`);
    const [service, file] = this.#find("open", path);
    if (file === "supervise/ok" || file === "supervise/control") {
      assertEquals(flags, OPEN.write | OPEN.nonBlock, `${file} may block`);
      if (!service?.supervised) throw new SysError({ call: "open", path, errno: ERRNO.ENXIO });
    }
    return this.#made(path);
  }
  #find(call: string, path: string): [FakeService | undefined, string] {
    if (path === "/dev/null") return [undefined, path];
    for (const [directory, service] of this.#services) {
      if (!path.startsWith(`${directory}/`)) continue;
      const file = path.slice(directory.length + 1);
      if (file.startsWith("supervise/") || file === "." || service.files.has(file)) return [service, file];
    }
    throw new SysError({ call, path, errno: ERRNO.ENOENT });
  }
  #made(what: string): Fd {
    this.#open.set(this.#nextFd, what);
    return this.#nextFd++;
  }
  close(fd: Fd): void {
    assertEquals(this.#open.delete(fd), true, "closed twice");
  }
  read(fd: Fd, into: Uint8Array<ArrayBuffer>): number {
    const [service] = this.#find("read", this.#open.get(fd) ?? "");
    into.set(packStatus(service?.record ?? DOWN));
    return into.length;
  }
  write(fd: Fd, from: Uint8Array<ArrayBuffer>): number {
    const text = String.fromCharCode(...from);
    const path = this.#open.get(fd);
    this.calls.push(`write ${path ?? fd} ${text}`);
    if (fd === 1) this.printed.out += text;
    if (fd === 2) this.printed.err += text;
    if (path !== undefined) {
      const [service] = this.#find("write", path);
      service?.hears(text, service, this);
    }
    return from.length;
  }
  stat(_dir: Fd, path: string): FileStat {
    this.#find("stat", path);
    return {
      kind: "file",
      mode: 0o644,
      device: 1,
      inode: 1,
      size: 0,
      links: 1,
      uid: 0,
      gid: 0,
      mtimeNs: 0n,
      ctimeNs: 0n,
      birthNs: 0n,
    };
  }
  poll(): boolean {
    return true;
  }
  spawn(request: SpawnRequest): number {
    this.spawned.push(request);
    const path = `${request.directoryPath}/check`;
    const ending = this.#find("spawn", path)[0]?.check(this.nowMs) ?? 0;
    if (ending === "EACCES") throw new SysError({ call: "exec", path, errno: ERRNO.EACCES });
    return 1000 + ending;
  }
  waitFor(pid: number): EndedChild {
    return { pid, status: pid - 1000 };
  }

  watch(fd: Fd, interest: string): void {
    this.#watched.set(fd, interest);
  }
  unwatch(fd: Fd): void {
    this.#watched.delete(fd);
  }
  wait(timeoutMs: number): number {
    const untilMs = this.nowMs + timeoutMs;
    for (;;) {
      const [next] = this.#later;
      if (next === undefined || next.atMs > untilMs) break;
      this.#later = this.#later.slice(1);
      this.nowMs = next.atMs;
      next.act();
      this.#ready = [...this.#watched.keys()].filter((fd) => this.#isReady(fd));
      if (this.#ready.length > 0) return this.#ready.length;
    }
    this.nowMs = untilMs;
    return 0;
  }
  #isReady(fd: Fd): boolean {
    const path = this.#open.get(fd) ?? "";
    if (path === "inotify") return this.#changed.length > 0;
    return path.endsWith("/supervise/ok") && this.#find("epoll", path)[0]?.supervised === false;
  }
  ready(i: number): Fd {
    return this.#ready[i] ?? -1;
  }
  changes(): Fd {
    if (!this.inotify) throw new SysError({ call: "inotify_init", errno: ERRNO.EMFILE });
    return this.#made("inotify");
  }
  addChangeWatch(_fd: Fd, path: string, mask: number): number {
    assertEquals(mask, CHANGE.movedTo);
    this.#find("inotify_add_watch", `${path}/status`);
    return this.#made(`watch ${path}`);
  }
  readChanges(): Change[] {
    return this.#changed.splice(0);
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
  assertEquals(kernel.calls.filter((call) => call.startsWith("write")).length, 1);
});

Deno.test("sv up sends its byte and returns, and sends nothing if the service is wanted up already", () => {
  const kernel = new FakeKernel();
  kernel.add("web");
  kernel.add("db", { record: DOWN });
  assertEquals(sv(kernel, "up web db"), "0 0ms");
  assertEquals(kernel.calls.filter((call) => call.startsWith("write")), ["write /sv/db/supervise/control u"]);
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
    kernel.calls.filter((call) => call.startsWith("write /sv")),
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
  assertEquals(kernel.calls.filter((call) => call === "open /dev/null").length, 1);
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
  assertEquals(kernel.calls.filter((call) => call.startsWith("write /sv")), [
    "write /sv/db/supervise/control tu",
  ]);
});

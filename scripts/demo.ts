/**
 * `deno task demo [--stay]`: supervises the services of `examples/`, each with its logger. It kills the web server
 * and shows it back, runs the one-shot again, shows that a crashing service does not disturb the others, and shows
 * rotated logs. Then it ends by itself and leaves nothing. With `--stay` it stays until it is interrupted, so that the
 * user can try commands.
 */
import { relative } from "@std/path";
import { build } from "./build.ts";
import { Screen } from "./demo/screen.ts";
import { type Name, NAMES, Stage } from "./demo/stage.ts";

/** The pause between two drawings of the table, and between two looks at the condition that `until` waits for. */
const FRAME_MS = 250;
const POLL_MS = 10;
/** The time that a terminal shows a step before the next one. */
const READING_MS = 1800;
const DEADLINE_MS = 15_000;
const NS_PER_MS = 1_000_000n;
const GROWN_NS = 1100n * NS_PER_MS;
const USAGE_CODE = 100;
/** The exit code by which a shell reports that SIGINT ended a program: 128 + 2. */
const INTERRUPTED = 130;

class Interrupted extends Error {}

let isInterrupted = false;
const screen = new Screen();

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `probe` returns an answer. On a terminal the table below is redrawn meanwhile. */
async function until<T>(
  stage: Stage,
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  let drawnMs = -Infinity;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (isInterrupted) throw new Interrupted();
    if (stage.hasEnded) throw new Error("runsvdir has ended");
    if (performance.now() > endMs) throw new Error(`not in ${deadlineMs / 1000} s: ${what}`);
    if (screen.isTerminal && performance.now() > drawnMs + FRAME_MS) {
      screen.show(stage.rows());
      drawnMs = performance.now();
    }
    await sleep(POLL_MS);
  }
}

/** On a terminal: gives the user time to read, while the table is live. Elsewhere: prints the table once. */
async function look(stage: Stage): Promise<void> {
  if (!screen.isTerminal) return screen.show(stage.rows());
  const endMs = performance.now() + READING_MS;
  await until(stage, "the end of a pause", () => performance.now() > endMs || undefined);
  screen.keep();
}

/** The page of the web server; undefined while it does not answer. */
async function fetchPage(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    return (await response.text()).trimEnd();
  } catch {
    return undefined;
  }
}

async function comeUp(stage: Stage): Promise<void> {
  const url = `http://127.0.0.1:${stage.port}/`;
  screen.tell(
    `There are four services in ${stage.services}.`,
    "Each is a directory with a program called run. Its directory log has a run, too:",
    "that is the logger, which gets what the service prints.",
    `  web     a web server on ${url}`,
    "  pulse   a job that runs every second",
    "  setup   a one-shot: it runs once, and again when you ask for it",
    "  crash   a program with a defect: it fails every time",
  );
  screen.heading("One process starts all services and their loggers");
  screen.command(`runsvdir -P ${stage.services} &`);
  await until(stage, "the web server", () => fetchPage(url));
  await until(
    stage,
    "the one-shot",
    () => stage.log("setup").some((line) => line.endsWith("done")) || undefined,
  );
  await look(stage);
  screen.command(`sv status ${NAMES.join(" ")}`);
  screen.tell((await stage.sv("status", ...NAMES)).trimEnd());
}

async function killWebServer(stage: Stage): Promise<void> {
  const url = `http://127.0.0.1:${stage.port}/`;
  screen.heading("Kill the web server: it comes back");
  screen.command(`curl ${url}`);
  const page = await until(stage, "the page", () => fetchPage(url));
  screen.tell(page);
  await look(stage);
  // If a process lived for less than a second, the supervisor waits one before the next start. Wait for a longer life.
  const { pid: before } = await until(stage, "the web server to be a second old", () => {
    const { status } = stage.row("web");
    const isGrown = status !== undefined && BigInt(Date.now()) * NS_PER_MS - status.sinceNs > GROWN_NS;
    return isGrown ? status : undefined;
  });
  screen.command(`kill -KILL ${before}`);
  const killedMs = performance.now();
  Deno.kill(before, "SIGKILL");
  const after = await until(stage, "a new process", () => {
    const pid = stage.row("web").status?.pid ?? 0;
    return pid !== 0 && pid !== before ? pid : undefined;
  });
  const startedMs = performance.now();
  screen.command(`curl ${url}`);
  const answer = await until(stage, "the page from the new process", async () => {
    const page = await fetchPage(url);
    return page?.includes(`process ${after},`) === true ? page : undefined;
  });
  const answeredMs = performance.now();
  screen.tell(
    answer,
    `It was process ${before}, it is process ${after}: started ${
      (startedMs - killedMs).toFixed(0)
    } ms after the ` +
      `kill, answering after ${(answeredMs - killedMs).toFixed(0)} ms.`,
  );
  await look(stage);
}

async function askAgain(stage: Stage): Promise<void> {
  screen.heading("Run the one-shot again; the crashing service does not disturb the others");
  const passes = () => stage.log("setup").filter((line) => line.endsWith("done")).length;
  const before = passes();
  screen.command("sv up setup");
  await stage.sv("up", "setup");
  await until(stage, "one more pass", () => {
    const { status } = stage.row("setup");
    return passes() > before && status?.phase === "down" ? true : undefined;
  });
  const isEnd = (line: string) => line.includes("ended with code 3");
  await until(stage, "a few crashes", () => stage.log("crash").filter(isEnd).length >= 3 || undefined);
  screen.tell(
    "setup has run once more and is down again. crash is started again each time, at most once a second:",
    ...stage.log("crash").filter(isEnd).slice(-3).map((line) => `  ${line}`),
  );
  await look(stage);
}

async function showLogs(stage: Stage): Promise<void> {
  screen.heading("Look at rotated logs: here a file has at most 2 kB, and svlogd keeps three old ones");
  const rotated: Name = "pulse";
  const files = await until(stage, "a rotated log", () => {
    const files = stage.logFiles(rotated);
    return files.length > 1 ? files : undefined;
  });
  screen.command(`cd ${stage.services}/${rotated}/log/main; wc -c @* current; tail -n 3 current`);
  screen.tell(
    ...files.map(({ name, size }) => `${`${size}`.padStart(6)} ${name}`),
    ...stage.log(rotated).slice(-3),
  );
  await look(stage);
}

/** Prints commands for another terminal, and shows the table until the user interrupts. */
async function stay(stage: Stage): Promise<void> {
  const url = `http://127.0.0.1:${stage.port}/`;
  screen.heading("It stays until Ctrl-C. In another terminal you can type");
  screen.tell(
    `export SVDIR=${stage.services} PATH=${stage.home}/bin:$PATH`,
    "sv status web pulse setup crash   # or: sv st web",
    "sv down crash                     # enough of that",
    "sv restart web",
    `curl ${url}`,
    "sv pause pulse; sv cont pulse",
    "sv alarm pulse/log                # rotate its log now",
    "tail -f $SVDIR/web/log/main/current",
    "mv $SVDIR/web $SVDIR/.web         # a name with a dot is no service",
  );
  if (!screen.isTerminal) screen.show(stage.rows());
  await until(stage, "an interrupt", () => isInterrupted || undefined, Infinity);
}

async function leave(stage: Stage): Promise<void> {
  screen.heading("Tell the supervisor to leave: it stops all services first");
  screen.command(`kill -HUP ${stage.pid}`);
  const begunMs = performance.now();
  const code = await stage.end();
  const left = stage.rows().filter(({ status, logger }) => (status?.pid ?? 0) !== 0 || logger !== 0);
  screen.tell(
    `runsvdir ended with ${code} (its code for HUP) after ${(performance.now() - begunMs).toFixed(0)} ms; ` +
      `${left.length === 0 ? "no service and no logger is left." : `left: ${left.map(({ name }) => name)}`}`,
  );
}

async function play(stays: boolean): Promise<number> {
  screen.tell("Building dist/denit (the first time takes a little) ...");
  const { path, form, base } = await build();
  screen.tell(`${relative(Deno.cwd(), path)}: ${form} form, base runtime: ${base}`, "");
  await using stage = await Stage.set(path);
  try {
    await comeUp(stage);
    await killWebServer(stage);
    await askAgain(stage);
    await showLogs(stage);
    if (stays) await stay(stage);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  await leave(stage);
  if (!stays && !isInterrupted) screen.tell("", "To try it by hand: deno task demo --stay");
  return isInterrupted && !stays ? INTERRUPTED : 0;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.some((arg) => arg !== "--stay")) {
    console.error("usage: deno task demo [--stay]");
    return USAGE_CODE;
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => isInterrupted = true);
  }
  try {
    return await play(args.includes("--stay"));
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));

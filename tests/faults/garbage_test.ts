/**
 * Fills a control FIFO with garbage as fast as it takes any. The supervisor reads a little in each turn, so that
 * other services are served meanwhile.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Fleet, STAY } from "../fleet.ts";
import { isAlive, signal } from "../processes.ts";
import { seedOf } from "../seed.ts";
import { eventually } from "../wait.ts";
import { BYSTANDER, Bystander } from "./bystander.ts";

/** No command may wait this long for its answer, even on a machine with ten other things to do. */
const PROMPT_MS = 1000;

/** Writes bytes to a FIFO as fast as it takes them, from a process of its own. */
class Writer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  #hasEnded = false;

  constructor(source: string, fifo: string) {
    this.#child = new Deno.Command("sh", { args: ["-c", `${source} >"$1"`, "sh", fifo], stdin: "null" })
      .spawn();
    void this.#child.status.then(() => this.#hasEnded = true);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    signal(this.#child.pid, "SIGTERM");
    await this.#child.status;
  }
}

/**
 * Gives commands to the bystander, one after another, while the writer writes. Returns the time of the slowest answer
 * and the number of answers.
 */
async function slowestWhile(
  writer: Writer,
  bystander: Bystander,
): Promise<{ slowestMs: number; answers: number }> {
  let slowestMs = 0;
  let answers = 0;
  await eventually("the end of the garbage", async () => {
    if (writer.hasEnded) return true;
    slowestMs = Math.max(slowestMs, await bystander.answerMs());
    answers++;
    return false;
  }, 60_000);
  return { slowestMs, answers };
}

Deno.test("64 MB of unknown bytes in a control FIFO do nothing, and other services answer meanwhile", async () => {
  await using fleet = await Fleet.start({ ...BYSTANDER, "web/run": STAY });
  const bystander = await Bystander.of(fleet);
  const web = fleet.service("web");
  const pid = await web.runs();
  const status = web.status;
  await using writer = new Writer("head -c 64000000 /dev/zero", join(web.directory, "supervise/control"));
  const { slowestMs, answers } = await slowestWhile(writer, bystander);
  console.log(`${answers} commands answered, the slowest in ${slowestMs.toFixed(1)} ms`);
  assert(answers > 0 && slowestMs < PROMPT_MS, `${slowestMs} ms`);
  assertEquals([web.pid, web.status, isAlive(pid)], [pid, status, true]);
  // The supervisor still reads a command behind the garbage.
  web.send("d");
  await web.is("down");
  await bystander.isWell();
  assertEquals(fleet.said, []);
});

/** Prints 400 kB of random bytes: every value but `x`, which would make the supervisor leave the service. */
const RANDOM = `perl -e 'srand($ARGV[0]); print map { chr((int(rand(255)) + 121) % 256) } 1 .. 400_000'`;

Deno.test("among 400 kB of random bytes the supervisor obeys the commands, and other services answer meanwhile", async (t) => {
  await using fleet = await Fleet.start({ ...BYSTANDER, "web/run": STAY });
  const bystander = await Bystander.of(fleet);
  const web = fleet.service("web");
  await web.runs();
  await using writer = new Writer(`${RANDOM} ${seedOf(t.name)}`, join(web.directory, "supervise/control"));
  const { slowestMs, answers } = await slowestWhile(writer, bystander);
  console.log(`${answers} commands answered, the slowest in ${slowestMs.toFixed(1)} ms`);
  assert(answers > 0 && slowestMs < PROMPT_MS, `${slowestMs} ms`);
  web.send("d");
  await fleet.eventually("the end of the service", () => web.stat.startsWith("down"));
  web.send("uc");
  await web.is("run");
  await bystander.isWell();
  assertEquals(fleet.said, []);
});

/** A service that has nothing to do with a fault, and must not notice it. */
import { assert, assertEquals } from "@std/assert";
import { type Fleet, STAY, type Tree } from "../fleet.ts";
import { isAlive } from "../processes.ts";

const NAME = "bystander";

/** The bystander's files, for every fleet on which a test brings a fault. */
export const BYSTANDER: Tree = { [`${NAME}/run`]: STAY };

/** The bystander of a running fleet. */
export class Bystander {
  readonly #fleet: Fleet;
  readonly #pid: number;

  private constructor(fleet: Fleet, pid: number) {
    this.#fleet = fleet;
    this.#pid = pid;
  }

  /** Waits for the bystander to run. */
  static async of(fleet: Fleet): Promise<Bystander> {
    return new Bystander(fleet, await fleet.service(NAME).runs());
  }

  /**
   * Pauses or continues the bystander. Returns the milliseconds from the command byte to the status file that shows
   * it.
   */
  async answerMs(): Promise<number> {
    const service = this.#fleet.service(NAME);
    const pausing = service.stat === "run";
    const before = service.status;
    const begunMs = performance.now();
    service.send(pausing ? "p" : "c");
    await this.#fleet.eventually("the bystander's answer", () => service.status !== before);
    const tookMs = performance.now() - begunMs;
    await service.is(pausing ? "run, paused" : "run");
    return tookMs;
  }

  /** Throws unless the fleet lives, the bystander is still the same process, and obeys two commands. */
  async isWell(): Promise<void> {
    assert(this.#fleet.isAlive, `the supervisor has ended:\n${this.#fleet.said.join("\n")}`);
    const service = this.#fleet.service(NAME);
    await this.answerMs();
    await this.answerMs();
    assertEquals([service.pid, isAlive(service.pid)], [this.#pid, true]);
  }
}

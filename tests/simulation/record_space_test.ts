/** A supervisor may die at every point of every event, and its successor does nothing wrong. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RecordedEffect, RecordedReply } from "../../src/survival/record.ts";
import { explore } from "./explore.ts";
import { recordSpace } from "./record_space.ts";
import { SURVIVAL, type Survival } from "./record_successor.ts";
import type { Bounds } from "./service_space.ts";

/** Every command, with one for those that are alike: `p` for `p` and `c`, `k` for the letters that only send a signal. */
const BOUNDS: Bounds = { inboxMost: 1, letters: "udxotpk", ends: [0], publishFails: false };
/** Status files that cannot be written, too. */
const FAILING: Bounds = { inboxMost: 1, letters: "udxt", ends: [0], publishFails: true };

/** Commands that stop and start, in which every planted fault shows. */
const STOPS: Bounds = { inboxMost: 1, letters: "udxt", ends: [0], publishFails: false };

const SPACES = [
  { of: "a service, with every command,", role: "main", bounds: BOUNDS },
  { of: "a service whose status files cannot be written", role: "main", bounds: FAILING },
  { of: "a log", role: "log", bounds: { ...BOUNDS, publishFails: true } },
] as const;

for (const { of, role, bounds } of SPACES) {
  Deno.test(`no death of the supervisor of ${of} leads to a wrong action`, () => {
    let points = 0;
    const { states, transitions, broken } = explore(recordSpace(role, bounds, SURVIVAL, () => points++));
    console.log(`${states.length} states, ${transitions} transitions, ${points} crash points`);
    assertEquals(broken, []);
    assert(states.length > 300, "the space has collapsed");
  });
}

/** A broken machine, in what it answers to an effect. */
function before(kind: RecordedEffect["kind"], broken: Survival["before"]): Survival {
  return {
    ...SURVIVAL,
    before: (state, effect) => effect.kind === kind ? broken(state, effect) : SURVIVAL.before(state, effect),
  };
}

/** A broken machine, in what it answers to a reply. */
function after(kind: RecordedReply["kind"], broken: Survival["after"]): Survival {
  return {
    ...SURVIVAL,
    after: (state, reply) => reply.kind === kind ? broken(state, reply) : SURVIVAL.after(state, reply),
  };
}

const NOTICED = { kind: "noticed" } as const;

const FAULTS: readonly { readonly name: string; readonly survival: Survival; readonly found: string }[] = [
  {
    name: "a start is not written down before it is made",
    survival: before("start", (state) => SURVIVAL.before(state, NOTICED)),
    found: "a second process would be started",
  },
  {
    name: "a start is written down after it was made",
    survival: before("start", (state, effect) => ({ ...SURVIVAL.before(state, effect), write: "nothing" })),
    found: "a second process would be started",
  },
  {
    name: "a TERM is not written down before it is sent",
    survival: before("signal", (state) => SURVIVAL.before(state, NOTICED)),
    found: "a TERM is lost",
  },
  {
    name: "a TERM that was sent stays owed",
    survival: after("settled", (state) => SURVIVAL.before(state, NOTICED)),
    found: "a TERM is sent that nobody asked for",
  },
  {
    name: "the time after a start is not kept",
    survival: after("started", (state) => SURVIVAL.after(state, { kind: "not started" })),
    found: "a second process would be started",
  },
  {
    name: "what has changed is written at the next effect, and not at the end of the event",
    survival: after("settled", (state) => ({ state, write: "nothing" })),
    found: "is not written",
  },
  {
    name: "a process that got the recorded pid is taken for the recorded one",
    survival: { ...SURVIVAL, beganInTime: () => true },
    found: "a foreign process is taken",
  },
  {
    name: "a process that has ended unseen is taken for one that never was",
    survival: {
      ...SURVIVAL,
      adopted: (role, record, found, now) =>
        SURVIVAL.adopted(role, found.kind === "ended" ? { ...record, phase: "down" } : record, found, now),
    },
    found: "finish is left out",
  },
];

for (const { name, survival, found } of FAULTS) {
  Deno.test(`the deaths of supervisors tell when ${name}`, () => {
    const { broken } = explore(recordSpace("main", STOPS, survival));
    assertStringIncludes(broken.join("\n"), found);
  });
}

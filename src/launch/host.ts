/**
 * Performs plans: the one place where a process is made ready for the program it becomes.
 *
 * A step that fails ends everything with 111 and runit's (or daemontools') line; nothing is executed after it. Limits
 * are computed here and set at the last moment, by whoever executes the program: until then JavaScript still runs.
 */
import { EXIT } from "../posix/exit_code.ts";
import type { Inherited } from "../cli/applet.ts";
import { type Become, exit, type Outcome } from "../cli/outcome.ts";
import { say } from "./host/execution.ts";
import { Failed } from "./host/failed.ts";
import { joinMemoryGroup } from "./host/memory_group.ts";
import { type LaunchKernel, limitsOf, type State, takeStep } from "./host/steps.ts";
import { memoryBytes, withLimits } from "./limits.ts";
import type { Plan, Reading, Step } from "./plan.ts";
import { pathOf } from "./search.ts";
import { failureText, runRefusal } from "./wording.ts";

export { execute, programOf, say, takeOnLimits } from "./host/execution.ts";
export { runFghack } from "./host/fghack.ts";
export { runReadproctitle } from "./host/readproctitle.ts";

/** What an applet of this module does with its command line. */
export function launch(kernel: LaunchKernel, reading: Reading, inherited: Inherited): Outcome {
  if (reading.kind === "refusal") {
    // A line is there already.
    say(kernel, reading.said.replace(/\n$/, ""));
    return exit(reading.code);
  }
  const { plan } = reading;
  try {
    return perform(kernel, plan, inherited);
  } catch (thrown) {
    if (!(thrown instanceof Failed)) throw thrown;
    if (thrown.forgiven) return exit(0);
    say(kernel, failureText(plan.dialect, thrown.failure));
    return exit(EXIT.fatal);
  }
}

function perform(kernel: LaunchKernel, plan: Plan, inherited: Inherited): Become {
  const { limits, newRoot } = inherited;
  let state: State = { environment: kernel.environment, limits, newRoot };
  const take = (steps: readonly Step[]) => {
    for (const step of steps) state = takeStep(kernel, plan.dialect, step, state);
  };
  const joins = plan.steps.filter(({ step }) => step === "control group");
  take(joins);
  const memoryGroup = inherited.memoryGroup || limitsMemory(kernel, plan, inherited);
  take(plan.steps.filter((step) => !joins.includes(step)));
  return becomeOf(kernel, plan, { ...state, memoryGroup });
}

function becomeOf(
  kernel: Pick<LaunchKernel, "environment">,
  { dialect, program, argv }: Plan,
  { environment, limits, newRoot, memoryGroup }: State & { readonly memoryGroup: boolean },
): Become {
  return {
    kind: "become",
    path: program,
    argv,
    environment,
    // The new PATH is for the program; it is itself looked for along the old one, as in runit and daemontools.
    search: pathOf(kernel.environment),
    keepsIgnored: true,
    limits,
    leaves: { newRoot, memoryGroup },
    refusal: runRefusal(dialect, argv[0] ?? program),
  };
}

/**
 * Where the program is an applet of ours that stays, and memory is to be limited: by a control group, joined before
 * any other step, because making one needs the rights and the root of the start; but below the group that the plan joins,
 * or it would be left again.
 */
function limitsMemory(kernel: LaunchKernel, plan: Plan, inherited: Inherited): boolean {
  const requests = plan.steps.flatMap((step) => step.step === "limits" ? step.requests : []);
  const limits = withLimits(inherited.limits, limitsOf(kernel, requests));
  const bytes = memoryBytes(limits);
  if (bytes === undefined) return false;
  const { environment } = kernel;
  const draft = becomeOf(kernel, plan, {
    environment,
    limits,
    newRoot: inherited.newRoot,
    memoryGroup: false,
  });
  return inherited.nextOf(draft)?.longLived === true && joinMemoryGroup(kernel, bytes);
}

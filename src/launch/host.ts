/**
 * Performs plans: makes a process ready for the program it becomes.
 *
 * A step that fails ends everything with 111 and with runit's or daemontools' line; nothing is executed after it.
 * Limits are computed here but set by `execute` at the last moment, because JavaScript has to run until then.
 */
import type { Inherited } from "../cli/applet.ts";
import { type Become, exit, type Outcome } from "../cli/outcome.ts";
import { EXIT } from "../posix/exit_code.ts";
import { say } from "./host/execution.ts";
import { LaunchError } from "./host/launch_error.ts";
import { joinMemoryGroup } from "./host/memory_group.ts";
import { type LaunchKernel, type LaunchState, limitsOf, takeStep } from "./host/steps.ts";
import { memoryBytes, withLimits } from "./limits.ts";
import type { LaunchRequest, Plan, Step } from "./plan.ts";
import { pathOf } from "./search.ts";
import { failureText, runRefusal } from "./wording.ts";

export { execute, programOf, say, takeOnLimits } from "./host/execution.ts";
export { runFghack } from "./host/fghack.ts";
export { runReadproctitle } from "./host/readproctitle.ts";

/**
 * Runs a launcher whose command line has been read. `inherited` is what launchers before this one in the same process
 * have left. Returns the program to become, or an exit code.
 */
export function launch(kernel: LaunchKernel, request: LaunchRequest, inherited: Inherited): Outcome {
  if (request.kind === "refusal") {
    // `say` adds the newline that the text has already.
    say(kernel, request.said.replace(/\n$/, ""));
    return exit(request.code);
  }
  const { plan } = request;
  try {
    return perform(kernel, plan, inherited);
  } catch (thrown) {
    if (!(thrown instanceof LaunchError)) throw thrown;
    if (thrown.forgiven) return exit(0);
    say(kernel, failureText(plan.dialect, thrown.failure));
    return exit(EXIT.fatal);
  }
}

function perform(kernel: LaunchKernel, plan: Plan, inherited: Inherited): Become {
  const { limits, newRoot } = inherited;
  let state: LaunchState = { environment: kernel.environment, limits, newRoot };
  const take = (steps: readonly Step[]) => {
    for (const step of steps) state = takeStep(kernel, plan.dialect, step, state);
  };
  const joins = plan.steps.filter(({ step }) => step === "control group");
  take(joins);
  const memoryGroup = inherited.memoryGroup || limitMemoryByGroup(kernel, plan, inherited);
  take(plan.steps.filter((step) => !joins.includes(step)));
  return becomeOf(kernel, plan, { ...state, memoryGroup });
}

function becomeOf(
  kernel: Pick<LaunchKernel, "environment">,
  { dialect, program, argv }: Plan,
  { environment, limits, newRoot, memoryGroup }: LaunchState & { readonly memoryGroup: boolean },
): Become {
  return {
    kind: "become",
    path: program,
    argv,
    environment,
    // The program gets the new PATH, but is looked for along the old one, as in runit and daemontools.
    search: pathOf(kernel.environment),
    keepsIgnored: true,
    limits,
    leaves: { newRoot, memoryGroup },
    refusal: runRefusal(dialect, argv[0] ?? program),
  };
}

/**
 * If the program is an applet of ours that stays, limits its memory by a control group. Returns whether it did.
 *
 * That comes before the other steps, because making a group needs the rights and the root of the start. But it comes
 * after the group that the plan joins and makes a group below it; otherwise the plan would leave the new group again.
 */
function limitMemoryByGroup(kernel: LaunchKernel, plan: Plan, inherited: Inherited): boolean {
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

/** The common part of all launchers: each reads its command line into a plan, and performs it. */
import type { Applet } from "../cli/applet.ts";
import { namesOneOf } from "../cli/call.ts";
import { launch } from "../launch/host.ts";
import { scopesOfRequest, scopesOfSteps } from "../launch/permissions.ts";
import { type LaunchRequest, type Step } from "../launch/plan.ts";
import { APPLETS } from "./registry.ts";

/** A launcher: its help, and how its command line becomes a plan. */
export interface Launcher {
  readonly synopsis: string;
  readonly help: string;
  /** All steps that its plans may have. */
  readonly steps: readonly Step["step"][];
  /** `name` is the last part of argv[0]. */
  read(args: readonly string[], name: string): LaunchRequest;
}

/** The applet of a launcher. */
export function launcher({ synopsis, help, steps, read }: Launcher): Applet {
  return {
    synopsis,
    help,
    scopes: scopesOfSteps(steps, true),
    narrowed: (args) => scopesOfRequest(read(args, ""), namesOneOf(APPLETS, args)),
    run: ({ kernel, args, name, inherited }) => launch(kernel, read(args, name), inherited),
  };
}

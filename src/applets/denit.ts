/** denit under its own name: lists its applets, makes links for them, and tells what they may do. */
import { STDERR, STDOUT } from "../posix/descriptor.ts";
import { EXIT } from "../posix/exit_code.ts";
import type { Applet, Invocation } from "../cli/applet.ts";
import { install } from "../cli/host.ts";
import { exit, type Outcome } from "../cli/outcome.ts";
import { INSTALL } from "../cli/permissions.ts";
import { helpText, versionText } from "../cli/usage.ts";
import { print, printLine } from "../runtime/report.ts";
import { APPLETS, MULTICALL } from "./registry.ts";

/** The applet of the program's own name. */
export const denit: Applet = {
  synopsis: "APPLET [arguments] | --list | --install DIR | --help | --version",
  help: `
Call an applet through a link of its name, or as 'denit APPLET'.
'APPLET --help' explains the applet and its options.

  --list               print the names of the applets
  --install DIR        make a link to this program in DIR for every applet. If a
                       file there has the name of one of daemontools' programs
                       and is not a link of ours, it stays.
  --permissions APPLET print what APPLET may still do once it runs: the Deno
                       permissions still granted, and the libc functions bound

Exit codes: that of the applet; 100 usage; 127 no such applet.`,
  scopes: [INSTALL],
  run(invocation: Invocation): Outcome {
    const { args, kernel } = invocation;
    const [option, operand] = args;
    switch (option) {
      case undefined:
      case "--help":
        print(kernel, STDOUT, `${helpText(MULTICALL, denit)}\nApplets:\n${appletLines()}`);
        return exit(EXIT.done);
      case "--version":
        print(kernel, STDOUT, versionText("denit"));
        return exit(EXIT.done);
      case "--list":
        for (const { name } of APPLETS) if (name !== MULTICALL.name) printLine(kernel, STDOUT, name);
        return exit(EXIT.done);
      case "--install":
        if (operand !== undefined && args.length === 2) return exit(installAll(invocation, operand));
        break;
      case "--permissions":
        // main.ts answers for the applets there are.
        if (operand !== undefined) return noSuchApplet(kernel, operand);
        break;
    }
    if (!option.startsWith("-")) return noSuchApplet(kernel, option);
    printLine(kernel, STDERR, `usage: denit ${denit.synopsis}`);
    return exit(EXIT.usage);
  },
};

function noSuchApplet(kernel: Invocation["kernel"], name: string): Outcome {
  printLine(kernel, STDERR, `denit: fatal: no such applet: ${name}`);
  return exit(EXIT.notFound);
}

function appletLines(): string {
  return APPLETS.filter((row) => row !== MULTICALL)
    .map(({ name, summary }) => `  ${name.padEnd(14)}${summary}\n`).join("");
}

function installAll({ kernel, ownPath }: Invocation, directory: string): number {
  const links = APPLETS.filter((row) => row !== MULTICALL)
    .map(({ name, foreignName }) => ({ name, keepForeign: foreignName === true }));
  return install(kernel, ownPath(), directory, links);
}

/** Tests of the choice of the applet, by whatever name, and of the preparation of its process. */
import { assertEquals } from "@std/assert";
import type { Applet, Row } from "./applet.ts";
import { answerTo, baseName, callOf, nextCall, preparationOf, rowOf, startableProgram } from "./call.ts";
import { VERSION } from "./usage.ts";

const DENIT: Row = { name: "denit", summary: "supervision" };
const SV: Row = { name: "sv", summary: "control services" };
const INIT_SCRIPT: Row = { ...SV };
const CHPST: Row = { name: "chpst", summary: "run a program", launches: true };
const ENVDIR: Row = { name: "envdir", summary: "variables", launches: true, foreignName: true };
const RUNSV: Row = { name: "runsv", summary: "one service", longLived: true, startsItself: true };
const REGISTRY = {
  applets: [DENIT, CHPST, ENVDIR, RUNSV, SV],
  multicall: DENIT,
  initScript: INIT_SCRIPT,
};

const isFirst = true;
const isCompiled = true;

/** The call of a command line whose file is called as argv[0] says. */
function called(argv0: string, ...args: string[]) {
  return callOf(REGISTRY, { argv0, args, path: () => argv0 });
}

Deno.test("callOf() takes the last component of argv[0] as the applet's name", () => {
  for (const argv0 of ["sv", "./sv", "/usr/bin/sv"]) {
    assertEquals(called(argv0, "status", "web"), {
      row: SV,
      name: "sv",
      args: ["status", "web"],
      asked: undefined,
    });
  }
});

Deno.test("callOf() asks for the path of the file only when argv[0] names no applet", () => {
  let asks = 0;
  const path = () => {
    asks++;
    return "/usr/bin/sv";
  };
  assertEquals(callOf(REGISTRY, { argv0: "/bin/chpst", args: [], path }).row, CHPST);
  assertEquals(asks, 0);
  assertEquals(callOf(REGISTRY, { argv0: "web-logger", args: [], path }), {
    row: SV,
    name: "web-logger",
    args: [],
    asked: undefined,
  });
  assertEquals(asks, 1);
});

Deno.test("callOf() takes the word behind denit as the applet's name", () => {
  assertEquals(called("/opt/denit", "sv", "up", "web"), {
    row: SV,
    name: "sv",
    args: ["up", "web"],
    asked: undefined,
  });
  assertEquals(called("/opt/something-else", "runsv", "web").row, RUNSV);
});

Deno.test("callOf() leaves to denit itself its own options, a name it does not know, and no word at all", () => {
  for (const args of [[], ["--list"], ["--help"], ["--version"], ["--install", "/bin"], ["nonsense", "sv"]]) {
    assertEquals(called("denit", ...args), { row: DENIT, name: "denit", args });
  }
  assertEquals(called("denit", "denit", "--help"), { row: DENIT, name: "denit", args: ["--help"] });
});

Deno.test("callOf() knows daemontools' launchers with a d in front, and no other applet so", () => {
  assertEquals(called("/usr/bin/denvdir", "env", "prog").row, ENVDIR);
  assertEquals(called("/usr/bin/denvdir", "env", "prog").name, "denvdir");
  assertEquals(called("/usr/bin/dchpst", "prog").row, DENIT);
  assertEquals(called("/usr/bin/drunsv", "web").row, DENIT);
});

Deno.test("callOf() takes any name in an init.d directory for an init script, and an applet's name for the applet", () => {
  for (const argv0 of ["/etc/init.d/web", "init.d/web", "/etc/rc.d/init.d/web"]) {
    const { row, name } = called(argv0, "start");
    assertEquals([row === INIT_SCRIPT, name], [true, "web"], argv0);
  }
  assertEquals(called("/etc/init.d/chpst", "prog").row, CHPST);
  assertEquals(called("/etc/init.d/web/run").row, DENIT);
  assertEquals(called("/etc/myinit.d/web").row, DENIT);
});

Deno.test("callOf() knows what is asked about an applet from its first argument alone", () => {
  assertEquals(called("sv", "--help").asked, "help");
  assertEquals(called("sv", "--version").asked, "version");
  assertEquals(called("denit", "sv", "--help", "more").asked, "help");
  assertEquals(called("sv", "status", "--help").asked, undefined);
  // For an applet called by its own name this is an argument like any other.
  assertEquals(called("sv", "--permissions").asked, undefined);
});

Deno.test("callOf() answers --permissions for every applet, denit too, and leaves an unknown name to denit", () => {
  assertEquals(called("denit", "--permissions", "sv"), {
    row: SV,
    name: "sv",
    args: [],
    asked: "permissions",
  });
  assertEquals(called("denit", "--permissions", "denit").asked, "permissions");
  for (const args of [["--permissions", "nonsense"], ["--permissions"]]) {
    assertEquals(called("denit", ...args), { row: DENIT, name: "denit", args });
  }
});

Deno.test("baseName() is what lies behind the last slash", () => {
  assertEquals(["/usr/bin/sv", "sv", "bin/", ""].map(baseName), ["sv", "sv", "", ""]);
});

Deno.test("rowOf() finds no row for a name that is no applet's", () => {
  assertEquals(rowOf(REGISTRY, "/usr/bin/sleep"), undefined);
  assertEquals(rowOf(REGISTRY, ""), undefined);
});

Deno.test("a launcher chains when one of its words ends in an applet's name, and stays for one that is long-lived", () => {
  const of = (...args: string[]) => {
    const { mayChain, mayStay } = preparationOf(REGISTRY, called("chpst", ...args), { isFirst, isCompiled });
    return [mayChain, mayStay];
  };
  assertEquals(of("-u", "web", "./server"), [false, false]);
  assertEquals(of("-u", "web", "sv"), [true, false]);
  assertEquals(of("/usr/bin/envdir", "env", "./server"), [true, false]);
  assertEquals(of("envdir", "env", "/usr/bin/runsv", "web"), [true, true]);
  assertEquals(of("runsv-web", "myrunsv"), [false, false]);
});

Deno.test("an applet that launches nothing chains to nothing, whatever its words", () => {
  const { mayChain, mayStay } = preparationOf(REGISTRY, called("sv", "status", "runsv"), {
    isFirst,
    isCompiled,
  });
  assertEquals([mayChain, mayStay], [false, false]);
});

Deno.test("signals are blocked before the first applet of a process that is or may become long-lived", () => {
  const blocks = (first: boolean, ...[argv0 = "", ...args]: string[]) =>
    preparationOf(REGISTRY, called(argv0, ...args), { isFirst: first, isCompiled }).blocksSignals;
  assertEquals(blocks(true, "runsv", "web"), true);
  assertEquals(blocks(true, "chpst", "runsv", "web"), true);
  assertEquals(blocks(false, "runsv", "web"), false);
  assertEquals(blocks(true, "chpst", "./server"), false);
  assertEquals(blocks(true, "sv", "status", "web"), false);
});

Deno.test("only denit itself, an applet that starts denit again, and a chain need the program's paths", () => {
  const needs = (...[argv0 = "", ...args]: string[]) => {
    const { needsOwnPath, needsProgram } = preparationOf(REGISTRY, called(argv0, ...args), {
      isFirst,
      isCompiled,
    });
    return [needsOwnPath, needsProgram];
  };
  assertEquals(needs("denit", "--install", "/bin"), [true, false]);
  assertEquals(needs("runsv", "web"), [true, true]);
  assertEquals(needs("chpst", "sv"), [false, true]);
  assertEquals(needs("chpst", "./server"), [false, false]);
  assertEquals(needs("sv", "status", "web"), [false, false]);
});

Deno.test("a long-lived applet may execute itself again; a script only as it was started", () => {
  const may = (argv0: string, first: boolean, compiled: boolean) =>
    preparationOf(REGISTRY, called(argv0), { isFirst: first, isCompiled: compiled }).mayStartAgain;
  assertEquals(may("runsv", true, true), true);
  assertEquals(may("runsv", false, true), true);
  assertEquals(may("runsv", true, false), true);
  assertEquals(may("runsv", false, false), false);
  assertEquals(may("sv", true, true), false);
});

/** denit's own file. */
const OWN = { device: 1, inode: 2 };

Deno.test("nextCall() is a call only where the program is denit's own file, by device and inode", () => {
  const next = (stat: typeof OWN | undefined) =>
    nextCall(REGISTRY, {
      program: stat && { path: "/usr/bin/sv", stat },
      own: OWN,
      isCompiled,
    }, { argv: ["sv", "status", "web"] });
  assertEquals(next(OWN), { row: SV, name: "sv", args: ["status", "web"], asked: undefined });
  assertEquals(next({ device: 2, inode: 2 }), undefined);
  assertEquals(next({ device: 1, inode: 3 }), undefined);
  assertEquals(next(undefined), undefined);
  assertEquals(
    nextCall(REGISTRY, {
      program: { path: "/usr/bin/sv", stat: OWN },
      own: undefined,
      isCompiled,
    }, { argv: [] }),
    undefined,
  );
});

Deno.test("nextCall() goes by argv[0], and in the script form by the path, which stands for argv[0]", () => {
  const named = (compiled: boolean, ...argv: string[]) => {
    const call = nextCall(REGISTRY, {
      program: { path: "/usr/bin/chpst", stat: OWN },
      own: OWN,
      isCompiled: compiled,
    }, { argv });
    return [call?.row.name, call?.name];
  };
  assertEquals(named(true, "sv", "up", "web"), ["sv", "sv"]);
  assertEquals(named(false, "sv", "up", "web"), ["chpst", "chpst"]);
  // chpst -b: the program may be called anything; then it is what the file is called.
  assertEquals(named(true, "anything", "prog"), ["chpst", "anything"]);
  assertEquals(named(true), ["chpst", ""]);
});

Deno.test("startableProgram() is the program, unless a script is always the applet that its name says", () => {
  const path = (file: string, compiled: boolean) => startableProgram(REGISTRY, file, compiled);
  assertEquals(path("/opt/denit", true), "/opt/denit");
  assertEquals(path("/opt/denit", false), "/opt/denit");
  assertEquals(path("/opt/denit-1.0", false), "/opt/denit-1.0");
  assertEquals(path("/opt/runsv", true), "/opt/runsv");
  assertEquals(path("/opt/runsv", false), undefined);
  assertEquals(path("/etc/init.d/web", false), undefined);
  assertEquals(path("", true), undefined);
});

Deno.test("answerTo() is the help, the version or the permissions of an applet", () => {
  const applet: Applet = {
    synopsis: "COMMAND",
    help: "\nHelp.\n",
    scopes: [],
    run: () => ({ kind: "exit", code: 0 }),
  };
  assertEquals(answerTo("help", SV, applet, "kept"), "sv: control services\n\nusage: sv COMMAND\n\nHelp.\n");
  assertEquals(answerTo("version", SV, applet, "kept"), `sv (denit) ${VERSION}\n`);
  assertEquals(answerTo("permissions", SV, applet, "kept"), "kept");
});

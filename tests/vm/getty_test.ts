/** getty at serial lines, which are no pseudo terminals. denit's getty runs at one line and BusyBox's at another. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { CAN_BOOT, type Line, Machine, NEEDS } from "./machine.ts";

/** The login. When it ends, the line hangs up and drops unsent output, so it waits for one more word. */
const LOGIN = `#!/bin/sh
echo "login: $* TERM=$TERM on $(tty), $(stty speed)"
stty -a 2>/dev/null | tr ';' '\\n' | grep -v -e rows -e columns
read -r answer
echo "heard $answer"
read -r bye
`;

/** Runs both gettys. The machine stops when both have ended. */
const SCRIPT = `
hostname machine
printf 'Welcome to \\\\n, %%s on \\\\l\\n' >/etc/issue
getty -L -l /bin/tells 115200 ttyS1 vt100 &
busybox getty -L -l /bin/tells 115200 ttyS2 vt100 &
wait
`;

/** Sits at a line as a user who mistypes, and starts again. */
async function sit(line: Line): Promise<void> {
  let from = await line.shows("machine login: ");
  await line.types("wrong\x15\r");
  from = await line.shows("machine login: ", from);
  await line.types("rook\x7ft\r");
  from = await line.shows(/login: -- root .*115200[\s\S]*iexten/, from);
  await line.types("an answer\r");
  await line.shows("heard an answer", from);
  await line.types("bye\r");
}

/** The output of a line before the last word. The hang-up may cut off the echo of that word. */
function untilBye({ shown }: Line): string {
  return shown.split("bye")[0] ?? "";
}

Deno.test({
  name:
    `getty at a serial line asks, obeys erase and kill, and sets the line for login as BusyBox's does${NEEDS}`,
  ignore: !CAN_BOOT,
  fn: async () => {
    await using machine = await Machine.boot({
      files: { "/script": SCRIPT, "/bin/tells": LOGIN },
      lines: 2,
    });
    const [ours, theirs] = machine.lines;
    assert(ours !== undefined && theirs !== undefined);
    await Promise.all([sit(ours), sit(theirs)]);
    await machine.ended();
    assertMatch(ours.shown, /Welcome to machine, Linux on \/dev\/ttyS1\r\n/);
    assertEquals(untilBye(ours).replaceAll("ttyS1", "ttyS2"), untilBye(theirs));
  },
});

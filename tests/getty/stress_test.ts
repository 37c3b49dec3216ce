/** Tests hostile input, noise and many gettys at once: all of these must be harmless. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { CAN_MOUNT, has } from "../machine.ts";
import { program } from "../program.ts";
import { seedOf } from "../seed.ts";
import { Random } from "../random.ts";
import { Strace } from "../strace.ts";
import { DEADLINE_MS, eventually } from "../wait.ts";
import { Pty } from "./pty.ts";
import { ASKS, play } from "./scenario.ts";
import { CAN_RUN, NEEDS, ours, playBoth } from "./sides.ts";

const NEEDS_MOUNT = CAN_MOUNT ? "" : " (needs root, mounts)";
const MEGABYTE = 1 << 20;
const usual = (terminal: string, directory: string) => ["-l", `${directory}/login`, "9600", terminal];

/** Random bytes, without those that end the input, end getty, or mean a break. */
function noise({ name }: Deno.TestContext, length: number): string {
  const random = new Random(seedOf(name));
  let text = "";
  while (text.length < length) {
    const byte = random.below(256);
    if (![0, 3, 4, 10, 13].includes(byte)) text += String.fromCharCode(byte);
  }
  return text;
}

Deno.test({
  name: `a megabyte of letters becomes a name of 127 bytes${NEEDS}`,
  ignore: !CAN_RUN,
  fn: async () => {
    const { busybox, denit } = await playBoth({
      name: "",
      args: usual,
      types: async (seat) => {
        await seat.shows(ASKS);
        await seat.types(`${"abcdefgh".repeat(MEGABYTE / 8)}\r`);
      },
    });
    assertEquals(denit, busybox);
    assert(denit.login.startsWith("arguments 2\n"), denit.login);
  },
});

Deno.test({
  name: `after a megabyte of noise and Ctrl-U getty still takes a name${NEEDS}`,
  ignore: !CAN_RUN,
  fn: async (t) => {
    const { busybox, denit } = await playBoth({
      name: "",
      args: usual,
      types: async (seat) => {
        await seat.shows(ASKS);
        await seat.types(`${noise(t, MEGABYTE)}\x15root\n`);
      },
    });
    assertEquals(denit, busybox);
    assert(denit.login.startsWith("arguments 2\n 2d 2d 00 72 6f 6f 74 00\n"), denit.login);
  },
});

Deno.test({
  name: `a hang-up in the middle of a megabyte ends getty${NEEDS_MOUNT}`,
  ignore: !CAN_MOUNT,
  fn: async (t) => {
    const recording = await play([await ours()], {
      name: "",
      args: usual,
      types: async (seat) => {
        await seat.shows(ASKS);
        await seat.types(noise(t, MEGABYTE / 16));
        seat.hangUp();
      },
    });
    assertEquals([recording.end, recording.login], ["signal SIGHUP", ""]);
  },
});

Deno.test({
  name: `with twenty gettys at once each login gets its name, and utmp has a record of each${NEEDS_MOUNT}`,
  ignore: !CAN_MOUNT,
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "denit-getty-" });
    const seats = Array.from({ length: 20 }, () => new Pty());
    try {
      await Deno.writeTextFile(
        join(directory, "login"),
        `#!/bin/sh\necho "$2 on $(tty)" >"$REPORTS/$$"\n`,
        { mode: 0o755 },
      );
      const script = `mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log || exit 99
        for terminal; do "$GETTY" -l "$REPORTS/login" 38400 "$terminal" & done
        wait
        cp /run/utmp "$REPORTS/utmp"`;
      const child = new Deno.Command("unshare", {
        args: ["--mount", "sh", "-c", script, "sh", ...seats.map(({ path }) => path)],
        env: { GETTY: await ours(), REPORTS: directory },
        stdin: "null",
        stdout: "null",
        stderr: "null",
        signal: AbortSignal.timeout(3 * DEADLINE_MS),
      }).spawn();
      await Promise.all(seats.map((seat) => seat.shows(ASKS)));
      // Type one letter at each terminal in turn, so that all names are typed at the same time.
      for (const letter of "user-") for (const seat of seats) await seat.types(letter);
      for (const [i, seat] of seats.entries()) await seat.types(`${i}\r`);
      assertEquals((await child.status).code, 0);
      const reports: string[] = [];
      for await (const { name } of Deno.readDir(directory)) {
        if (/^[0-9]+$/.test(name)) reports.push(await Deno.readTextFile(join(directory, name)));
      }
      assertEquals(reports.sort(), seats.map(({ path }, i) => `user-${i} on ${path}\n`).sort());
      const utmp = new TextDecoder("latin1").decode(await Deno.readFile(join(directory, "utmp")));
      assertEquals(utmp.match(/LOGIN\0/g)?.length, 20);
      for (const { path } of seats) assert(utmp.includes(`${path.slice("/dev/".length)}\0`), path);
    } finally {
      for (const seat of seats) seat.hangUp();
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test({
  name: `between two letters getty makes no call but one that waits${NEEDS_MOUNT}${
    has("strace") ? "" : " (needs strace)"
  }`,
  ignore: !CAN_MOUNT || !has("strace"),
  fn: async () => {
    using seat = new Pty();
    const script = 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log && exec "$0" "$@"';
    const child = new Deno.Command("unshare", {
      args: [
        "--mount",
        "sh",
        "-c",
        script,
        join((await program()).links, "getty"),
        "-t",
        "1000",
        "9600",
        seat.path,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      await seat.shows(ASKS);
      await using strace = await Strace.of([child.pid], "all");
      await seat.types("x");
      await eventually("the echo of x", () => strace.lines.some((line) => /write\(0, "x"/.test(line)));
      await seat.types("y");
      await eventually("the echo of y", () => strace.lines.some((line) => /write\(0, "y"/.test(line)));
      // One letter costs three calls: the wait ends, getty reads the letter, and echoes it. The deadline's clock
      // needs no call.
      const lines = strace.lines.map((line) => /(\w+)\(/.exec(line)?.[1] ?? line);
      const first = strace.lines.findIndex((line) => /write\(0, "x"/.test(line));
      const second = strace.lines.findIndex((line) => /write\(0, "y"/.test(line));
      assertEquals(lines.slice(first + 1, second + 1), ["poll", "read", "write"]);
    } finally {
      seat.hangUp();
      await child.status;
    }
  },
});

Deno.test({
  name: `getty takes the terminal from another session that has it${NEEDS}`,
  ignore: !CAN_RUN,
  fn: async () => {
    const { busybox, denit } = await playBoth({
      name: "",
      args: usual,
      // setsid makes a session that has the terminal. The session lives on while getty takes the terminal.
      start: `
        setsid -c sh -c 'trap "" HUP; : >"$REPORT.taken"; exec sleep 100' <"$TTY" >/dev/null 2>&1 &
        taker=$!
        until [ -e "$REPORT.taken" ]; do sleep 0.02; done
        "$@"; code=$?
        kill $taker; exit $code`,
    });
    assertEquals(denit, busybox);
    assertEquals(denit.end, "exit 0");
  },
});

Deno.test({
  name: `a user can type at a terminal that was left in any state${NEEDS}`,
  ignore: !CAN_RUN,
  fn: async () => {
    const { busybox, denit } = await playBoth({
      name: "",
      args: usual,
      start:
        'stty -F "$TTY" raw -echo igncr inlcr olcuc ocrnl onlret cs7 parenb tostop min 7 time 3 eol x; exec "$@"',
    });
    assertEquals(denit, busybox);
  },
});

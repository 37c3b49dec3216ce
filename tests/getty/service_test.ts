/** The service directory that comes with denit: a copy of it is a getty on the terminal after which it is named. */
import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { Fleet } from "../fleet.ts";
import { CAN_MOUNT } from "../machine.ts";
import { readText } from "../processes.ts";
import { Pty } from "./pty.ts";
import { ASKS } from "./scenario.ts";

const SERVICE = fromFileUrl(new URL("../../services/getty_tty1/", import.meta.url));
const HAS_LOGIN = readText("/bin/login") !== undefined;
const CAN_RUN = CAN_MOUNT && HAS_LOGIN;

/** Puts a script in place of login, and hides the machine's utmp. */
const PRIVATE = `mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log && touch /var/log/wtmp &&
  mount --bind "$LOGIN" /bin/login && exec "$@"`;

const LOGIN = `#!/bin/sh
echo "login: $* TERM=$TERM VARIABLES=$(env | wc -l) $(stty speed) PRE=$LOGIN_PRE_SUID_SCRIPT"
read answer
`;

async function textOf(name: string): Promise<string> {
  // The pause at the end only costs the test time.
  return (await Deno.readTextFile(join(SERVICE, name))).replace("delay=3", "delay=0");
}

Deno.test({
  name: `a copy of getty_tty1 runs getty on the terminal of its name, again after each login${
    CAN_RUN ? "" : " (needs root, mounts, login)"
  }`,
  ignore: !CAN_RUN,
  fn: async () => {
    using seat = new Pty();
    const name = `denit-test-${Deno.pid}`;
    const login = await Deno.makeTempFile({ prefix: "denit-login-" });
    await Deno.writeTextFile(login, LOGIN);
    await Deno.chmod(login, 0o755);
    await Deno.symlink(seat.path, `/dev/${name}`);
    try {
      await using fleet = await Fleet.start({
        [`getty_${name}/run`]: await textOf("run"),
        [`getty_${name}/finish`]: await textOf("finish"),
        [`getty_${name}/cfg`]: "#!/bin/sh\nbaud=19200\nTERM=vt102\nprintf 'FONT'\n",
        "getty_nosuch/run": await textOf("run"),
      }, { through: ["unshare", "--mount", "sh", "-c", PRIVATE, "sh"], env: { LOGIN: login, SECRET: "x" } });
      let from = 0;
      for (const user of ["one", "two"]) {
        await seat.shows("FONT", from);
        from = await seat.shows(ASKS, from);
        await seat.types(`${user}\r`);
        from = await seat.shows(/login: -- .*\r\n/, from);
        // The variables are TERM, PATH and the script's, and those that sh adds.
        assertMatch(
          seat.shown,
          new RegExp(`login: -- ${user} TERM=vt102 VARIABLES=[4-6] 19200 PRE=.*/getty_${name}/login.sh\r\n`),
        );
        await seat.types("bye\n");
      }
      await seat.shows(ASKS, from);
      // A getty without a terminal waits for one.
      const pid = await fleet.service("getty_nosuch").runs();
      await fleet.eventually(
        "getty_nosuch to sleep",
        () => readText(`/proc/${pid}/cmdline`) === "sleep\x0032000\0",
      );
      assertEquals(fleet.said, []);
    } finally {
      await Deno.remove(`/dev/${name}`);
      await Deno.remove(login);
    }
  },
});

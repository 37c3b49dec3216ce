/** The real program when the kernel refuses a system call. strace(1) injects the refusal. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { output, program } from "../program.ts";

const IS_ROOT = Deno.uid() === 0;
const HAS_STRACE = (await output("/bin/sh", ["-c", "command -v strace"])).code === 0;

/** A system call that is refused, options that need the call, and the complaint. */
const REFUSALS: readonly (readonly [call: string, options: readonly string[], said: string])[] = [
  ["setgroups", ["-u", "nobody"], "unable to setgroups: permission denied"],
  ["setresgid", ["-u", "nobody"], "unable to setgid: permission denied"],
  ["setresuid", ["-u", "nobody"], "unable to setuid: permission denied"],
  ["chroot", ["-/", "/"], "unable to change root directory: permission denied"],
  ["fchdir", ["-/", "/"], "unable to change directory: /: permission denied"],
  ["setpriority", ["-n", "5"], "unable to set nice level: permission denied"],
  ["flock", ["-l", "lock"], "unable to lock: lock: permission denied"],
  ["sched_setaffinity", ["--cpu-affinity", "0"], "unable to set cpu affinity: permission denied"],
];

for (const [call, options, said] of REFUSALS) {
  Deno.test({
    name: `chpst ${options.join(" ")}: if ${call} is refused, chpst executes nothing (needs root, strace)`,
    ignore: !IS_ROOT || !HAS_STRACE,
    fn: async () => {
      const directory = await Deno.makeTempDir({ prefix: "denit-refused-" });
      try {
        await Deno.chmod(directory, 0o777);
        const chpst = join((await program()).links, "chpst");
        const made = join(directory, "made");
        const strace = ["-f", "-qq", "-o", join(directory, "trace"), "-e", `inject=${call}:error=EPERM`];
        // Without the refusal the program is executed: so it is the refusal that prevents it.
        for (const refuses of [false, true]) {
          const before = refuses ? strace : [...strace.slice(0, 4), "-e", `trace=${call}`];
          const { code, stderr } = await output("strace", [...before, chpst, ...options, "touch", made], {
            cwd: directory,
          });
          const isMade = (await output("test", ["-e", made])).code === 0;
          assertEquals(
            { code, stderr, isMade },
            refuses
              ? { code: 111, stderr: `chpst: fatal: ${said}\n`, isMade: false }
              : { code: 0, stderr: "", isMade: true },
          );
          if (isMade) await Deno.remove(made);
        }
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

/**
 * A trial in namespaces of its own: processes, mounts, and a tmpfs for its service directories. Shared memory is its
 * own as well: what a killed logger would find there again ends with the trial.
 *
 * The first process of the namespace is a shell that waits, so orphans are reaped. When the trial is over the
 * shell ends and the kernel kills and reaps whatever is left; nothing outlives a trial, however it ends. A
 * trial also ends when its standard input does, that is, when the program that started it is gone.
 */

const FIRST_PROCESS = `
exec 3<&0
mount -t tmpfs -o mode=755 tmpfs "$1" || exit 111
test ! -d /dev/shm || mount -t tmpfs -o mode=1777 tmpfs /dev/shm || exit 111
shift
"$@" <&3 3<&- &
exec 3<&-
wait $!
`;

/** Longer than any trial takes; none may hang a run. */
const TRIAL_WITHIN_MS = 900_000;

export class TrialError extends Error {
  /** One line: what the trial itself says, or the first complaint of a program that it ran. */
  get reason(): string {
    return /^error: Uncaught .*?Error: (.*)$/m.exec(this.message)?.[1] ?? this.message.split("\n")[0] ?? "";
  }
}

/** Run `argv` with a tmpfs on `arena`; what it printed. Fails with what it complained of. */
export async function runIsolated(argv: readonly string[], arena: string): Promise<string> {
  const child = new Deno.Command("unshare", {
    args: [
      ...["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
      ...["sh", "-c", FIRST_PROCESS, "sh", arena, ...argv],
    ],
    // The reason of a failure is looked for in what the trial prints.
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const patience = setTimeout(() => child.kill("SIGKILL"), TRIAL_WITHIN_MS);
  const [printed, complaint, { success, signal }] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  clearTimeout(patience);
  if (!success) {
    throw new TrialError(signal === null ? complaint.trim() : `Not done in ${TRIAL_WITHIN_MS} ms`);
  }
  await child.stdin.close();
  return printed;
}

/** Called in the trial: leave as soon as the starting program does. */
export async function leaveWithParent(): Promise<void> {
  const nothing = new Uint8Array(1);
  while (await Deno.stdin.read(nothing) !== null);
  Deno.exit(1);
}

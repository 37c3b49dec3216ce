/**
 * Running a trial in namespaces of its own: processes, mounts, and a tmpfs for its service directories. Its shared memory
 * is its own too, so the memory that a killed logger would find again ends with the trial.
 *
 * The first process of the namespace is a shell that waits, so orphans are reaped. When the trial is over, the shell
 * ends, and the kernel kills and reaps all other processes. So nothing outlives a trial, however it ends. A trial also
 * ends when its standard input ends, that is, when the program that started it has gone.
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

/** Longer than any trial takes. A trial that hangs must not hang the run. */
const TRIAL_WITHIN_MS = 900_000;

/** A trial that failed; the message is its output. */
export class TrialError extends Error {
  /** One line: the trial's own message, or the first complaint of a program that it ran. */
  get reason(): string {
    return /^error: Uncaught .*?Error: (.*)$/m.exec(this.message)?.[1] ?? this.message.split("\n")[0] ?? "";
  }
}

/** Runs `argv` with a tmpfs on `arena`. Returns its output. Throws TrialError with its complaints. */
export async function runIsolated(argv: readonly string[], arena: string): Promise<string> {
  const child = new Deno.Command("unshare", {
    args: [
      ...["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
      ...["sh", "-c", FIRST_PROCESS, "sh", arena, ...argv],
    ],
    // The reason of a failure is searched in the output, where colours would be in the way.
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

/** Called in the trial: ends the process as soon as the program that started it has gone. */
export async function leaveWithParent(): Promise<void> {
  const nothing = new Uint8Array(1);
  while (await Deno.stdin.read(nothing) !== null);
  Deno.exit(1);
}

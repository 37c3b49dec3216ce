/** Running a program to its end; if it fails, its last complaint is the error. */

/** A command that failed; the message is one line. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Choices for a command. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
}

/** Runs a program. Returns its standard output. Throws CommandError, with its last complaint, unless it exits with 0. */
export async function command(
  program: string,
  args: readonly string[],
  { cwd, env }: CommandOptions = {},
): Promise<string> {
  const output = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    env: { NO_COLOR: "1", ...env },
    ...(cwd === undefined ? {} : { cwd }),
  }).output();
  const decoder = new TextDecoder();
  if (output.success) return decoder.decode(output.stdout);
  const said = decoder.decode(output.stderr).trim().split("\n");
  const reason = said.find((line) => /\berror\b/i.test(line)) ?? said.at(-1) ?? "";
  throw new CommandError(`${program} ${args[0] ?? ""}: exit ${output.code}: ${reason.trim()}`);
}

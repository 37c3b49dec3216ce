/** Reading an environment that is a list of `NAME=value`, byte strings, as execve(2) takes it. */

/** The value of the first entry of that name, as getenv(3) finds it; undefined if there is none. */
export function valueOf(environment: readonly string[], name: string): string | undefined {
  const start = `${name}=`;
  return environment.find((entry) => entry.startsWith(start))?.slice(start.length);
}

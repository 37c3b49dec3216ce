/** The environment as a list of `NAME=value`, and directories that hold one variable a file. All strings are byte strings. */

/** A variable that is set, or without a value taken away. */
export interface Change {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * What pathexec of runit and daemontools hands on: each change takes the first entry of its name away, the last entry
 * comes into its place, and the new one to the end. A name with `=` in it is what stands before.
 */
export function changed(environment: readonly string[], changes: readonly Change[]): readonly string[] {
  const entries = [...environment];
  for (const { name, value } of changes) {
    const text = value === undefined ? name : `${name}=${value}`;
    const equals = text.indexOf("=");
    const start = `${equals < 0 ? text : text.slice(0, equals)}=`;
    const found = entries.findIndex((entry) => entry.startsWith(start));
    const last = found < 0 ? undefined : entries.pop();
    if (last !== undefined && found < entries.length) entries[found] = last;
    if (equals >= 0) entries.push(text);
  }
  return entries;
}

/**
 * The variable that a file stands for: its first line without blanks and tabs at the end, NUL read as newline. An
 * empty file takes the variable away.
 */
export function changeOfFile(name: string, content: string): Change {
  if (content === "") return { name, value: undefined };
  const newline = content.indexOf("\n");
  const line = newline < 0 ? content : content.slice(0, newline);
  return { name, value: line.replace(/[ \t]+$/, "").replaceAll("\0", "\n") };
}

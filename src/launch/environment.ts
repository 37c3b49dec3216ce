/**
 * Changes to an environment (a list of `NAME=value`), and directories that hold one variable a file. All strings are
 * byte strings.
 */

/** A variable that is set, or removed if it has no value. */
export interface VariableChange {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * The environment that pathexec of runit and daemontools hands on. Each change removes the first entry of its name,
 * moves the last entry into the gap, and appends the new entry. A name with `=` in it counts up to the `=`.
 */
export function changed(
  environment: readonly string[],
  changes: readonly VariableChange[],
): readonly string[] {
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
 * The change that a file of a variables directory asks for: the variable becomes the first line, without blanks and
 * tabs at its end and with NUL read as newline. An empty file removes the variable.
 */
export function changeOfFile(name: string, content: string): VariableChange {
  if (content === "") return { name, value: undefined };
  const newline = content.indexOf("\n");
  const line = newline < 0 ? content : content.slice(0, newline);
  return { name, value: line.replace(/[ \t]+$/, "").replaceAll("\0", "\n") };
}

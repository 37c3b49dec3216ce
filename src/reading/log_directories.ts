/**
 * The directories in which the log of a service may be. The first that holds a file `current` is its log directory.
 *
 *   SERVICE                      SERVICE is a log directory itself
 *   SERVICE/log/main             daemontools, and denit's own logger
 *   SERVICE/log/logdir           the link of the collection's std_service_logger
 *   SERVICE/log                  a logger that writes into its own service directory
 *   SERVICE/main, SERVICE/logdir SERVICE is a `log` directory, as in `sv status web/log`
 *   /var/log/service/NAME        std_service_logger
 *   /var/log/NAME                Void's habit
 *   /var/log/runit/NAME          Debian's packages
 */

const BELOW_SERVICE = ["", "/log/main", "/log/logdir", "/log", "/main", "/logdir"];
const ABOVE_NAME = ["/var/log/service", "/var/log", "/var/log/runit"];

/** The directories to look into for `directory`, which is a service or a log directory, in order. */
export function logDirectories(directory: string): string[] {
  const trimmed = withoutSlashes(directory);
  const name = trimmed.slice(trimmed.lastIndexOf("/") + 1);
  // `.` and `..` are no names, and every service has a `log`.
  const hasName = !["", ".", "..", "log"].includes(name);
  return [
    ...BELOW_SERVICE.map((below) => trimmed + below),
    ...hasName ? ABOVE_NAME.map((above) => `${above}/${name}`) : [],
  ];
}

/** `path` without slashes at its end. */
export function withoutSlashes(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

/** These directories for a message: the first in full, and those below it by the rest of their paths. */
export function directoriesText([first = "", ...others]: readonly string[]): string {
  const start = `${first}/`;
  const names = others.map((other) => other.startsWith(start) ? other.slice(start.length) : other);
  return [first, ...names].join(", ");
}

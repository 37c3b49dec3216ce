/**
 * Where the log of a service may be. The first of these that holds a file `current` is it.
 *
 *   SERVICE                      a log directory itself
 *   SERVICE/log/main             daemontools, and denit's own logger
 *   SERVICE/log/logdir           the link of the collection's std_service_logger
 *   SERVICE/log                  a logger that writes where it is
 *   SERVICE/main, SERVICE/logdir SERVICE is itself a `log`, as in `sv status web/log`
 *   /var/log/service/NAME        std_service_logger
 *   /var/log/NAME                Void's habit
 *   /var/log/runit/NAME          Debian's packages
 */

const BELOW = ["", "/log/main", "/log/logdir", "/log", "/main", "/logdir"];
const ABOVE = ["/var/log/service", "/var/log", "/var/log/runit"];

/** Directories to look at for `directory`, a service or a log directory, in order. */
export function logDirectories(directory: string): string[] {
  const trimmed = directory.replace(/(?<=.)\/+$/, "");
  const name = trimmed.slice(trimmed.lastIndexOf("/") + 1);
  // A `.` has no name here, and that of a `log` is everybody's.
  const named = name === "" || name === "." || name === ".." || name === "log" ? [] : ABOVE;
  return [...BELOW.map((place) => trimmed + place), ...named.map((place) => `${place}/${name}`)];
}

/** These directories for a message: those below the first by their names in it. */
export function placesText([first = "", ...others]: readonly string[]): string {
  const below = `${first}/`;
  const names = others.map((place) => place.startsWith(below) ? place.slice(below.length) : place);
  return [first, ...names].join(", ");
}

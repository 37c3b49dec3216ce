/**
 * The path of a service that was named on a command line.
 *
 * A name with `/` or `.` in front, or `/` behind, is a path. Any other stands for a directory in the services directory,
 * so that `web/log` is the logger of `web`.
 */

/**
 * Services directories, of which the first that exists is taken: that of BusyBox and Void, of Debian, of runit itself
 * and daemontools.
 */
export const SERVICES_DIRECTORIES: readonly string[] = ["/var/service", "/etc/service", "/service"];

/** True when the name is a path as it stands. An empty name is a path too, which leads to nothing. */
export function isPath(name: string): boolean {
  return name === "" || name.startsWith("/") || name.startsWith(".") || name.endsWith("/");
}

/** The services directory: SVDIR, or the first of the usual ones for which `exists` holds. */
export function servicesDirectory(svdir: string | undefined, exists: (directory: string) => boolean): string {
  return svdir ?? SERVICES_DIRECTORIES.find(exists) ?? SERVICES_DIRECTORIES[0] ?? "";
}

/** `file` in `directory`. An empty directory gives an empty path, and opening that is ENOENT. */
export function within(directory: string, file: string): string {
  return directory === "" ? "" : `${directory}/${file}`;
}

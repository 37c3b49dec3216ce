/**
 * The path of a service that was named on a command line.
 *
 * A name with `/` or `.` in front, or `/` behind, is a path. Any other stands for a directory of the services
 * directory, so that `web/log` is the logger of `web`.
 */

/** Services directories, the first that exists is the one: BusyBox and Void, Debian, runit itself and daemontools. */
export const SERVICES_DIRECTORIES: readonly string[] = ["/var/service", "/etc/service", "/service"];

/** Whether the name is a path as it stands. An empty one is a path too: to nothing. */
export function isPath(name: string): boolean {
  return name === "" || name.startsWith("/") || name.startsWith(".") || name.endsWith("/");
}

/** The services directory: SVDIR, or the first of the usual ones for which `exists` holds. */
export function servicesDirectory(svdir: string | undefined, exists: (directory: string) => boolean): string {
  return svdir ?? SERVICES_DIRECTORIES.find(exists) ?? SERVICES_DIRECTORIES[0] ?? "";
}

/** `file` in `directory`; an empty directory has no files, so that opening the answer says ENOENT. */
export function within(directory: string, file: string): string {
  return directory === "" ? "" : `${directory}/${file}`;
}

/** The wording of a supervisor's messages: that of runsv(8), or that of supervise(8) of daemontools. */

/** Makes the whole line of a message about a service, without a newline. `level` is `warning` or `fatal`. */
export type Voice = (service: string, level: string, text: string) => string;

/** `runsv SERVICE: LEVEL: TEXT`. */
export const RUNSV_VOICE: Voice = (service, level, text) => `runsv ${service}: ${level}: ${text}`;

/**
 * `supervise: LEVEL: TEXT`. supervise.c names files by the directory it was given, and it has other words for entering
 * and locking that directory.
 */
export const SUPERVISE_VOICE: Voice = (service, level, text) => {
  const own = text
    .replace("unable to change to directory", `unable to chdir to ${service}`)
    .replace("unable to lock ", `unable to acquire ${service}/`)
    .replace("unable to start ./", `unable to start ${service}/`);
  return `supervise: ${level}: ${own}`;
};

/** How a supervisor words its messages: as runsv(8), or as daemontools' supervise(8). */

/** The whole line for a message about a service. */
export type Voice = (service: string, level: string, text: string) => string;

export const RUNSV_VOICE: Voice = (service, level, text) => `runsv ${service}: ${level}: ${text}`;

/** supervise.c names files by the directory it was given, and has other words for entering and locking it. */
export const SUPERVISE_VOICE: Voice = (service, level, text) => {
  const own = text
    .replace("unable to change to directory", `unable to chdir to ${service}`)
    .replace("unable to lock ", `unable to acquire ${service}/`)
    .replace("unable to start ./", `unable to start ${service}/`);
  return `supervise: ${level}: ${own}`;
};

/** The services of a torture: some write numbered lines, to loggers of every kind. Also the check of their logs. */

/** The logger of a service: none, the tree's logger, a svlogd of its own, or a svlogd that shares a logger. */
export type LogKind = "none" | "tree" | "own" | "shared";

/** A service of the torture. */
export interface TorturedService {
  readonly name: string;
  readonly log: LogKind;
  /** True when the torture spares the service. Then its process must stay the same from the beginning to the end. */
  readonly healthy: boolean;
  /** True when its status files and its log are on the small disk. */
  readonly small: boolean;
}

const KINDS: readonly LogKind[] = ["none", "tree", "own", "shared", "tree"];

/** `count` services of all kinds. Three in five are spared, and every second one uses the small disk. */
export function servicesOf(count: number): TorturedService[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `s${i}`,
    log: KINDS[i % KINDS.length] ?? "none",
    healthy: i < count * 0.6,
    small: i % 2 === 0,
  }));
}

/**
 * Writes numbered lines. Each life numbers its lines from 1, behind a number of the life's own. After each line it
 * notes the number in `progress`. It stops when there is a file `enough`.
 */
const WRITER = `#!/bin/sh
life=0 i=0
[ -e life ] && read life <life
life=$((life + 1))
echo $life >life
until [ -e enough ]; do
  i=$((i + 1))
  echo "$life $i"
  echo "$life $i" >progress
  sleep 0.2
done
echo "$life end"
exec sleep 100000
`;
const SLEEPER = "#!/bin/sh\nexec sleep 100000\n";
const FINISH = '#!/bin/sh\necho "$*" >>finished\n';

/** Paths below a directory, mapped to texts of files and to targets of links. */
export interface Tree {
  readonly texts: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
}

/** The files of the services: in `service`, and in `small` for the small disk. */
export function treeOf(services: readonly TorturedService[]): Tree {
  const texts: Record<string, string> = {};
  const links: Record<string, string> = {};
  for (const service of services) {
    const { name, log, small } = service;
    const at = `service/${name}`;
    texts[`${at}/run`] = log === "none" ? SLEEPER : WRITER;
    texts[`${at}/finish`] = FINISH;
    if (small) {
      texts[`small/${name}/.keep`] = "";
      links[`${at}/supervise`] = `../../small/${name}/supervise`;
    }
    if (log === "none") continue;
    // A shared logger takes no directory whose config selects lines for standard error.
    const config = log === "own" ? "s20000\nn0\nenothing of the kind\n" : "s20000\nn0\n";
    const place = logDirectory(service);
    if (small) {
      links[`${at}/log/supervise`] = `../../../small/${name}/log-supervise`;
      if (log === "tree") links[`${at}/log/main`] = `../../../${place}`;
      else links[`${at}/logs`] = `../../${place}`;
    }
    texts[log === "tree" ? `${at}/log/config` : `${place}/config`] = config;
    texts[`${place}/.keep`] = "";
    if (log !== "tree") texts[`${at}/log/run`] = "#!/bin/sh\nexec svlogd -tt ../logs\n";
  }
  return { texts, links };
}

/** The log directory of a service, below the ground. */
export function logDirectory({ name, log, small }: TorturedService): string {
  if (small) return `small/${name}/logs`;
  return log === "tree" ? `service/${name}/log/main` : `service/${name}/logs`;
}

/** The faults in one log. */
export interface LineFault {
  readonly lost: number;
  readonly repeated: number;
  readonly torn: number;
  /** The lines around the first fault. */
  readonly first?: string;
}

/**
 * Finds lost, repeated and torn lines in one log. `progress` has the last number of each life that is known to have
 * been written. Lives must follow each other, and each must count from 1 without a gap.
 */
export function checkLines(lines: readonly string[], progress: ReadonlyMap<string, number>): LineFault {
  const seen = new Map<string, number>();
  let [lost, repeated, torn] = [0, 0, 0];
  let first: string | undefined;
  lines.forEach((line, at) => {
    const before = lost + repeated + torn;
    look(line);
    if (lost + repeated + torn > before) first ??= lines.slice(Math.max(at - 2, 0), at + 3).join("|");
  });
  for (const [life, number] of progress) lost += Math.max(number - (seen.get(life) ?? 0), 0);
  return { lost, repeated, torn, ...(first === undefined ? {} : { first }) };

  function look(line: string): void {
    const [, life, number] = /^([0-9]+) ([0-9]+|end)$/.exec(line) ?? [];
    if (life === undefined || number === undefined) {
      torn++;
      return;
    }
    if (number === "end") return;
    const last = seen.get(life) ?? 0;
    if (Number(number) <= last) repeated++;
    else lost += Number(number) - last - 1;
    seen.set(life, Math.max(last, Number(number)));
  }
}

/** Services of mixed temper, with loggers of every kind, that write numbered lines. */

/** Who writes the log: nobody, the tree's logger, a svlogd of its own, one that shares a logger. */
export type LogKind = "none" | "tree" | "own" | "shared";

export interface TorturedService {
  readonly name: string;
  readonly log: LogKind;
  /** Nobody ever touches it: it must keep its process from the beginning to the end. */
  readonly healthy: boolean;
  /** What is written for it lies on the small disk. */
  readonly small: boolean;
}

const KINDS: readonly LogKind[] = ["none", "tree", "own", "shared", "tree"];

export function servicesOf(count: number): TorturedService[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `s${i}`,
    log: KINDS[i % KINDS.length] ?? "none",
    healthy: i < count * 0.6,
    small: i % 2 === 0,
  }));
}

/**
 * Each life of a writer numbers its lines from 1, after a name of its own, and notes how far it came when a line is
 * written. It stops when there is a file `enough`.
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

/** Path below a directory to text; or to the target of a link. */
export interface Tree {
  readonly texts: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
}

/** The services in `service`, and in `small` what goes to the small disk. */
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
    // What is selected for standard error is what no logger of many writes.
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

/** Below where it all lies. */
export function logDirectory({ name, log, small }: TorturedService): string {
  if (small) return `small/${name}/logs`;
  return log === "tree" ? `service/${name}/log/main` : `service/${name}/logs`;
}

export interface LineFault {
  readonly lost: number;
  readonly repeated: number;
  readonly torn: number;
  /** Where it begins to be wrong. */
  readonly first?: string;
}

/**
 * What is wrong with the lines of one log. `progress`: the last number of each life that is known to have been written.
 * Lives come one after the other, and each life's numbers from 1 on without a gap.
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

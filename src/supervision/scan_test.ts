import { assertEquals } from "@std/assert";
import {
  type Entry,
  newScan,
  type ScanEffect,
  type ScanEvent,
  type ScanState,
  step,
  wakeAtMs,
} from "./scan.ts";

/** A directory of services as a transcript. A name with a slash at its end is still being filled in place. */
class ScanStory {
  state: ScanState = newScan();
  nowMs = 0;

  /** Looks at a directory that has these entries: `name`, or `name=key` when the key is another text. */
  list(...names: readonly string[]): string[] {
    return this.#feed({ kind: "listed", entries: names.map(entryOf) });
  }

  touch(key: string): string[] {
    return this.#feed({ kind: "touched", key });
  }

  inspect(key: string, runnable: boolean, watched = true): string[] {
    return this.#feed({ kind: "inspected", key, runnable, watched });
  }

  left(key: string): string[] {
    return this.#feed({ kind: "left", key });
  }

  pass(ms: number): string[] {
    this.nowMs += ms;
    return wakeAtMs(this.state) <= this.nowMs ? this.#feed({ kind: "wake" }) : [];
  }

  get wakesInMs(): number {
    return wakeAtMs(this.state) - this.nowMs;
  }

  #feed(event: ScanEvent): string[] {
    const { state, effects } = step(this.state, event, { monotonicMs: this.nowMs, wallNs: 0n });
    this.state = state;
    return effects.map(lineOf);
  }
}

function entryOf(word: string): Entry {
  const [name = "", key = name.replace("/", "")] = word.split("=");
  return { name: name.replace("/", ""), key, whole: !name.endsWith("/") };
}

function lineOf(effect: ScanEffect): string {
  if (effect.kind === "report") return effect.text;
  return "name" in effect ? `${effect.kind} ${effect.key} as ${effect.name}` : `${effect.kind} ${effect.key}`;
}

Deno.test("a directory that arrives whole begins at once, and then the scan has no deadline", () => {
  const scan = new ScanStory();
  assertEquals(scan.list("web", "dns"), ["begin web as web", "begin dns as dns"]);
  assertEquals(scan.list("dns", "web"), []);
  assertEquals(scan.wakesInMs, Infinity);
});

Deno.test("a name that begins with a dot is no service", () => {
  assertEquals(new ScanStory().list(".web"), []);
});

Deno.test("two names for one directory are one service, under the first name", () => {
  assertEquals(new ScanStory().list("web=7", "www=7"), ["begin 7 as web"]);
});

Deno.test("a service that disappears, or is hidden by a dot, is told to exit, and forgotten when it has left", () => {
  const scan = new ScanStory();
  scan.list("web", "dns");
  assertEquals(scan.list(".web=web"), ["retire web", "retire dns"]);
  assertEquals(scan.list(), []);
  assertEquals(scan.left("web"), []);
  assertEquals([...scan.state.keys()], ["dns"]);
});

Deno.test("a service that comes back before it has left begins again afterwards, under the name it has then", () => {
  const scan = new ScanStory();
  scan.list("web=7");
  scan.list();
  assertEquals(scan.list("www=7"), []);
  assertEquals(scan.left("7"), ["begin 7 as www"]);
});

Deno.test("a rename changes nothing, and the service begins again under the new name", () => {
  const scan = new ScanStory();
  scan.list("web=7");
  assertEquals(scan.list("www=7"), []);
  assertEquals(scan.left("7"), []);
  assertEquals(scan.pass(5000), ["inspect 7 as www"]);
});

Deno.test("a directory that was replaced under its name is another service", () => {
  const scan = new ScanStory();
  scan.list("web=7");
  assertEquals(scan.list("web=8"), ["begin 8 as web", "retire 7"]);
});

Deno.test("a service that left by itself, or could not begin, begins again after five seconds, whatever its run", () => {
  const scan = new ScanStory();
  scan.list("web");
  assertEquals([scan.left("web"), scan.wakesInMs], [[], 5000]);
  assertEquals(scan.pass(5000), ["inspect web as web"]);
  assertEquals(scan.inspect("web", false), ["unwatch filling web", "begin web as web"]);
});

Deno.test("a service that is to begin again waits as long as something changes in it", () => {
  const scan = new ScanStory();
  scan.list("web");
  scan.left("web");
  scan.pass(5000);
  assertEquals([scan.touch("web"), scan.wakesInMs], [[], 250]);
  assertEquals(scan.pass(250), ["inspect web as web"]);
  assertEquals(scan.inspect("web", true), ["unwatch filling web", "begin web as web"]);
});

Deno.test("a service that waits to begin again is forgotten when its directory disappears", () => {
  const scan = new ScanStory();
  scan.list("web");
  scan.left("web");
  assertEquals(scan.list(), ["unwatch filling web"]);
  assertEquals(scan.wakesInMs, Infinity);
});

Deno.test("a directory that is filled in place begins when it has been quiet for 250 ms and has a run", () => {
  const scan = new ScanStory();
  assertEquals(scan.list("web/"), ["watch filling web as web"]);
  assertEquals(scan.pass(200), []);
  assertEquals([scan.touch("web"), scan.wakesInMs], [[], 250]);
  assertEquals(scan.pass(249), []);
  assertEquals(scan.pass(1), ["inspect web as web"]);
  assertEquals(scan.inspect("web", true), ["unwatch filling web", "begin web as web"]);
  assertEquals(scan.wakesInMs, Infinity);
});

Deno.test("a quiet directory without a run is reported once, and then waits for a change without a deadline", () => {
  const scan = new ScanStory();
  scan.list("web/");
  scan.pass(250);
  assertEquals([scan.inspect("web", false), scan.wakesInMs], [[], 5000]);
  assertEquals(scan.pass(5000), ["web is not started: run is not executable"]);
  assertEquals(scan.wakesInMs, Infinity);
  scan.touch("web");
  scan.pass(250);
  assertEquals([scan.inspect("web", false), scan.wakesInMs], [[], Infinity]);
});

Deno.test("a quiet directory without a run that cannot be watched is looked at again after five seconds", () => {
  const scan = new ScanStory();
  scan.list("web/");
  scan.pass(250);
  assertEquals([scan.inspect("web", false, false), scan.wakesInMs], [[], 5000]);
  assertEquals(scan.pass(5000), ["inspect web as web"]);
  assertEquals(scan.inspect("web", true, false), ["unwatch filling web", "begin web as web"]);
});

Deno.test("a directory that is renamed while it is filled goes on under its new name", () => {
  const scan = new ScanStory();
  scan.list("web/=7");
  assertEquals(scan.list("www/=7"), ["watch filling 7 as www"]);
  scan.pass(250);
  assertEquals(scan.inspect("7", true), ["unwatch filling 7", "begin 7 as www"]);
});

Deno.test("a directory that disappears while it is filled is forgotten", () => {
  const scan = new ScanStory();
  scan.list("web/");
  assertEquals(scan.list(), ["unwatch filling web"]);
  assertEquals(scan.touch("web"), []);
  assertEquals(scan.inspect("web", true), []);
  assertEquals([scan.state.size, scan.wakesInMs], [0, Infinity]);
});

Deno.test("changes in a service that runs do not concern the scan", () => {
  const scan = new ScanStory();
  scan.list("web");
  assertEquals([scan.touch("web"), scan.wakesInMs], [[], Infinity]);
});

Deno.test("a step leaves the state before it as it was", () => {
  const scan = new ScanStory();
  scan.list("web");
  const before = scan.state;
  scan.list();
  assertEquals([...before.values()].map(({ standing }) => standing), ["running"]);
});

/**
 * The messages between svlogd, the fleet and its loggers, as a codec.
 *
 *   frame    svlogd to fleet and logger: a length (32 bits, little endian), then JSON; it asks for a logger
 *   order    fleet to logger: JSON, one a datagram
 *   report   logger to fleet: JSON, one a datagram
 *
 * All of it is UTF-8. A byte string is written as a string of code points 0 to 255. The decoders return `undefined` for
 * every message that is not exactly as it should be; the receiver then does not answer it.
 *
 * A frame is so short that the kernel keeps it in one piece (net/unix/af_unix.c, UNIX_SKB_FRAGS_SZ): the receiver finds
 * all of it or nothing.
 */
import { fileKeyOf } from "../posix/file_key.ts";
import { MOST_LINE_BYTES, type Options } from "./options.ts";

/** A frame of another version is refused. */
const VERSION = 1;
const LENGTH_BYTES = 4;
/** The longest frame, its length field included. */
export const MOST_FRAME_BYTES = 32_768;
/** The longest order or report. */
export const MOST_MESSAGE_BYTES = 8192;

/** The logger's answer to a frame. When the feed has ended, the exit code follows as a line of digits. */
export const JOINED = "joined\n";

/** Name of the abstract socket that the fleet with this pid listens on (unix(7)). */
export function fleetName(pid: number): string {
  return `denit/fleet/${pid}`;
}

/**
 * The key of a shared logger. svlogds of one user share a logger if their log directories lie in the same parent
 * directory and they keep the same number of bytes of a line.
 */
export function keyOf(
  parent: { readonly device: number; readonly inode: number },
  lineBytes: number,
): string {
  return `${fileKeyOf(parent)}/${lineBytes}`;
}

/**
 * True when a `config` (a byte string) asks for something that a logger of many services may not do. It may not start a
 * processor, send lines by UDP, or wait for the reader of standard error.
 */
export function needsOwnProcess(config: string): boolean {
  return config.split("\n").some((line) => {
    const said = line.split("\0", 1)[0] ?? "";
    return said.startsWith("!") ? said.length > 1 : /^[uUeE]/.test(said);
  });
}

/**
 * The content of a frame. Four descriptors go with it: standard input, standard error, the working directory of the
 * svlogd, and the parent of its log directories.
 */
export interface Joining {
  /** The key of `keyOf`: the fleet has one logger for each key and user. */
  readonly key: string;
  /** File key of the svlogd's root directory. */
  readonly root: string;
  /** File keys of the log directories, in the order of `options.directories`. */
  readonly fileKeys: readonly string[];
  readonly options: Options;
}

/** Fleet to logger. */
export type Order =
  /** Write the log of a service. Two descriptors go with it: the read end of its pipe, and `log/`. `name`: for messages. */
  | { readonly do: "feed"; readonly id: number; readonly name: string }
  /** Confine yourself to the directories that you were given, and begin. */
  | { readonly do: "seal" }
  /** Treat the feed `id` as this signal treats a svlogd. */
  | { readonly do: "signal"; readonly id: number; readonly signal: number }
  /** End every feed, then yourself. */
  | { readonly do: "leave" }
  /** Read a frame. One descriptor goes with it: the connection of the svlogd `pid`. */
  | { readonly do: "join"; readonly pid: number };

/** Logger to fleet. */
export type Report =
  /** The logger takes orders. */
  | { readonly said: "ready" }
  /**
   * The logger has had no feed for a while. `joins`: the orders to join that it has got. If the fleet has sent as many,
   * the fleet orders the logger to leave. Else another join is under way, and the fleet says nothing.
   */
  | { readonly said: "idle"; readonly joins: number }
  /** The log directory of the feed is open and locked. */
  | { readonly said: "started"; readonly id: number }
  /** The directory of the feed is not among those that the logger has confined itself to. */
  | { readonly said: "uncovered"; readonly id: number }
  /** The feed is over. `code`: the exit code that a svlogd would have had. */
  | { readonly said: "ended"; readonly id: number; readonly code: number };

/** The bytes of a frame; undefined if they are too many to be sent. */
export function encodeFrame({ key, root, fileKeys, options }: Joining): Uint8Array<ArrayBuffer> | undefined {
  const body = new TextEncoder().encode(
    JSON.stringify({ version: VERSION, key, root, places: fileKeys, ...options }),
  );
  const frame = new Uint8Array(LENGTH_BYTES + body.length);
  if (frame.length > MOST_FRAME_BYTES) return undefined;
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, LENGTH_BYTES);
  return frame;
}

/** The frame that fills exactly the first `length` bytes. */
export function decodeFrame(bytes: Uint8Array<ArrayBuffer>, length: number): Joining | undefined {
  if (length <= LENGTH_BYTES || length > MOST_FRAME_BYTES) return undefined;
  if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) !== length - LENGTH_BYTES) {
    return undefined;
  }
  const said = objectIn(bytes.subarray(LENGTH_BYTES, length));
  return said?.["version"] === VERSION ? joiningOf(said) : undefined;
}

/** The bytes of an order or a report. */
export function encodeMessage(message: Order | Report): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(message));
}

/** The order that fills exactly the first `length` bytes. */
export function decodeOrder(bytes: Uint8Array<ArrayBuffer>, length: number): Order | undefined {
  const said = objectIn(bytes.subarray(0, length));
  const id = natural(said?.["id"]);
  switch (said?.["do"]) {
    case "seal":
    case "leave":
      return { do: said["do"] };
    case "feed": {
      const name = byteText(said["name"]);
      return id === undefined || name === undefined ? undefined : { do: "feed", id, name };
    }
    case "signal": {
      const signal = natural(said["signal"]);
      return id === undefined || signal === undefined ? undefined : { do: "signal", id, signal };
    }
    case "join": {
      const pid = natural(said["pid"]);
      return pid === undefined ? undefined : { do: "join", pid };
    }
  }
  return undefined;
}

/** The report that fills exactly the first `length` bytes. */
export function decodeReport(bytes: Uint8Array<ArrayBuffer>, length: number): Report | undefined {
  const said = objectIn(bytes.subarray(0, length));
  const id = natural(said?.["id"]);
  switch (said?.["said"]) {
    case "ready":
      return { said: "ready" };
    case "idle": {
      const joins = natural(said["joins"]);
      return joins === undefined ? undefined : { said: "idle", joins };
    }
    case "started":
    case "uncovered":
      return id === undefined ? undefined : { said: said["said"], id };
    case "ended": {
      const code = natural(said["code"]);
      return id === undefined || code === undefined ? undefined : { said: "ended", id, code };
    }
  }
  return undefined;
}

type Said = Readonly<Record<string, unknown>>;

function objectIn(bytes: Uint8Array<ArrayBuffer>): Said | undefined {
  try {
    const said: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    );
    return typeof said === "object" && said !== null ? said as Said : undefined;
  } catch {
    return undefined;
  }
}

function joiningOf(said: Said): Joining | undefined {
  const key = byteText(said["key"]);
  const root = byteText(said["root"]);
  const fileKeys = byteTexts(said["places"]);
  const options = optionsOf(said);
  if (key === undefined || root === undefined || fileKeys === undefined || options === undefined) {
    return undefined;
  }
  return fileKeys.length === options.directories.length ? { key, root, fileKeys, options } : undefined;
}

function optionsOf(said: Said): Options | undefined {
  const stamp = [0, 1, 2, 3].find((kind) => kind === said["stamp"]);
  const replacement = said["replacement"];
  const replaced = byteText(said["replaced"]);
  const lineBytes = natural(said["lineBytes"], MOST_LINE_BYTES);
  const bufferBytes = natural(said["bufferBytes"]);
  const verbose = said["verbose"];
  const directories = byteTexts(said["directories"]);
  const isReplacement = replacement === undefined || natural(replacement, 255) !== undefined;
  if (stamp === undefined || replaced === undefined || !isReplacement || typeof verbose !== "boolean") {
    return undefined;
  }
  if (lineBytes === undefined || lineBytes === 0 || bufferBytes === undefined) return undefined;
  if (directories === undefined || directories.length === 0) return undefined;
  return {
    stamp: stamp as Options["stamp"],
    replacement: natural(replacement, 255),
    replaced,
    lineBytes,
    bufferBytes,
    verbose,
    directories,
  };
}

function natural(value: unknown, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most
    ? value
    : undefined;
}

/** `value` if it is a string of code points 0 to 255. */
function byteText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 255) return undefined;
  return value;
}

function byteTexts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts: string[] = [];
  for (const one of value) {
    const text = byteText(one);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

/**
 * What svlogd, the fleet and its loggers say to each other.
 *
 * svlogd asks with one *frame*: a length (32 bits, little endian), then JSON. The fleet and a logger exchange
 * *orders* and *reports*: JSON, one a datagram. All of it is UTF-8 in which a byte string is a string of code points
 * 0 to 255. Whatever is not exactly what is expected is `undefined` to the reader, who then has nothing to do with it.
 *
 * A frame is short enough to be one piece to the kernel (net/unix/af_unix.c, UNIX_SKB_FRAGS_SZ): it is there whole or not
 * at all.
 */
import { fileKeyOf } from "../posix/file_key.ts";
import { MOST_LINE_BYTES, type Options } from "./options.ts";

/** Both sides must speak the same. */
const VERSION = 1;
const LENGTH_BYTES = 4;
export const MOST_FRAME_BYTES = 32_768;
export const MOST_MESSAGE_BYTES = 8192;

/** The logger's answer to a frame; a number follows when the feed has ended. */
export const JOINED = "joined\n";

/** The abstract socket a fleet listens on. */
export function fleetName(pid: number): string {
  return `denit/fleet/${pid}`;
}

/**
 * What svlogds must have in common to share a logger, besides who they are: the directory in which their log
 * directories lie, and how much of a line is kept.
 */
export function keyOf(
  parent: { readonly device: number; readonly inode: number },
  lineBytes: number,
): string {
  return `${fileKeyOf(parent)}/${lineBytes}`;
}

/**
 * Whether a `config` (a byte string) asks for what a logger of many may not do: start a processor, send, or wait for
 * whoever reads standard error.
 */
export function needsOwnProcess(config: string): boolean {
  return config.split("\n").some((line) => {
    const said = line.split("\0", 1)[0] ?? "";
    return said.startsWith("!") ? said.length > 1 : /^[uUeE]/.test(said);
  });
}

/** What a svlogd hands over besides descriptors: standard input, standard error, its directory, the parent directory. */
export interface Joining {
  /** `keyOf`: the fleet has one logger for each. */
  readonly key: string;
  /** Its root directory. */
  readonly root: string;
  /** The log directories, in the order of `options.directories`. */
  readonly fileKeys: readonly string[];
  readonly options: Options;
}

/** Fleet to logger. */
export type Order =
  /** With descriptors: the pipe's read end, and `log/`. `name` is for messages. */
  | { readonly do: "feed"; readonly id: number; readonly name: string }
  /** Confine yourself to what you were given. */
  | { readonly do: "seal" }
  | { readonly do: "signal"; readonly id: number; readonly signal: number }
  /** End every feed, then yourself. */
  | { readonly do: "leave" }
  /** With a descriptor: a svlogd's connection, whose frame is still to be read. */
  | { readonly do: "join"; readonly pid: number };

/** Logger to fleet. */
export type Report =
  | { readonly said: "ready" }
  /**
   * It has had no feed for a while, after so many orders to join. Where the fleet sent as many, it says `leave`;
   * else another join is under way, and nothing is said.
   */
  | { readonly said: "idle"; readonly joins: number }
  /** Its log directory is locked. */
  | { readonly said: "started"; readonly id: number }
  /** The directory is not among those it confined itself to. */
  | { readonly said: "uncovered"; readonly id: number }
  /** `code` is what svlogd would have ended with. */
  | { readonly said: "ended"; readonly id: number; readonly code: number };

/** Undefined: too long to be sent. */
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

/** The frame in the first `length` bytes: exactly these. */
export function decodeFrame(bytes: Uint8Array<ArrayBuffer>, length: number): Joining | undefined {
  if (length <= LENGTH_BYTES || length > MOST_FRAME_BYTES) return undefined;
  if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) !== length - LENGTH_BYTES) {
    return undefined;
  }
  const said = objectIn(bytes.subarray(LENGTH_BYTES, length));
  return said?.["version"] === VERSION ? joiningOf(said) : undefined;
}

export function encodeMessage(message: Order | Report): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(message));
}

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

/** A string of code points 0 to 255. */
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

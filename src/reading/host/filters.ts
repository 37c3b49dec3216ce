/**
 * tai64n and tai64nlocal of daemontools: filters from standard input to standard output. If a call fails they exit
 * with 111 and say nothing.
 */
import { STDIN, STDOUT } from "../../posix/descriptor.ts";
import { EXIT } from "../../posix/exit_code.ts";
import { readWaiting } from "../../runtime/input.ts";
import type { Kernel } from "../../runtime/kernel.ts";
import { print } from "../../runtime/report.ts";
import { byteString } from "../../sys/bytes.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { tai64nLabel } from "../../time/tai64n.ts";
import { LineStamper, middleOfMicrosecond, StampConverter } from "../tai64n.ts";

const PIECE_BYTES = 65_536;

type FilterKernel = Pick<Kernel, "read" | "write" | "poll">;

/** Runs tai64n(8): puts a TAI64N label in front of every line. Returns the exit code. */
export function runTai64n(kernel: FilterKernel & Pick<Kernel, "wallNs">): number {
  const stamper = new LineStamper();
  return filter(kernel, (piece) => stamper.stamp(piece, tai64nLabel(middleOfMicrosecond(kernel.wallNs()))));
}

/** Runs tai64nlocal(8): turns labels into local time. Returns the exit code. */
export function runTai64nlocal(kernel: FilterKernel & Pick<Kernel, "localTime">): number {
  const converter = new StampConverter((second) => kernel.localTime(second));
  return filter(kernel, (piece) => converter.convert(piece));
}

/** Writes every piece before it reads the next one, so that a reader sees it at once. */
function filter(kernel: FilterKernel, turn: (piece: string) => string): number {
  const buffer = new Uint8Array(PIECE_BYTES);
  try {
    for (;;) {
      const length = readWaiting(kernel, STDIN, buffer);
      if (length === 0) return EXIT.done;
      print(kernel, STDOUT, turn(byteString(buffer, 0, length)));
    }
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return EXIT.fatal;
  }
}

/** tai64n and tai64nlocal of daemontools: standard input to standard output, silent about what fails, with 111. */
import { EXIT } from "../../posix/exit_code.ts";
import { STDIN, STDOUT } from "../../posix/descriptor.ts";
import { type Kernel, WOULD_BLOCK } from "../../runtime/kernel.ts";
import { print } from "../../runtime/report.ts";
import { byteString } from "../../sys/bytes.ts";
import { rethrowUnlessSysError } from "../../sys/error.ts";
import { tai64nLabel } from "../../time/tai64n.ts";
import { LineStamper, middleOfMicrosecond, StampConverter } from "../tai64n.ts";

const PIECE_BYTES = 65_536;

type FilterKernel = Pick<Kernel, "read" | "write" | "poll">;

/** tai64n(8). Returns the exit code. */
export function runTai64n(kernel: FilterKernel & Pick<Kernel, "wallNs">): number {
  const stamper = new LineStamper();
  return filter(kernel, (piece) => stamper.stamp(piece, tai64nLabel(middleOfMicrosecond(kernel.wallNs()))));
}

/** tai64nlocal(8). Returns the exit code. */
export function runTai64nlocal(kernel: FilterKernel & Pick<Kernel, "localTime">): number {
  const converter = new StampConverter((second) => kernel.localTime(second));
  return filter(kernel, (piece) => converter.convert(piece));
}

/** What is read is written before the next read, so that whoever looks on sees it at once. */
function filter(kernel: FilterKernel, turn: (piece: string) => string): number {
  const buffer = new Uint8Array(PIECE_BYTES);
  try {
    for (;;) {
      const read = kernel.read(STDIN, buffer);
      if (read === 0) return 0;
      if (read === WOULD_BLOCK) kernel.poll(STDIN, "read", -1);
      else print(kernel, STDOUT, turn(byteString(buffer, 0, read)));
    }
  } catch (thrown) {
    rethrowUnlessSysError(thrown);
    return EXIT.fatal;
  }
}

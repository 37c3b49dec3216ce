/** Files on a kernel that writes down what is done, one line a call, and of whose calls any one can be made to fail. */
import type { Fd } from "../../src/posix/descriptor.ts";
import { ERRNO } from "../../src/posix/errno.ts";
import { SysError } from "../../src/sys/error.ts";
import { Files } from "./files.ts";

export class Recorded extends Files {
  /** The calls that were made, in order, without those that failed. */
  readonly done: string[] = [];
  /** The call that fails, by number, counted from 0. */
  failing = -1;
  failingErrno: number = ERRNO.EIO;
  /** The line of the call that failed. */
  failed = "";

  protected override enter(call: string, about: Fd | string = "", how = ""): void {
    const line = this.lineOf(call, about, how);
    if (line === undefined) return;
    if (this.calls++ === this.failing) {
      this.failed = line;
      throw new SysError({ call: line.split(" ")[0] ?? "", errno: this.failingErrno });
    }
    this.done.push(line);
  }

  /** Returns the line that is recorded of a call; undefined for a call that neither counts nor fails. */
  protected lineOf(call: string, about: Fd | string, how: string): string | undefined {
    if (call === "close" && typeof about === "number") return undefined;
    return [call, `${about}`, how].filter((word) => word !== "").join(" ");
  }
}

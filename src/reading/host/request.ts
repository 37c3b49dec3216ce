/** Reading the command line of `logs`, where `10m` and `yesterday` count from now. */
import type { Kernel } from "../../runtime/kernel.ts";
import { textOfBytes } from "../../sys/bytes.ts";
import { type LogsRequest, logsRequest } from "../options.ts";

/** Reads a call of `logs` at the present time. */
export function readLogsRequest(kernel: Pick<Kernel, "wallNs">, args: readonly string[]): LogsRequest {
  return logsRequest(args, kernel.wallNs(), textOfBytes);
}

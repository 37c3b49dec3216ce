import type { Kernel } from "../../runtime/kernel.ts";
import { textOfBytes } from "../../sys/bytes.ts";
import { type LogsRequest, logsRequest } from "../options.ts";

/** The command line of `logs`; `10m` and `yesterday` count from now. */
export function requestOf(kernel: Pick<Kernel, "wallNs">, args: readonly string[]): LogsRequest {
  return logsRequest(args, kernel.wallNs(), textOfBytes);
}

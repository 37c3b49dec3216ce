/**
 * `parseArgs` of Deno's standard library (`@std/cli`), taken from npm's `deno-std`, with the types that it lacks. They
 * cover only the options that are used here, and check their names where the result is read.
 */
import { parseArgs as stdParseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";

export interface ParseOptions<S extends string, B extends string, C extends string> {
  /** Flags that take a value. */
  readonly string?: readonly S[];
  /** Flags that take no value; `false` if absent. */
  readonly boolean?: readonly B[];
  /** The options of `string` that may be given more than once, so their values are arrays. */
  readonly collect?: readonly C[];
  readonly alias?: { readonly [name: string]: string };
  /** True when reading stops at the first argument that is no flag. */
  readonly stopEarly?: boolean;
  /** Called for every flag that is not named above; `false` leaves it out of the result. */
  readonly unknown?: (argument: string, key?: string, value?: unknown) => unknown;
}

export type Args<S extends string, B extends string, C extends string> =
  & { readonly [name in Exclude<S, C>]: string | undefined }
  & { readonly [name in B]: boolean }
  & { readonly [name in C]: readonly string[] }
  & { readonly _: readonly (string | number)[] };

interface ParseArgs {
  <S extends string = never, B extends string = never, C extends string = never>(
    args: readonly string[],
    options?: ParseOptions<S, B, C>,
  ): Args<S, B, C>;
}

export const parseArgs: ParseArgs = stdParseArgs;

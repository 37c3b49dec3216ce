/**
 * Assertions of Deno's standard library, taken from npm's `deno-std`, which has the code without its types.
 * The signatures below are those of `@std/assert`, as far as the tests use them.
 */
import { assert as stdAssert } from "npm:deno-std@1.4.0/assert/assert.js";
import { assertEquals as stdAssertEquals } from "npm:deno-std@1.4.0/assert/equals.js";
import { assertExists as stdAssertExists } from "npm:deno-std@1.4.0/assert/exists.js";
import { assertMatch as stdAssertMatch } from "npm:deno-std@1.4.0/assert/match.js";
import { assertNotEquals as stdAssertNotEquals } from "npm:deno-std@1.4.0/assert/not_equals.js";
import { assertRejects as stdAssertRejects } from "npm:deno-std@1.4.0/assert/rejects.js";
import { assertStrictEquals as stdAssertStrictEquals } from "npm:deno-std@1.4.0/assert/strict_equals.js";
import { assertStringIncludes as stdAssertStringIncludes } from "npm:deno-std@1.4.0/assert/string_includes.js";
import { assertThrows as stdAssertThrows } from "npm:deno-std@1.4.0/assert/throws.js";
import { fail as stdFail } from "npm:deno-std@1.4.0/assert/fail.js";

type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

interface AssertThrows {
  (fn: () => unknown, msg?: string): unknown;
  <E extends Error>(fn: () => unknown, errorClass: ErrorClass<E>, msgIncludes?: string, msg?: string): E;
}

interface AssertRejects {
  (fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  <E extends Error>(
    fn: () => PromiseLike<unknown>,
    errorClass: ErrorClass<E>,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
}

export const assert: (expr: unknown, msg?: string) => asserts expr = stdAssert;
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void = stdAssertEquals;
export const assertExists: <T>(actual: T, msg?: string) => asserts actual is NonNullable<T> = stdAssertExists;
export const assertMatch: (actual: string, expected: RegExp, msg?: string) => void = stdAssertMatch;
export const assertNotEquals: <T>(actual: T, expected: T, msg?: string) => void = stdAssertNotEquals;
export const assertRejects: AssertRejects = stdAssertRejects;
export const assertStrictEquals: <T>(actual: unknown, expected: T, msg?: string) => asserts actual is T =
  stdAssertStrictEquals;
export const assertStringIncludes: (actual: string, expected: string, msg?: string) => void =
  stdAssertStringIncludes;
export const assertThrows: AssertThrows = stdAssertThrows;
export const fail: (msg?: string) => never = stdFail;

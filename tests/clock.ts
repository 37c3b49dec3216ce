/**
 * A clock that is set back by a day, and forth again, for some processes. Nobody's clock is touched: a small library put
 * before libc answers clock_gettime(CLOCK_REALTIME), with or without the day, as a file says.
 */
import { join } from "@std/path";
import { has } from "./machine.ts";
import { output } from "./program.ts";

export const DAY_S = 86_400;
/** There is a compiler for the library. */
export const CAN_SET_CLOCK = has("gcc");

/** The program asks dlsym for clock_gettime: so that is what is answered differently. */
const LIBRARY = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

static int shifted(clockid_t clock, struct timespec *now) {
  const char *file = getenv("CLOCK_SET_BACK");
  int answer = syscall(SYS_clock_gettime, clock, now);
  if (answer == 0 && clock == CLOCK_REALTIME && file && access(file, F_OK) == 0) now->tv_sec -= ${DAY_S};
  return answer;
}

void *dlsym(void *handle, const char *name) {
  static void *(*real)(void *, const char *);
  if (!real) real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
  if (!real) real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
  if (!real) real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
  return strcmp(name, "clock_gettime") == 0 ? (void *) shifted : real(handle, name);
}
`;

export interface Clock {
  readonly library: string;
  /** While there is a file of this name the clock is a day late. */
  readonly setBack: string;
}

/** The library, made in `directory`. */
export async function makeClock(directory: string): Promise<Clock> {
  await Deno.writeTextFile(join(directory, "clock.c"), LIBRARY);
  const words = ["-shared", "-fPIC", "-o", "clock.so", "clock.c", "-ldl"];
  const { code, stderr } = await output("gcc", words, { cwd: directory });
  if (code !== 0) throw new Error(`gcc ended with ${code}: ${stderr}`);
  return { library: join(directory, "clock.so"), setBack: join(directory, "set-back") };
}

/** For the processes whose clock it is to be. */
export function clockEnvironment({ library, setBack }: Clock): Readonly<Record<string, string>> {
  return { LD_PRELOAD: library, CLOCK_SET_BACK: setBack };
}

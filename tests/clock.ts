/**
 * Lets a test set the clock back by a day, and forward again, for chosen processes. The machine's clock stays as it
 * is. A small library in front of libc answers clock_gettime(CLOCK_REALTIME). While a given file exists, the answer
 * is a day early.
 */
import { join } from "@std/path";
import { has } from "./machine.ts";
import { output } from "./program.ts";

/** Seconds in a day: how far the library sets the clock back. */
export const DAY_S = 86_400;
/** True when there is a compiler for the library. */
export const CAN_SET_CLOCK = has("gcc");

/** The program looks clock_gettime up with dlsym, so the library overrides dlsym. */
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

/** The built library and its switch. */
export interface Clock {
  /** Path of the shared object. */
  readonly library: string;
  /** Path of the switch: while a file of this name exists, the clock is a day behind. */
  readonly setBack: string;
}

/** Compiles the library in `directory`. Throws if the compiler fails. */
export async function makeClock(directory: string): Promise<Clock> {
  await Deno.writeTextFile(join(directory, "clock.c"), LIBRARY);
  const words = ["-shared", "-fPIC", "-o", "clock.so", "clock.c", "-ldl"];
  const { code, stderr } = await output("gcc", words, { cwd: directory });
  if (code !== 0) throw new Error(`gcc ended with ${code}: ${stderr}`);
  return { library: join(directory, "clock.so"), setBack: join(directory, "set-back") };
}

/** Environment entries for the processes whose clock the test is to set. */
export function clockEnvironment({ library, setBack }: Clock): Readonly<Record<string, string>> {
  return { LD_PRELOAD: library, CLOCK_SET_BACK: setBack };
}

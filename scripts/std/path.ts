/** Path functions of Deno's standard library (`@std/path`), taken from npm's `deno-std`, with the types that it lacks. */
import { basename as stdBasename } from "npm:deno-std@1.4.0/path/basename.js";
import { dirname as stdDirname } from "npm:deno-std@1.4.0/path/dirname.js";
import { fromFileUrl as stdFromFileUrl } from "npm:deno-std@1.4.0/path/from_file_url.js";
import { join as stdJoin } from "npm:deno-std@1.4.0/path/join.js";
import { relative as stdRelative } from "npm:deno-std@1.4.0/path/relative.js";
import { resolve as stdResolve } from "npm:deno-std@1.4.0/path/resolve.js";

export const basename: (path: string, suffix?: string) => string = stdBasename;
export const dirname: (path: string) => string = stdDirname;
export const fromFileUrl: (url: string | URL) => string = stdFromFileUrl;
export const join: (path: string, ...paths: string[]) => string = stdJoin;
export const relative: (from: string, to: string) => string = stdRelative;
export const resolve: (...pathSegments: string[]) => string = stdResolve;

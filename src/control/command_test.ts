import { assertEquals } from "@std/assert";
import { commandOf } from "./command.ts";

function told(word: string, exact = false): string {
  const command = commandOf(word, exact);
  if (command === undefined) return "usage";
  if (command === "status") return command;
  return [
    command.bytes || "-",
    command.awaits.join(""),
    command.waits ? "waits" : "",
    command.kills ? "kills" : "",
  ]
    .filter((part) => part !== "").join(" ");
}

Deno.test("commandOf() knows every command of sv(8)", () => {
  const table = {
    status: "status",
    up: "u u",
    down: "d d",
    once: "o o",
    pause: "p p",
    cont: "c c",
    hup: "h h",
    alarm: "a a",
    interrupt: "i i",
    quit: "q q",
    1: "1 1",
    2: "2 2",
    term: "t t",
    kill: "k k",
    exit: "x x",
    start: "u u waits",
    stop: "d d waits",
    restart: "tcu tcu waits",
    reload: "h h waits",
    "try-restart": "tc tc waits",
    shutdown: "x x waits",
    check: "- C waits",
    "force-stop": "d d waits kills",
    "force-reload": "tc tc waits kills",
    "force-restart": "tcu tcu waits kills",
    "force-shutdown": "x x waits kills",
  };
  for (const [word, expected] of Object.entries(table)) assertEquals(told(word), expected, word);
});

Deno.test("commandOf() takes the first letter for the short commands", () => {
  assertEquals(told("u"), "u u");
  assertEquals(told("upfoo"), "u u");
  assertEquals(told("try-foo"), "t t");
  assertEquals(told("checks"), "c c");
  assertEquals(told("e"), "x x");
  assertEquals(told("xyz"), "x x");
  assertEquals(told("D"), "d d waits kills");
  assertEquals(told("T"), "tc tc waits kills");
  assertEquals(told("X"), "x x waits kills");
  assertEquals(told("E"), "x x waits kills");
});

Deno.test("commandOf() takes any other word with s for status, except in an init script", () => {
  assertEquals(told("s"), "status");
  assertEquals(told("startfoo"), "status");
  assertEquals(told("startfoo", true), "usage");
  assertEquals(told("status", true), "status");
  assertEquals(told("start", true), "u u waits");
});

Deno.test("commandOf() refuses a word that is no command", () => {
  for (const word of ["", "restartx", "reloads", "force-x", "bogus", "3"]) {
    assertEquals(told(word), "usage", word);
  }
});

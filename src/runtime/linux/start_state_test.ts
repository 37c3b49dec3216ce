/** Variables that are denit's own business, and what they tell. */
import { assertEquals } from "@std/assert";
import { startStateOf, withWord } from "./start_state.ts";

Deno.test("startStateOf() leaves an environment without DENIT_HEAD as it is", () => {
  const environment = ["PATH=/bin", "A=b=c"];
  assertEquals(startStateOf(environment), { environment, softLimit: undefined, word: "" });
});

Deno.test("startStateOf() hides the variables that DENIT_HEAD names, and itself", () => {
  const entries = [
    "A=1",
    "DENIT_HEAD=DENO_DIR NO_COLOR nofile=1024",
    "DENO_DIR=/nowhere",
    "NO_COLOR=1",
    "B=2",
  ];
  assertEquals(startStateOf(entries), { environment: ["A=1", "B=2"], softLimit: 1024, word: "" });
});

Deno.test("startStateOf() takes no limit that is not a number", () => {
  assertEquals(startStateOf(["DENIT_HEAD=nofile=unlimited"]).softLimit, undefined);
  assertEquals(startStateOf(["DENIT_HEAD="]).softLimit, undefined);
});

Deno.test("withWord() tells the next life one word, beside what the head told", () => {
  const first = withWord(["A=1"], "renewed");
  assertEquals(startStateOf(first), { environment: ["A=1"], softLimit: undefined, word: "renewed" });
  const second = withWord(["DENIT_HEAD=DENO_DIR nofile=1024 life=renewed", "DENO_DIR=/x", "A=1"], "fault");
  assertEquals(startStateOf(second), { environment: ["A=1"], softLimit: 1024, word: "fault" });
});

import { assertEquals } from "@std/assert";
import { changed, changeOfFile } from "./environment.ts";

Deno.test("changed() puts a variable that is set at the end, and the last entry into its gap", () => {
  assertEquals(changed(["A=1", "B=2", "C=3"], [{ name: "A", value: "x" }]), ["C=3", "B=2", "A=x"]);
  assertEquals(changed(["A=1", "B=2"], [{ name: "B", value: "x" }]), ["A=1", "B=x"]);
  assertEquals(changed(["A=1"], [{ name: "D", value: "" }]), ["A=1", "D="]);
});

Deno.test("changed() removes a variable that is unset, once if it is there twice", () => {
  assertEquals(changed(["A=1", "B=2"], [{ name: "A", value: undefined }]), ["B=2"]);
  assertEquals(changed(["A=1", "A=2"], [{ name: "A", value: undefined }]), ["A=2"]);
  assertEquals(changed(["AB=1"], [{ name: "A", value: undefined }]), ["AB=1"]);
});

Deno.test("changed() takes a name up to its =, as pathexec does", () => {
  assertEquals(changed(["B=1"], [{ name: "B=C", value: "zz" }]), ["B=C=zz"]);
  assertEquals(changed([], [{ name: "U=V", value: undefined }]), ["U=V"]);
});

Deno.test("changeOfFile() takes the first line, without blanks at its end and with NUL as newline", () => {
  const value = (content: string) => changeOfFile("X", content).value;
  assertEquals(value("a b \t\nsecond"), "a b");
  assertEquals(value(" lead "), " lead");
  assertEquals(value("x\0y\n"), "x\ny");
  assertEquals(value("x\0 \t"), "x\n");
  assertEquals(value("\nx"), "");
  assertEquals(value("\xff\xfe"), "\xff\xfe");
  assertEquals(value(""), undefined);
});

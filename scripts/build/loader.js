// The code that deno runs in the script form. It reads chunks of the program from the file that its first argument names.
// The build takes comments and indentation out, and replaces the words between @.
const { open, pread } = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
}).symbols;
// O_CLOEXEC. The file stays open: if it is replaced on disk, later chunks still come from this one.
const file = open(new TextEncoder().encode(Deno.args[0] + "\0"), 0o2000000);
const read = (at, length) => {
  const bytes = new Uint8Array(length);
  pread(file, bytes, BigInt(length), BigInt(at));
  return new TextDecoder().decode(bytes);
};
const table = read(Number("@TABLE_AT@"), Number("@TABLE_LENGTH@"));
if (!table.startsWith("@ID@")) {
  console.error("denit: fatal: its file was replaced while it was started");
  Deno.exit(111);
}
const chunks = JSON.parse(table.slice("@ID@".length));
const loaded = {};
const loadChunk = (name) => loaded[name] ??= (0, eval)(readChunk(...chunks[name]))(loadChunk);
const readChunk = (at, length) => read(Number("@TEXT_AT@") + at, length);
await loadChunk("@ENTRY@");

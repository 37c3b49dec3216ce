/** A small web server that answers with its own pid, so that a restart can be seen. */
let requests = 0;

Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0]),
  onListen: ({ port }) => console.log(`process ${Deno.pid} listens on port ${port}`),
}, (request) => {
  requests++;
  console.log(`${request.method} ${new URL(request.url).pathname}`);
  return new Response(`Hello from process ${Deno.pid}, request ${requests}\n`);
});

/**
 * One process for all functions of the embedded stack, as the edge runtime is for a hosted project:
 * imports every `index.ts`, keeps what each gives to `Deno.serve`, and calls the one whose name is in
 * the path. Only the stack may call it; it proves that with a key of this run.
 */
type Handler = (request: Request, info: unknown) => Response | Promise<Response>;

const [port, ...names] = Deno.args;
const key = Deno.env.get('MZIGO_ROUTER_KEY') ?? '';
const handlers = new Map<string, Handler>();
const serve = Deno.serve;

const runtime = globalThis as unknown as {
  EdgeRuntime?: { waitUntil(work: Promise<unknown>): void };
};
runtime.EdgeRuntime ??= { waitUntil: (work) => void work.catch(report) };

function report(error: unknown): void {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

for (const name of names) {
  Object.defineProperty(Deno, 'serve', {
    configurable: true,
    value: (...args: unknown[]) => {
      const handler = args.find((argument) => typeof argument === 'function');
      if (handler) handlers.set(name, handler as Handler);
    },
  });
  await import(new URL(`../${name}/index.ts`, import.meta.url).href);
  if (!handlers.has(name)) throw new Error(`functions/${name}/index.ts does not call Deno.serve.`);
}

serve({ hostname: '127.0.0.1', port: Number(port), onListen: () => {} }, async (request, info) => {
  if (key === '' || request.headers.get('x-router-key') !== key)
    return new Response(null, { status: 403 });
  const name = new URL(request.url).pathname.split('/')[1] ?? '';
  const handler = handlers.get(name);
  if (!handler) return new Response(null, { status: 404 });
  try {
    return await handler(request, info);
  } catch (error) {
    report(error);
    return Response.json(
      { code: 'function_failed', message: 'The function failed; its log says why.' },
      { status: 500 },
    );
  }
});

globalThis.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  report(event.reason);
});

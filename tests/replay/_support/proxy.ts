import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Passing {
  method: string;
  path: string;
}

/** What happens to a request instead of being handed on as it is. */
export type Fault = (response: ServerResponse, forward: () => Promise<unknown>) => unknown;

/** The server does it, and the connection breaks before it could say so. */
export const lostAnswer: Fault = async (response, forward) => {
  await forward();
  response.destroy();
};

export const refuse =
  (status: number, code: string): Fault =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ code }));

export const deadlock = refuse(500, '40P01');

/** Stands in front of a server; each fault that `choose` names happens to one request only. */
export async function startProxy(target: string, choose: (request: Passing) => Fault | null) {
  const used = new Set<Fault>();
  const passed: Passing[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const { method = 'GET', url: path = '/' } = request;
      const { host: _host, connection: _connection, ...headers } = request.headers;
      passed.push({ method, path });
      const forward = () =>
        fetch(target + path, {
          method,
          headers: headers as Record<string, string>,
          ...(method === 'GET' ? {} : { body: Buffer.concat(chunks) }),
        });
      const fault = choose({ method, path });
      if (fault && !used.has(fault)) {
        used.add(fault);
        await fault(response, forward);
        return;
      }
      const answer = await forward();
      const range = answer.headers.get('content-range');
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        ...(range === null ? {} : { 'content-range': range }),
      });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

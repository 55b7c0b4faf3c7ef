import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { Address } from '../../../scripts/attack/target.ts';

/** What an answer may hold that is believed to be the API's. */
const ANSWER = { access_token: 'x', refresh_token: 'x', tenant: { id: '1' } };

export interface Naive {
  address: Address;
  close(): Promise<void>;
}

/**
 * A server that lets everybody in, counts nothing, hears nobody out and trips over what it cannot read:
 * in front of it no door holds.
 */
export async function startNaive(): Promise<Naive> {
  const server = createServer((request, response) => {
    const { url = '', method, headers } = request;
    request.resume();
    const answer = async () => {
      const { pathname } = new URL(url, `http://${headers.host}`);
      decodeURIComponent(url);
      if (pathname === '/auth/v1/logout') return response.writeHead(204).end();
      // Others are served first.
      if (url.includes('select=id,number&limit=5')) await sleep(1200);
      const isList = method === 'GET' && pathname.startsWith('/rest/v1/');
      response.end(JSON.stringify(isList ? [{ id: '1' }] : ANSWER));
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', () => socket.send(JSON.stringify(['1', '1', '', '', { status: 'ok' }])));
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    address: { url: `http://127.0.0.1:${port}`, publishableKey: 'a key', jwtSecret: 'a secret' },
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const listen = (server: Server) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

import { fork } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { Address } from '../../../scripts/attack/target.ts';

/** What an answer may hold that is believed to be the API's. */
const ANSWER = { access_token: 'x', refresh_token: 'x', tenant: { id: '1' } };

export interface Naive {
  address: Address;
  close(): Promise<void>;
}

/** A process that keeps 16 kB of everything it is told. */
const HOARDER = `
  const kept = [];
  process.on('message', () => kept.push(Buffer.alloc(16384, 1)));
`;

/** A process that stands for the whole stack: nobody starts it again. */
async function startHoarder() {
  const home = await mkdtemp(join(tmpdir(), 'mzigo-naive-'));
  const data = join(home, 'data', 'postgres');
  await mkdir(data, { recursive: true });
  const script = join(home, 'hoarder.cjs');
  await writeFile(script, HOARDER);
  const child = fork(script);
  child.on('error', () => {});
  await writeFile(join(data, 'postmaster.pid'), `${child.pid}\n`);
  return {
    home,
    pid: child.pid,
    tell: () => child.connected && child.send('something'),
    close: async () => {
      child.kill();
      await rm(home, { recursive: true });
    },
  };
}

/**
 * A server that lets everybody in, counts nothing, hears nobody out and trips over what it cannot read:
 * in front of it no door holds.
 */
export async function startNaive(): Promise<Naive> {
  const hoarder = await startHoarder();
  const server = createServer((request, response) => {
    const { url = '', method, headers } = request;
    request.resume();
    const answer = async () => {
      const { pathname } = new URL(url, `http://${headers.host}`);
      decodeURIComponent(url);
      if (pathname === '/auth/v1/recover') hoarder.tell();
      if (pathname === '/health') return response.end(JSON.stringify({ pid: hoarder.pid }));
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
    address: {
      url: `http://127.0.0.1:${port}`,
      publishableKey: 'a key',
      jwtSecret: 'a secret',
      home: hoarder.home,
    },
    close: async () => {
      await hoarder.close();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const listen = (server: Server) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

const ignore = () => {};

/**
 * A connection that breaks is the end of that connection and of nothing else. Node takes its own
 * listener away when a request asks for another protocol, and a socket without one ends the process.
 */
export function outliveSockets(server: Server): void {
  server.on('connection', (socket) => {
    // An answered upgrade comes by a second time.
    socket.off('error', ignore);
    socket.on('error', ignore);
  });
}

/** Whether a request asks for the one protocol that is spoken here, at the one place for it. */
export function isRealtime(request: IncomingMessage): boolean {
  const [path] = (request.url ?? '').split('?');
  return (
    path === '/realtime/v1/websocket' && request.headers.upgrade?.toLowerCase() === 'websocket'
  );
}

/**
 * Answers a request as if it had not asked for another protocol, which is what HTTP wants of a server
 * that does not know it: the request is put back on the connection without that wish.
 */
export function answerAsRequest(
  server: Server,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    const value = request.rawHeaders[at + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'upgrade' || lower === 'http2-settings') continue;
    lines.push(`${name}: ${lower === 'connection' ? withoutUpgrade(value) : value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

function withoutUpgrade(connection: string): string {
  const kept = connection
    .split(',')
    .map((it) => it.trim())
    .filter((it) => !/^(upgrade|http2-settings)$/i.test(it));
  return kept.join(', ') || 'keep-alive';
}

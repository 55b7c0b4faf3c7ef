import { connect, type Socket } from 'node:net';

/** Sends bytes as they are and answers what came back until the other side, or we, closed. */
export async function sendRaw(
  port: number,
  bytes: Buffer | string,
  options: { isReset?: boolean; patienceMs?: number } = {},
): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(bytes, () => {
    if (options.isReset) socket.resetAndDestroy();
  });
  const timer = setTimeout(() => socket.destroy(), options.patienceMs ?? 5000);
  await closed;
  clearTimeout(timer);
  return answer;
}

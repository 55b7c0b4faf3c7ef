import type { ChildProcess } from 'node:child_process';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { StackError, errorCode } from './errors.ts';
import { Refusal, sendRefusal } from './http.ts';
import { outliveSockets } from './upgrades.ts';

/** What a kept process says when it takes connections, what comes with each, and what it says then. */
const TAKES = 'takes connections';
const CONNECTION = 'connection';
const TAKEN = 'taken';

/** A process that takes connections, and those that it was sent and has not taken yet, oldest first. */
interface Answering {
  process: ChildProcess;
  sent: Socket[];
}

/**
 * Listens on the port for as long as `npm start` runs and hands every connection to the process that
 * answers. While there is none, because it was killed and is being started again, whoever asks is told
 * to come back in a second instead of finding nobody.
 */
export class Doorway {
  readonly #listening: Server;
  readonly #substitute = createHttpServer((_, response) => {
    response.setHeader('retry-after', '1');
    response.setHeader('connection', 'close');
    sendRefusal(
      response,
      new Refusal(503, 'starting', 'Mzigo is starting.', 'Send the same again in a second.'),
    );
  });
  #answering: Answering | null = null;

  private constructor() {
    outliveSockets(this.#substitute);
    this.#listening = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
      socket.on('error', () => {});
      this.#hand(socket);
    });
  }

  static async open(port: number, host: string): Promise<Doorway> {
    const doorway = new Doorway();
    await takePort(doorway.#listening, port, host);
    return doorway;
  }

  /** Connections go to this process from when it says that it takes them until it ends. */
  leadTo(kept: ChildProcess): void {
    const answering: Answering = { process: kept, sent: [] };
    kept.on('message', (message) => {
      if (message === TAKES) this.#answering = answering;
      // The connection lives on in the other process.
      if (message === TAKEN) answering.sent.shift()?.destroy();
    });
    // Said when something could not be sent; the end of the process follows.
    kept.on('error', () => {});
    // Everything it said has been read by now.
    kept.once('exit', () => {
      if (this.#answering === answering) this.#answering = null;
      for (const socket of answering.sent.splice(0)) this.#tellToWait(socket);
    });
  }

  close(): void {
    this.#listening.close();
  }

  #hand(socket: Socket): void {
    if (!this.#answering?.process.connected) return this.#tellToWait(socket);
    const { process, sent } = this.#answering;
    sent.push(socket);
    process.send(CONNECTION, socket, { keepOpen: true }, () => {});
  }

  #tellToWait(socket: Socket): void {
    this.#substitute.emit('connection', socket);
    socket.resume();
  }
}

/** Takes the connections that the doorway of the keeper hands over, as if they had come to `server`. */
export function takeConnections(server: HttpServer): void {
  process.on('message', (message, socket) => {
    if (message !== CONNECTION) return;
    process.send?.(TAKEN);
    if (!socket) return;
    if (server.listening) server.emit('connection', socket);
    else if ('destroy' in socket) socket.destroy();
  });
  process.send?.(TAKES);
}

/** Listens, or says in words why that is not possible. */
export async function takePort(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const isBusy = errorCode(error) === 'EADDRINUSE';
      reject(isBusy ? busy(port) : errorCode(error) === 'EACCES' ? forbidden(port) : error);
    });
    server.listen(port, host, resolve);
  });
}

function busy(port: number): StackError {
  return new StackError(
    `Port ${port} is taken by another program; stop that, or choose another one: PORT=${port + 1} npm start`,
  );
}

function forbidden(port: number): StackError {
  return new StackError(`Port ${port} may not be used by this account; choose one above 1024.`);
}

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from './errors.ts';
import { diskFull, isDiskFull, startServer, type Server, type ServerOptions } from './postgres.ts';
import { Restarts } from './restarts.ts';

/** PostgreSQL, and that it stands up again on the same port when it falls. */
export interface KeptServer {
  /** The first start of it; the addresses stay true for all later ones. */
  server: Server;
  readonly isUp: boolean;
  /** Rejects with a sentence when it died five times within a minute, or the disk is full. */
  failed: Promise<never>;
  stop(): Promise<void>;
}

/** Processes of a killed server need a moment until they notice and let go of its memory. */
const LET_GO_MS = 15_000;

export async function keepServer(options: ServerOptions & { log: string }): Promise<KeptServer> {
  const server = await startServer(options);
  const restarts = new Restarts();
  let current = server;
  let isUp = true;
  let isStopping = false;

  async function again(): Promise<Server> {
    const deadline = Date.now() + LET_GO_MS;
    for (;;) {
      try {
        return await startServer({ ...options, port: server.port });
      } catch (error) {
        if (isStopping || Date.now() > deadline || !(error instanceof StackError)) throw error;
        await sleep(200);
      }
    }
  }

  async function watch(): Promise<never> {
    for (;;) {
      await current.exited;
      if (isStopping) return new Promise<never>(() => {});
      isUp = false;
      const log = await readFile(options.log, 'utf8').catch(() => '');
      if (isDiskFull(log.slice(-4096))) throw diskFull();
      const wait = restarts.died();
      if (wait === null) {
        throw new StackError(
          `PostgreSQL stopped five times within a minute; ${options.log} says why. Start again with npm start, nothing that was saved is lost.`,
        );
      }
      await sleep(wait);
      current = await again();
      isUp = true;
    }
  }

  const failed = watch();
  failed.catch(() => {});
  return {
    server,
    get isUp() {
      return isUp;
    },
    failed,
    stop: () => {
      isStopping = true;
      return current.stop();
    },
  };
}

import pg from 'pg';

interface Waiting {
  resolve: (client: pg.Client) => void;
  reject: (error: unknown) => void;
  timer: NodeJS.Timeout;
}

const WAIT_MS = 10_000;
/** Each connection keeps some 50 MB of plans; those that a rush has opened are not kept for long. */
const UNUSED_MS = 60_000;

/**
 * Connections that requests take in turn. Opened when they are needed; the one that was used last is
 * taken first, because it has most statements prepared. A broken one is replaced, one that nobody needed
 * for a while is closed.
 */
export class Connections {
  readonly #url: string;
  readonly #max: number;
  readonly #unusedMs: number;
  readonly #idle: pg.Client[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #closing = new WeakMap<pg.Client, NodeJS.Timeout>();
  #open = 0;

  constructor(url: string, max: number, unusedMs = UNUSED_MS) {
    this.#url = url;
    this.#max = max;
    this.#unusedMs = unusedMs;
  }

  /** @throws whatever the work throws, or that no connection could be had */
  async use<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = this.#idle.pop() ?? (await this.#next());
    clearTimeout(this.#closing.get(client));
    try {
      const result = await work(client);
      this.#giveBack(client);
      return result;
    } catch (error) {
      // After an ERROR a connection is as good as before; anything else is the end of it.
      if (error instanceof pg.DatabaseError && error.severity === 'ERROR') this.#giveBack(client);
      else await client.end().catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((client) => client.end()));
  }

  #next(): Promise<pg.Client> {
    if (this.#open < this.#max) return this.#connect();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new Error('Every connection is in use.'));
      }, WAIT_MS);
      const waiting = { resolve, reject, timer };
      this.#waiting.push(waiting);
    });
  }

  async #connect(): Promise<pg.Client> {
    this.#open += 1;
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: WAIT_MS,
      options: '-c TimeZone=UTC',
    });
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      this.#gone(client);
      throw error;
    }
    client.once('end', () => this.#gone(client));
    return client;
  }

  #giveBack(client: pg.Client): void {
    const waiting = this.#waiting.shift();
    if (!waiting) {
      this.#idle.push(client);
      this.#closing.set(
        client,
        setTimeout(() => this.#closeUnused(client), this.#unusedMs).unref(),
      );
      return;
    }
    clearTimeout(waiting.timer);
    waiting.resolve(client);
  }

  #closeUnused(client: pg.Client): void {
    const place = this.#idle.indexOf(client);
    if (place < 0) return;
    this.#idle.splice(place, 1);
    client.end().catch(() => {});
  }

  /** Whoever waits for a connection that is gone gets a new one in its place. */
  #gone(client: pg.Client): void {
    this.#open -= 1;
    const place = this.#idle.indexOf(client);
    if (place >= 0) this.#idle.splice(place, 1);
    const waiting = this.#waiting.shift();
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#connect().then(waiting.resolve, waiting.reject);
  }
}

/** A process that can end by itself. */
export interface Living {
  exited: Promise<unknown>;
  stop(): Promise<void>;
}

export interface SupervisorOptions<Part> {
  /** Starts the part, and starts it again after it died. */
  launch: () => Promise<Part>;
  /** Why it is given up, asked for when it has died too often. */
  giveUp: () => Promise<Error>;
}

const MAX_DEATHS = 5;
const WITHIN_MS = 60_000;
const FIRST_WAIT_MS = 100;
/** How long a start is tried again: what the dead process left may need a moment to go. */
const START_MS = 30_000;
const START_WAIT_MS = 250;

/**
 * Keeps a part of the stack alive: whoever kills it finds it standing again, after a wait that doubles
 * with each death. The fifth death within a minute is the last one.
 */
export class Supervisor<Part extends Living> {
  /** Rejects when the part is given up. */
  readonly failed: Promise<never>;
  readonly #options: SupervisorOptions<Part>;
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;
  #current: Part;
  #isUp = true;
  #deaths: number[] = [];

  private constructor(options: SupervisorOptions<Part>, first: Part) {
    this.#options = options;
    this.#current = first;
    this.#watching = this.#watch();
    this.failed = this.#watching.then(() => new Promise<never>(() => {}));
    this.failed.catch(() => {});
  }

  static async start<Part extends Living>(
    options: SupervisorOptions<Part>,
  ): Promise<Supervisor<Part>> {
    return new Supervisor(options, await options.launch());
  }

  get current(): Part {
    return this.#current;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** How often the part has died so far; what began before a death may have been lost with it. */
  get deaths(): number {
    return this.#deaths.length;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#current.stop();
    await this.#watching.catch(() => {});
    // It may have come up again in between.
    await this.#current.stop();
  }

  async #watch(): Promise<void> {
    for (;;) {
      await this.#current.exited.catch(() => {});
      if (this.#ending.signal.aborted) return;
      this.#isUp = false;
      const now = performance.now();
      this.#deaths.push(now);
      const recent = this.#deaths.filter((at) => now - at < WITHIN_MS).length;
      if (recent >= MAX_DEATHS) throw await this.#options.giveUp();
      await this.#pause(FIRST_WAIT_MS * 2 ** (recent - 1));
      const next = await this.#launch(now + START_MS);
      if (!next) return;
      this.#current = next;
      // It came up while it was being stopped: nobody is to wait for its death.
      if (this.#ending.signal.aborted) return;
      this.#isUp = true;
    }
  }

  async #launch(deadline: number): Promise<Part | null> {
    while (!this.#ending.signal.aborted) {
      try {
        return await this.#options.launch();
      } catch {
        if (performance.now() > deadline) throw await this.#options.giveUp();
        await this.#pause(START_WAIT_MS);
      }
    }
    return null;
  }

  /** The stack's end cuts it short. */
  #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}

import type { Config } from './config.ts';

const WINDOW_MS = 5 * 60_000;
const PER_ACCOUNT = 10;
const MAX_KEYS = 10_000;

/**
 * Counts failed sign-ins per account and per address over five minutes. Successful ones are free,
 * so that an office behind one address is not locked out by its own size.
 */
export class SignInAttempts {
  readonly #failures = new Map<string, number[]>();
  readonly #perAddress: number;

  constructor(config: Config) {
    this.#perAddress = config.auth.rate_limit['sign_in_sign_ups'] ?? 30;
  }

  #recent(key: string, now: number): number[] {
    return (this.#failures.get(key) ?? []).filter((time) => time > now - WINDOW_MS);
  }

  /** The seconds to wait, or 0 when another attempt is allowed. */
  wait(account: string, address: string, now = Date.now()): number {
    const limits = [
      { times: this.#recent(`account ${account}`, now), limit: PER_ACCOUNT },
      { times: this.#recent(`address ${address}`, now), limit: this.#perAddress },
    ];
    const waits = limits.map(({ times, limit }) => {
      const oldest = times.at(-limit);
      return oldest === undefined ? 0 : Math.ceil((oldest + WINDOW_MS - now) / 1000);
    });
    return Math.max(...waits);
  }

  failed(account: string, address: string, now = Date.now()): void {
    if (this.#failures.size > MAX_KEYS) this.#failures.clear();
    for (const key of [`account ${account}`, `address ${address}`]) {
      this.#failures.set(key, [...this.#recent(key, now), now]);
    }
  }

  succeeded(account: string): void {
    this.#failures.delete(`account ${account}`);
  }
}

import type { Config } from './config.ts';

const WINDOW_MS = 5 * 60_000;
const MAX_ADDRESSES = 10_000;

/**
 * Counts failed sign-ins per address over five minutes. Successful ones are free, so that an office
 * behind one address is not locked out by its own size. Accounts are counted by the database.
 */
export class SignInAttempts {
  readonly #failures = new Map<string, number[]>();
  readonly #limit: number;

  constructor(config: Config) {
    this.#limit = config.auth.rate_limit['sign_in_sign_ups'] ?? 30;
  }

  #recent(address: string, now: number): number[] {
    return (this.#failures.get(address) ?? []).filter((time) => time > now - WINDOW_MS);
  }

  /** The seconds to wait, or 0 when another attempt is allowed. */
  wait(address: string, now = Date.now()): number {
    const oldest = this.#recent(address, now).at(-this.#limit);
    return oldest === undefined ? 0 : Math.ceil((oldest + WINDOW_MS - now) / 1000);
  }

  failed(address: string, now = Date.now()): void {
    if (this.#failures.size > MAX_ADDRESSES) this.#failures.clear();
    this.#failures.set(address, [...this.#recent(address, now), now]);
  }
}

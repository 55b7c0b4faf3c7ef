const SPAN_MS = 60_000;
const MOST = 5;
const FIRST_WAIT_MS = 100;

/** How often a part of the stack has died lately, and how long to wait before it is started again. */
export class Restarts {
  readonly #deaths: number[] = [];

  /** Milliseconds to wait, doubling with every death of the last minute; null at the fifth of them. */
  died(now = Date.now()): number | null {
    this.#deaths.push(now);
    const lately = this.#deaths.filter((time) => time > now - SPAN_MS);
    this.#deaths.splice(0, this.#deaths.length, ...lately);
    return lately.length >= MOST ? null : FIRST_WAIT_MS * 2 ** (lately.length - 1);
  }
}

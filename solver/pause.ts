/**
 * Keeps the thread answering: long loops ask `due()` and, every few milliseconds of work,
 * hand the event loop one turn. Also the place where an AbortSignal is noticed.
 */
export class Pauser {
  readonly #signal: AbortSignal | undefined;
  readonly #sliceMs: number;
  readonly #clock: () => number;
  #sliceEnd: number;
  #spent = 0;
  #workingSince: number;

  /** `clock` counts the milliseconds that are charged: wall time by default, CPU time in a bench. */
  constructor(
    signal: AbortSignal | undefined,
    sliceMs: number,
    clock: () => number = () => performance.now(),
  ) {
    signal?.throwIfAborted();
    this.#signal = signal;
    this.#sliceMs = sliceMs;
    this.#clock = clock;
    this.#workingSince = clock();
    this.#sliceEnd = performance.now() + sliceMs;
  }

  /** Milliseconds of work so far; what other tasks did during our turns is not counted. */
  spent(): number {
    return this.#spent + this.#clock() - this.#workingSince;
  }

  due(): boolean {
    return performance.now() >= this.#sliceEnd;
  }

  /** One turn of the event loop; throws the signal's reason once it is aborted. */
  async turn(): Promise<void> {
    this.#spent = this.spent();
    await nextTurn();
    this.#signal?.throwIfAborted();
    this.#workingSince = this.#clock();
    this.#sliceEnd = performance.now() + this.#sliceMs;
  }
}

/** A macrotask, not a microtask: timers, messages and sockets get their turn. */
function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate !== undefined) {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  // Browsers hold nested timers back by 4 ms; a message port does not.
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

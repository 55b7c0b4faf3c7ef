/**
 * Keeps the thread answering: long loops ask `due()` and, every few milliseconds of work,
 * hand the event loop one turn. Also the place where an AbortSignal is noticed.
 */
export class Pauser {
  readonly #signal: AbortSignal | undefined;
  readonly #sliceMs: number;
  #sliceEnd: number;

  constructor(signal: AbortSignal | undefined, sliceMs: number) {
    this.#signal = signal;
    this.#sliceMs = sliceMs;
    this.#sliceEnd = performance.now() + sliceMs;
  }

  get sliceEnd(): number {
    return this.#sliceEnd;
  }

  due(): boolean {
    return performance.now() >= this.#sliceEnd;
  }

  /** One turn of the event loop; throws the signal's reason once it is aborted. */
  async turn(): Promise<void> {
    await nextTurn();
    this.#signal?.throwIfAborted();
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

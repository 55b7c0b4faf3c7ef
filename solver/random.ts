/** xorshift128: small, fast and the same on every machine, so a seed names a plan. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    // splitmix32 spreads neighbouring seeds far apart.
    let state = seed >>> 0;
    const word = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state ^ (state >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.#a = word();
    this.#b = word();
    this.#c = word();
    this.#d = word() | 1;
  }

  /** A whole number in [0, 2^32). */
  bits(): number {
    const t = this.#d;
    const s = this.#a;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = s;
    let x = t ^ (t << 11);
    x ^= x >>> 8;
    this.#a = x ^ s ^ (s >>> 19);
    return this.#a >>> 0;
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.bits() * 2.3283064365386963e-10;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return (this.bits() * 2.3283064365386963e-10 * below) | 0;
  }
}

import { STAGES, type Stage } from './orders.ts';

const WIDTH = 24;

/** A bar on a terminal; elsewhere (CI) a line for every tenth of the work. */
export class Progress {
  readonly #total: number;
  readonly #counts = new Map<Stage, number>();
  readonly #isTerminal: boolean;
  readonly #write: (text: string) => void;
  readonly #start = performance.now();
  #lastTenth = 0;

  constructor(total: number, isTerminal: boolean, write: (text: string) => void) {
    this.#total = total;
    this.#isTerminal = isTerminal;
    this.#write = write;
  }

  count(stage: Stage): number {
    return this.#counts.get(stage) ?? 0;
  }

  readonly add = (stage: Stage): void => {
    this.#counts.set(stage, this.count(stage) + 1);
    // Every stage is a fifth of the way of an order.
    const done =
      STAGES.reduce((sum, it) => sum + this.count(it), 0) / (STAGES.length * this.#total);
    if (this.#isTerminal) {
      this.#write(`\r${this.#line(done)}\u001b[K`);
    } else if (Math.floor(done * 10) > this.#lastTenth) {
      this.#lastTenth = Math.floor(done * 10);
      this.#write(`${this.#line(done)}\n`);
    }
  };

  #line(done: number): string {
    const filled = Math.round(done * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    const counts = STAGES.map((stage) => `${stage} ${this.count(stage)}`).join(' · ');
    const seconds = (performance.now() - this.#start) / 1000;
    return `${bar} ${String(Math.floor(done * 100)).padStart(3)} % of ${this.#total}  ${counts}  ${seconds.toFixed(0)} s`;
  }

  end(): void {
    if (this.#isTerminal) this.#write('\n');
  }
}

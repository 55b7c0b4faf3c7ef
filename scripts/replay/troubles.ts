import { Refused } from './errors.ts';
import type { Check } from './proof.ts';

/** Why a request did not succeed, where asking again may help. */
export interface Trouble {
  name: string;
  /** The server's own fault: asking again must not hide it. */
  isDefect: boolean;
  /** Nothing was done; otherwise only a request that can be repeated may be asked again. */
  isUndone: boolean;
}

/** Nobody's fault, and undone by the database: the token has expired, others were in the way. */
const IN_THE_WAY = new Set(['40001', '55P03']);
/** Undone by the database, but a deadlock or a statement that takes too long is a mistake of ours. */
const UNDONE_DEFECTS = new Set(['40P01', '57014']);

/** Null when asking again is of no use. */
export function troubleOf(error: unknown): Trouble | null {
  if (error instanceof TypeError) {
    return { name: 'connection lost', isDefect: false, isUndone: false };
  }
  if (!(error instanceof Refused)) return null;
  const { status, code } = error;
  if (status === 401) return { name: 'token refused', isDefect: false, isUndone: true };
  if (IN_THE_WAY.has(code)) return { name: code, isDefect: false, isUndone: true };
  if (UNDONE_DEFECTS.has(code)) return { name: code, isDefect: true, isUndone: true };
  if (status === 503) return { name: `503 ${code}`, isDefect: false, isUndone: false };
  if (status >= 500) return { name: `${status} ${code}`, isDefect: true, isUndone: false };
  return null;
}

/** What went wrong on the way of a run, each time it did. */
export class Troubles {
  readonly #counts = new Map<string, number>();
  readonly #defects = new Map<string, number>();

  note({ name, isDefect }: Trouble): void {
    const counts = isDefect ? this.#defects : this.#counts;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  /** `3 × connection lost, 1 × 40P01`, or nothing. */
  describe(): string {
    return list([...this.#counts, ...this.#defects]);
  }

  check(): Check {
    const actual = list([...this.#defects]);
    const name = 'deadlocks, timeouts and other faults of the server';
    return { name, expected: '', actual, isRight: actual === '' };
  }
}

function list(counts: [string, number][]): string {
  return counts.map(([name, count]) => `${count} × ${name}`).join(', ');
}

/** What one run of some clients reached. Times are milliseconds. */
export interface Figure {
  clients: number;
  perSecond: number;
  median: number;
  p95: number;
  failures: number;
}

/** One operation of one client; a client starts its next one when this has ended. */
export type Operation = () => Promise<unknown>;

const WARM_UP_MS = 1000;

/**
 * Lets every client work in a loop, first to warm up, then for `seconds`. What ends in the measured
 * time counts; what is on its way when it begins makes up for what is on its way when it ends.
 */
export async function measure(operations: Operation[], seconds: number): Promise<Figure> {
  const durations: number[] = [];
  const problems: unknown[] = [];
  const begin = performance.now() + Math.min(WARM_UP_MS, seconds * 500);
  const end = begin + seconds * 1000;
  await Promise.all(
    operations.map(async (operation) => {
      for (;;) {
        const start = performance.now();
        if (start >= end) return;
        try {
          await operation();
        } catch (error) {
          problems.push(error);
          if (problems.length > 20) throw error;
          continue;
        }
        const now = performance.now();
        if (now >= begin && now < end) durations.push(now - start);
      }
    }),
  );
  durations.sort((a, b) => a - b);
  const at = (share: number) => durations[Math.floor((durations.length - 1) * share)] ?? NaN;
  return {
    clients: operations.length,
    perSecond: durations.length / seconds,
    median: at(0.5),
    p95: at(0.95),
    failures: problems.length,
  };
}

/** Numbers that are the same in every run (mulberry32), so that runs can be compared. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

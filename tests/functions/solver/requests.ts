/** Small requests the tests start from; each call makes a fresh one. */
import type { VroomInput } from '../../../solver/mod.ts';

/** Places on a line, 10 s apart: 0 is the depot. */
export function line(places: number, metresPerSecond = 0): NonNullable<VroomInput['matrices']> {
  const square = (scale: number): number[][] =>
    Array.from({ length: places }, (_, i) =>
      Array.from({ length: places }, (_, j) => Math.abs(i - j) * scale),
    );
  return {
    car: {
      durations: square(10),
      ...(metresPerSecond > 0 && { distances: square(10 * metresPerSecond) }),
    },
  };
}

/** One van at place 0 and a job at each of the places 1 to `jobs`. */
export function onALine(jobs: number): VroomInput {
  return {
    vehicles: [{ id: 1, start_index: 0, end_index: 0 }],
    jobs: Array.from({ length: jobs }, (_, j) => ({ id: j + 1, location_index: j + 1 })),
    matrices: line(jobs + 1),
  };
}

export function readFixture(name: string): string {
  return new URL(`./fixtures/${name}`, import.meta.url).pathname;
}

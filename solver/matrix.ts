/**
 * Travel between the places in use, one flat square array per profile. Where a profile has no
 * matrix, the way is the great circle, lengthened by a road factor and driven at one speed.
 */
import { NO_WAY } from './parse.ts';
import type { Place, Problem } from './parse.ts';
import type { Pauser } from './pause.ts';
import type { LonLat } from './types.ts';

export interface Roads {
  /** How much longer a road is than the great circle. */
  factor: number;
  kilometresPerHour: number;
}

export const DEFAULT_ROADS: Roads = { factor: 1.3, kilometresPerHour: 30 };

/** Longer than any horizon: a leg that takes this long makes every schedule fail. */
export const FOREVER = 1e15;
const EARTH_RADIUS = 6371008.8;

/** Half the memory, and twice the matrix in the processor's cache, wherever the values allow it. */
export type Numbers = Int32Array | Float64Array;

const LARGEST_INT32 = 2 ** 31 - 1;

export function numbersUpTo(largest: number, length: number): Numbers {
  return largest <= LARGEST_INT32 ? new Int32Array(length) : new Float64Array(length);
}

/** Numbers by a rule, in the smaller kind of array if all of them fit. */
export function numbersFrom(length: number, valueAt: (i: number) => number): Numbers {
  let largest = 0;
  for (let i = 0; i < length; i++) largest = Math.max(largest, valueAt(i));
  const numbers = numbersUpTo(largest, length);
  for (let i = 0; i < length; i++) numbers[i] = valueAt(i);
  return numbers;
}

/** The matrix rows a problem touches, renumbered without gaps. */
export interface Grid {
  /** Compact number of a matrix index. */
  compact: Map<number, number>;
  /** Matrix index of a compact number. */
  indices: number[];
  coordinates: (LonLat | undefined)[];
  /** Side of the flat arrays: the places, and one more "nowhere" for vehicles without an end. */
  side: number;
  nowhere: number;
}

export interface Travel {
  /** Seconds; `FOREVER` where there is no way. */
  durations: Numbers;
  /** Metres; all zero where a durations matrix came without distances, as VROOM does. */
  distances: Numbers;
  costs: Numbers | undefined;
}

export function gridOf(problem: Problem): Grid {
  const compact = new Map<number, number>();
  const coordinates: (LonLat | undefined)[] = [];
  const indices: number[] = [];
  const visit = (place: Place | undefined): void => {
    if (place === undefined) return;
    const known = compact.get(place.index);
    if (known === undefined) {
      compact.set(place.index, indices.length);
      indices.push(place.index);
      coordinates.push(place.coordinates);
    } else {
      coordinates[known] ??= place.coordinates;
    }
  };
  let open = false;
  for (const { start, end } of problem.vehicles) {
    visit(start);
    visit(end);
    if (!start || !end) open = true;
  }
  for (const { place } of problem.tasks) visit(place);
  const side = indices.length + (open ? 1 : 0);
  return { compact, indices, coordinates, side, nowhere: indices.length };
}

export async function travelOf(
  problem: Problem,
  profile: string,
  grid: Grid,
  roads: Roads,
  pauser: Pauser,
): Promise<Travel> {
  const own = problem.matrices.get(profile);
  const costs = own?.costs && (await gather(own.costs, grid, pauser));
  if (own?.durations) {
    const durations = await gather(own.durations, grid, pauser);
    if (durations instanceof Float64Array) {
      for (let i = 0; i < durations.length; i++) {
        if (durations[i] === NO_WAY) durations[i] = FOREVER;
      }
    }
    const distances = own.distances
      ? await gather(own.distances, grid, pauser)
      : new Int32Array(durations.length);
    return { durations, distances, costs };
  }
  return { ...(await overGreatCircles(grid, roads, pauser)), costs };
}

async function gather(matrix: number[][], grid: Grid, pauser: Pauser): Promise<Numbers> {
  const { indices, side } = grid;
  let largest = 0;
  for (const i of indices) {
    const line = matrix[i]!;
    for (const j of indices) if (line[j]! > largest) largest = line[j]!;
    if (pauser.due()) await pauser.turn();
  }
  const flat = numbersUpTo(largest, side * side);
  for (let i = 0; i < indices.length; i++) {
    const line = matrix[indices[i]!]!;
    for (let j = 0; j < indices.length; j++) flat[i * side + j] = line[indices[j]!]!;
    if (pauser.due()) await pauser.turn();
  }
  return flat;
}

async function overGreatCircles(
  grid: Grid,
  roads: Roads,
  pauser: Pauser,
): Promise<{ durations: Numbers; distances: Numbers }> {
  const { coordinates, indices, side } = grid;
  const metresPerSecond = roads.kilometresPerHour / 3.6;
  const farthest = Math.PI * EARTH_RADIUS * roads.factor + 1;
  const durations = numbersUpTo(farthest / metresPerSecond, side * side);
  const distances = numbersUpTo(farthest, side * side);
  for (let i = 0; i < indices.length; i++) {
    for (let j = i + 1; j < indices.length; j++) {
      const metres = roads.factor * greatCircle(coordinates[i]!, coordinates[j]!);
      distances[i * side + j] = distances[j * side + i] = Math.round(metres);
      durations[i * side + j] = durations[j * side + i] = Math.round(metres / metresPerSecond);
    }
    if (pauser.due()) await pauser.turn();
  }
  return { durations, distances };
}

/** Haversine, metres. */
export function greatCircle(a: LonLat, b: LonLat): number {
  const radians = Math.PI / 180;
  const dLat = (b[1] - a[1]) * radians;
  const dLon = (b[0] - a[0]) * radians;
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(a[1] * radians) * Math.cos(b[1] * radians) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
}

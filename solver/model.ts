/**
 * The problem as the search sees it: whole numbers in typed arrays, nodes instead of objects.
 * Nodes 0..n-1 are the tasks, then one start node and one end node per vehicle. Durations and
 * costs are scaled (see `timeScale`, `costScale`) so that every sum in the search is exact.
 */
import { gridOf, numbersFrom, travelOf } from './matrix.ts';
import type { Grid, Numbers, Roads, Travel } from './matrix.ts';
import { HORIZON } from './parse.ts';
import type { Problem, Vehicle } from './parse.ts';
import type { Pauser } from './pause.ts';

/** VROOM keeps hundredths of a second because of speed factors. */
const HUNDREDTHS = 100;
/** Cost units per unit of cost: a second at one per hour is 1/3600, a metre at one per km 1/1000. */
const FINE_COST = 360000;

export interface Model {
  readonly problem: Problem;
  readonly grid: Grid;
  readonly travel: ReadonlyMap<string, Travel>;
  readonly tasks: number;
  readonly vehicles: number;
  readonly nodes: number;
  /** Side of every matrix. */
  readonly side: number;
  readonly timeScale: number;
  readonly costScale: number;
  /** Any window, shift, break or missing way: otherwise no clock is needed at all. */
  readonly timed: boolean;
  readonly anySetup: boolean;
  /** Travel time or distance limits exist. */
  readonly ranged: boolean;
  /** Loads differ along a route in ways a total cannot tell: check them leg by leg. */
  readonly legLoads: boolean;
  readonly amounts: number;
  /** What `insertable` things there are: jobs, and shipments by their pickup. */
  readonly items: Int32Array;
  /** Lexicographic weight of leaving an item out: priority first, then number of tasks. */
  readonly weight: Float64Array;

  readonly place: Int32Array;
  readonly mate: Int32Array;
  readonly setup: Float64Array;
  readonly service: Float64Array;
  readonly firstOpen: Float64Array;
  readonly lastClose: Float64Array;
  /** 1 where a task has more than one window. */
  readonly several: Uint8Array;
  readonly windowOffset: Int32Array;
  readonly opens: Float64Array;
  readonly closes: Float64Array;
  readonly delivery: Float64Array;
  readonly pickup: Float64Array;
  readonly priority: Float64Array;

  readonly type: Int32Array;
  readonly types: number;
  /** types × tasks: 1 where skills allow the pair. */
  readonly skilled: Uint8Array;
  readonly capacity: Float64Array;
  readonly shiftStart: Float64Array;
  readonly shiftEnd: Float64Array;
  readonly fixed: Float64Array;
  readonly maxTasks: Float64Array;
  readonly maxTravel: Float64Array;
  readonly maxDistance: Float64Array;
  readonly duration: Numbers[];
  /** Transposed, so that the ways into one place lie side by side in memory. */
  readonly durationInto: Numbers[];
  readonly cost: Numbers[];
  readonly costInto: Numbers[];
  readonly distance: Numbers[];
  readonly breaks: ScaledBreak[][];
}

export interface ScaledBreak {
  opens: Float64Array;
  closes: Float64Array;
  service: number;
  maxLoad: number[] | undefined;
}

export const startNode = (model: Model, vehicle: number): number => model.tasks + vehicle;
export const endNode = (model: Model, vehicle: number): number =>
  model.tasks + model.vehicles + vehicle;

export async function buildModel(problem: Problem, roads: Roads, pauser: Pauser): Promise<Model> {
  const { tasks, vehicles, amountSize: amounts } = problem;
  const grid = gridOf(problem);
  const travel = new Map<string, Travel>();
  for (const { profile } of vehicles) {
    if (!travel.has(profile)) {
      travel.set(profile, await travelOf(problem, profile, grid, roads, pauser));
    }
  }
  const timeScale = vehicles.every((v) => v.speedFactor === 1) ? 1 : HUNDREDTHS;
  const plainCosts = vehicles.every(
    (v) => v.speedFactor === 1 && v.perHour === 3600 && v.perKm === 0,
  );
  const costScale = plainCosts ? 1 : FINE_COST;
  const n = tasks.length;
  const nodes = n + 2 * vehicles.length;

  const matrices = new MatrixCache(grid, pauser);
  const duration: Numbers[] = [];
  const durationInto: Numbers[] = [];
  const cost: Numbers[] = [];
  const costInto: Numbers[] = [];
  const distance: Numbers[] = [];
  for (const vehicle of vehicles) {
    const own = travel.get(vehicle.profile)!;
    const durations = await matrices.durations(vehicle, own, timeScale);
    const costs = await matrices.costs(vehicle, own, costScale, durations);
    duration.push(durations);
    durationInto.push(await matrices.transposed(durations));
    cost.push(costs);
    costInto.push(await matrices.transposed(costs));
    distance.push(own.distances);
  }

  if (pauser.due()) await pauser.turn();
  const place = new Int32Array(nodes).fill(grid.nowhere);
  const placeOf = (at: { index: number } | undefined): number =>
    at === undefined ? grid.nowhere : grid.compact.get(at.index)!;
  tasks.forEach((task, t) => (place[t] = placeOf(task.place)));
  vehicles.forEach((vehicle, v) => {
    place[n + v] = placeOf(vehicle.start);
    place[n + vehicles.length + v] = placeOf(vehicle.end);
  });

  const windowOffset = new Int32Array(n + 1);
  tasks.forEach((task, t) => (windowOffset[t + 1] = windowOffset[t]! + task.windows.length));
  const allWindows = tasks.flatMap((task) => task.windows);
  const late = (time: number): number => (time >= HORIZON ? HORIZON : time) * timeScale;

  const { type, types } = groupVehicles(vehicles);
  const skilled = new Uint8Array(types * n);
  vehicles.forEach(({ skills }, v) => {
    if (type.indexOf(type[v]!) < v) return;
    for (let t = 0; t < n; t++) {
      skilled[type[v]! * n + t] = tasks[t]!.skills.every((skill) => skills.has(skill)) ? 1 : 0;
    }
  });

  const items = Int32Array.from(tasks.keys()).filter((t) => tasks[t]!.kind !== 'delivery');
  const weight = new Float64Array(n);
  for (const item of items) {
    const size = tasks[item]!.kind === 'job' ? 1 : 2;
    weight[item] = size * (tasks[item]!.priority * (n + 1) + 1);
  }
  const flat = (rows: number[][]): Float64Array => Float64Array.from(rows.flat());
  const anyDelivery = tasks.some((t) => t.kind === 'job' && t.delivery.some((a) => a > 0));
  const anyPickup = tasks.some((t) => t.kind === 'job' && t.pickup.some((a) => a > 0));
  const anyShipment = tasks.some((t) => t.kind !== 'job');
  return {
    problem,
    grid,
    travel,
    tasks: n,
    vehicles: vehicles.length,
    nodes,
    side: grid.side,
    timeScale,
    costScale,
    timed:
      tasks.some(
        (t) => t.windows.length > 1 || t.windows[0]![0] > 0 || t.windows[0]![1] < HORIZON,
      ) ||
      vehicles.some((v) => v.breaks.length > 0 || v.window[0] > 0 || v.window[1] < HORIZON) ||
      [...travel.values()].some(
        ({ durations }) => durations instanceof Float64Array && durations.some((d) => d > HORIZON),
      ),
    anySetup: tasks.some((t) => t.setup > 0),
    ranged: vehicles.some((v) => v.maxTravelTime < Infinity || v.maxDistance < Infinity),
    legLoads: anyShipment || (anyDelivery && anyPickup),
    amounts,
    items,
    weight,
    place,
    mate: Int32Array.from(tasks, (t) => t.mate),
    setup: Float64Array.from(tasks, (t) => t.setup * timeScale),
    service: Float64Array.from(tasks, (t) => t.service * timeScale),
    firstOpen: Float64Array.from(tasks, (t) => t.windows[0]![0] * timeScale),
    lastClose: Float64Array.from(tasks, (t) => late(t.windows.at(-1)![1])),
    several: Uint8Array.from(tasks, (t) => (t.windows.length > 1 ? 1 : 0)),
    windowOffset,
    opens: Float64Array.from(allWindows, (w) => w[0] * timeScale),
    closes: Float64Array.from(allWindows, (w) => late(w[1])),
    delivery: flat(tasks.map((t) => t.delivery)),
    pickup: flat(tasks.map((t) => t.pickup)),
    priority: Float64Array.from(tasks, (t) => t.priority),
    type,
    types,
    skilled,
    capacity: flat(vehicles.map((v) => v.capacity)),
    shiftStart: Float64Array.from(vehicles, (v) => v.window[0] * timeScale),
    shiftEnd: Float64Array.from(vehicles, (v) => late(v.window[1])),
    fixed: Float64Array.from(vehicles, (v) => v.fixed * costScale),
    maxTasks: Float64Array.from(vehicles, (v) => v.maxTasks),
    maxTravel: Float64Array.from(vehicles, (v) => v.maxTravelTime * timeScale),
    maxDistance: Float64Array.from(vehicles, (v) => v.maxDistance),
    duration,
    durationInto,
    cost,
    costInto,
    distance,
    breaks: vehicles.map((v) =>
      v.breaks.map((b) => ({
        opens: Float64Array.from(b.windows, (w) => w[0] * timeScale),
        closes: Float64Array.from(b.windows, (w) => late(w[1])),
        service: b.service * timeScale,
        maxLoad: b.maxLoad,
      })),
    ),
  };
}

/** VROOM's discrete factor: hundredths of a second per second of the matrix. */
export function speedHundredths(vehicle: Vehicle): number {
  return Math.round(HUNDREDTHS / vehicle.speedFactor);
}

/** Vehicles that differ in nothing but their id share one type, one matrix and one empty route. */
function groupVehicles(vehicles: Vehicle[]): { type: Int32Array; types: number } {
  const known = new Map<string, number>();
  const type = Int32Array.from(vehicles, (v) => {
    const key = JSON.stringify([
      v.profile,
      v.start?.index,
      v.end?.index,
      v.capacity,
      v.fixed,
      v.perHour,
      v.perKm,
      [...v.skills].sort((a, b) => a - b),
      v.window,
      v.breaks.map((b) => [b.windows, b.service, b.maxLoad]),
      v.speedFactor,
      [v.maxTasks, v.maxTravelTime, v.maxDistance].map(String),
    ]);
    if (!known.has(key)) known.set(key, known.size);
    return known.get(key)!;
  });
  return { type, types: known.size };
}

/** Scaled matrices, each built once however many vehicles use it. */
class MatrixCache {
  readonly #grid: Grid;
  readonly #pauser: Pauser;
  readonly #durations = new Map<string, Numbers>();
  readonly #costs = new Map<string, Numbers>();
  readonly #transposed = new Map<Numbers, Numbers>();

  constructor(grid: Grid, pauser: Pauser) {
    this.#grid = grid;
    this.#pauser = pauser;
  }

  async durations(vehicle: Vehicle, own: Travel, timeScale: number): Promise<Numbers> {
    if (timeScale === 1) return own.durations;
    const factor = speedHundredths(vehicle);
    const key = `${vehicle.profile} ${factor}`;
    let scaled = this.#durations.get(key);
    if (scaled === undefined) {
      const { durations } = own;
      scaled = numbersFrom(durations.length, (i) => durations[i]! * factor);
      this.#durations.set(key, scaled);
      await this.#rest();
    }
    return scaled;
  }

  async costs(
    vehicle: Vehicle,
    own: Travel,
    costScale: number,
    durations: Numbers,
  ): Promise<Numbers> {
    if (costScale === 1) return own.costs ?? durations;
    const perDuration = Math.round((HUNDREDTHS * vehicle.perHour) / vehicle.speedFactor);
    const perMetre = vehicle.perKm * (FINE_COST / 1000);
    const key = `${vehicle.profile} ${own.costs ? 'own' : `${perDuration} ${perMetre}`}`;
    let scaled = this.#costs.get(key);
    if (scaled === undefined) {
      const { costs, durations: seconds, distances } = own;
      scaled = numbersFrom(seconds.length, (i) =>
        costs ? costs[i]! * FINE_COST : seconds[i]! * perDuration + distances[i]! * perMetre,
      );
      this.#costs.set(key, scaled);
      await this.#rest();
    }
    return scaled;
  }

  async transposed(matrix: Numbers): Promise<Numbers> {
    let result = this.#transposed.get(matrix);
    if (result === undefined) {
      const { side } = this.#grid;
      result = matrix;
      if (!isSymmetric(matrix, side)) {
        result = numbersFrom(side * side, (i) => matrix[(i % side) * side + Math.floor(i / side)]!);
      }
      this.#transposed.set(matrix, result);
      await this.#rest();
    }
    return result;
  }

  async #rest(): Promise<void> {
    if (this.#pauser.due()) await this.#pauser.turn();
  }
}

function isSymmetric(matrix: Numbers, side: number): boolean {
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < i; j++) {
      if (matrix[i * side + j] !== matrix[j * side + i]) return false;
    }
  }
  return true;
}

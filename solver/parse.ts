/**
 * Reads a VROOM request and refuses a bad one with VROOM's own message. What comes out has
 * every default filled in, so that nothing behind this file looks at raw JSON again.
 */
import { inputError, SolverError, TOO_LARGE } from './errors.ts';
import type { Pauser } from './pause.ts';
import type { LonLat, Window } from './types.ts';

/** Later than any uint32 second, earlier than `NO_WAY`, and exact when scaled by 100. */
export const HORIZON = 1e12;
/** VROOM's matrices are uint32; the largest value is read as "there is no way". */
export const NO_WAY = 4294967295;
const DEFAULT_PROFILE = 'car';
const MAX_PRIORITY = 100;
const MAX_SPEED_FACTOR = 5;

export type TaskKind = 'job' | 'pickup' | 'delivery';

export interface Place {
  /** Row and column in the matrices. */
  index: number;
  coordinates: LonLat | undefined;
}

export interface Task {
  kind: TaskKind;
  id: number;
  description: string | undefined;
  place: Place;
  setup: number;
  service: number;
  delivery: number[];
  pickup: number[];
  skills: number[];
  priority: number;
  windows: Window[];
  /** Rank of the other half of a shipment, -1 for a job. */
  mate: number;
}

export interface Break {
  id: number;
  description: string | undefined;
  windows: Window[];
  service: number;
  maxLoad: number[] | undefined;
}

export interface RouteStep {
  kind: 'start' | 'end' | 'task' | 'break';
  /** Rank of the task, or of the break within its vehicle. */
  rank: number;
  at: number | undefined;
  after: number | undefined;
  before: number | undefined;
}

export interface Vehicle {
  id: number;
  profile: string;
  description: string | undefined;
  start: Place | undefined;
  end: Place | undefined;
  capacity: number[];
  fixed: number;
  perHour: number;
  perKm: number;
  skills: Set<number>;
  window: Window;
  breaks: Break[];
  speedFactor: number;
  maxTasks: number;
  maxTravelTime: number;
  maxDistance: number;
  steps: RouteStep[];
}

export interface ProfileMatrices {
  durations: number[][] | undefined;
  distances: number[][] | undefined;
  costs: number[][] | undefined;
}

export interface Problem {
  tasks: Task[];
  vehicles: Vehicle[];
  amountSize: number;
  /** One above the largest matrix index in use. */
  matrixSize: number;
  /** True where the request gave `location_index`; then steps repeat it. */
  userIndex: boolean;
  matrices: Map<string, ProfileMatrices>;
  reportDistances: boolean;
  geometry: boolean;
  planMode: boolean;
  /** Seconds, from `options.l`. */
  budget: number | undefined;
}

export interface Limits {
  locations: number;
  vehicles: number;
}

type Json = Record<string, unknown>;

const has = (object: Json, key: string): boolean => object[key] !== undefined;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Shifting by zero bits keeps exactly the whole numbers from 0 to 2^32 - 1 as they are. */
const isUint = (value: unknown): value is number => (value as number) >>> 0 === value;
const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const idOf = (object: Json): number => object['id'] as number;

/** Parses a request body; text that is not JSON gets vroom-express' sentence. */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw inputError(
      'Invalid JSON object in request, please add vehicles and jobs or shipments to the object body',
    );
  }
}

export async function parseProblem(raw: unknown, limits: Limits, pauser: Pauser): Promise<Problem> {
  if (!isObject(raw)) throw inputError('Input root is not an object.');
  checkSize(raw, limits);
  const rawVehicles = raw['vehicles'];
  if (!Array.isArray(rawVehicles)) throw inputError('Invalid vehicles.');
  if (rawVehicles.length === 0) throw inputError('No vehicle defined.');
  checkId(rawVehicles[0], 'vehicle');
  const firstCapacity = (rawVehicles[0] as Json)['capacity'];
  const amountSize = Array.isArray(firstCapacity) ? firstCapacity.length : 0;

  const places = new Places();
  const vehicles: Vehicle[] = [];
  const rawSteps: unknown[] = [];
  for (const item of rawVehicles) {
    vehicles.push(parseVehicle(item, amountSize, places));
    rawSteps.push((item as Json)['steps']);
    if (pauser.due()) await pauser.turn();
  }
  const tasks: Task[] = [];
  const ranks = { job: new Map(), pickup: new Map(), delivery: new Map() } as Ranks;
  await parseJobs(raw, amountSize, places, tasks, ranks, pauser);
  await parseShipments(raw, amountSize, places, tasks, ranks, pauser);
  const matrices = await parseMatrices(raw, pauser);
  if (tasks.length === 0) throw inputError('No task defined.');

  const options = isObject(raw['options']) ? raw['options'] : {};
  const geometry = options['g'] === true;
  if (geometry && !places.allHaveCoordinates) {
    throw inputError('Route geometry request with missing coordinates.');
  }
  const planned = { job: new Set(), pickup: new Set(), delivery: new Set() } as Planned;
  vehicles.forEach((vehicle, v) => {
    vehicle.steps = parseSteps(rawSteps[v], vehicle, ranks, planned);
  });
  checkMatrices(vehicles, matrices, places);
  return {
    tasks,
    vehicles,
    amountSize,
    matrixSize: places.size,
    userIndex: places.userIndex === true,
    matrices,
    reportDistances:
      geometry ||
      vehicles.some((vehicle) => {
        const own = matrices.get(vehicle.profile);
        return own?.distances !== undefined || own?.durations === undefined;
      }),
    geometry,
    planMode: options['c'] === true,
    budget: typeof options['l'] === 'number' && options['l'] > 0 ? options['l'] : undefined,
  };
}

function checkSize(raw: Json, limits: Limits): void {
  const jobs = Array.isArray(raw['jobs']) ? raw['jobs'].length : 0;
  const shipments = Array.isArray(raw['shipments']) ? raw['shipments'].length : 0;
  const vehicles = Array.isArray(raw['vehicles']) ? raw['vehicles'].length : 0;
  const refuse = (what: string, count: number, limit: number): SolverError =>
    new SolverError(
      TOO_LARGE,
      `Too many ${what} ( ${count} ) in query, maximum is set to ${limit}`,
    );
  const locations = jobs + 2 * shipments;
  if (locations > limits.locations) throw refuse('locations', locations, limits.locations);
  if (vehicles > limits.vehicles) throw refuse('vehicles', vehicles, limits.vehicles);
}

/** Gives every location its matrix index and sees to it that indices are given always or never. */
class Places {
  userIndex: boolean | undefined;
  allHaveCoordinates = true;
  size = 0;
  readonly #known = new Map<string, number>();

  add(index: number | undefined, coordinates: LonLat | undefined): Place {
    const given = index !== undefined;
    if (this.userIndex === undefined) this.userIndex = given;
    else if (this.userIndex !== given) throw inputError('Missing location index.');
    if (coordinates === undefined) this.allHaveCoordinates = false;
    const place = { index: index ?? this.#indexOf(coordinates as LonLat), coordinates };
    this.size = Math.max(this.size, place.index + 1);
    return place;
  }

  #indexOf(coordinates: LonLat): number {
    const key = `${coordinates[0]} ${coordinates[1]}`;
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.#known.size;
      this.#known.set(key, index);
    }
    return index;
  }
}

type Ranks = Record<TaskKind, Map<number, number>>;
type Planned = Record<TaskKind, Set<number>>;

function checkId(value: unknown, type: string): asserts value is Json {
  if (!isObject(value)) throw inputError(`Invalid ${type}.`);
  if (!isId(value['id'])) throw inputError(`Invalid or missing id for ${type}.`);
}

function parseCoordinates(object: Json, key: string): LonLat {
  const value = object[key];
  if (!Array.isArray(value) || typeof value[0] !== 'number' || typeof value[1] !== 'number') {
    throw inputError(`Invalid ${key} array.`);
  }
  return [value[0], value[1]];
}

function parseText(object: Json, key: string): string | undefined {
  const value = object[key];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw inputError(`Invalid ${key} value.`);
  return value;
}

function parseAmount(object: Json, key: string, size: number): number[] {
  const value = object[key];
  if (value === undefined) return new Array<number>(size).fill(0);
  if (!Array.isArray(value)) throw inputError(`Invalid ${key} array.`);
  if (value.length !== size) {
    throw inputError(`Inconsistent ${key} length: ${value.length} and ${size}.`);
  }
  if (!value.every(isUint)) throw inputError(`Invalid ${key} value.`);
  return value as number[];
}

function parseSkills(object: Json): number[] {
  const value = object['skills'];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw inputError('Invalid skills object.');
  if (!value.every(isUint)) throw inputError('Invalid skill value.');
  return [...new Set(value as number[])];
}

function parseDuration(object: Json, key: string): number {
  const value = object[key];
  if (value === undefined) return 0;
  if (!isUint(value)) throw inputError(`Invalid ${key} duration.`);
  return value;
}

function parseOptionalUint(object: Json, key: string): number | undefined {
  const value = object[key];
  if (value === undefined) return undefined;
  if (!isUint(value)) throw inputError(`Invalid ${key} value.`);
  return value;
}

function parsePriority(object: Json, type: string, id: number): number {
  const value = object['priority'];
  if (value === undefined) return 0;
  if (!isUint(value)) throw inputError('Invalid priority value.');
  if (value > MAX_PRIORITY) throw inputError(`Invalid priority value for ${type} ${id}.`);
  return value;
}

function parseWindow(value: unknown): Window {
  if (!Array.isArray(value) || value.length < 2 || !isUint(value[0]) || !isUint(value[1])) {
    throw inputError('Invalid time-window.');
  }
  if (value[0] > value[1]) throw inputError(`Invalid time window: [${value[0]}, ${value[1]}]`);
  return [value[0], value[1]];
}

/** `type` names the object in "Invalid time_windows array"; VROOM calls a shipment's half a job. */
function parseWindows(object: Json, type: string): Window[] {
  const value = object['time_windows'];
  if (value === undefined) return [[0, HORIZON]];
  if (!Array.isArray(value)) {
    throw inputError(`Invalid time_windows array for ${type} ${idOf(object)}.`);
  }
  const windows = value.map(parseWindow).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const owner = type === 'break' ? 'break' : 'job';
  if (windows.length === 0) throw inputError(`Empty time windows for ${owner} ${idOf(object)}.`);
  for (let i = 1; i < windows.length; i++) {
    if (windows[i]![0] <= windows[i - 1]![1]) {
      throw inputError(`Unsorted or overlapping time-windows for ${owner} ${idOf(object)}.`);
    }
  }
  return windows;
}

function parseBreaks(object: Json, amountSize: number): Break[] {
  const value = object['breaks'];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw inputError(`Invalid breaks for vehicle ${idOf(object)}.`);
  const breaks = value.map((item: unknown): Break => {
    checkId(item, 'break');
    const maxLoad = has(item, 'max_load') ? parseAmount(item, 'max_load', amountSize) : undefined;
    return {
      id: idOf(item),
      windows: parseWindows(item, 'break'),
      service: parseDuration(item, 'service'),
      description: parseText(item, 'description'),
      maxLoad,
    };
  });
  breaks.sort((a, b) => {
    const [x, y] = [a.windows[0]!, b.windows[0]!];
    return x[0] - y[0] || x[1] - y[1];
  });
  const seen = new Set<number>();
  for (const { id } of breaks) {
    if (seen.has(id)) throw inputError(`Duplicate break id: ${id}.`);
    seen.add(id);
  }
  return breaks;
}

function parseCosts(object: Json): { fixed: number; perHour: number; perKm: number } {
  const costs = object['costs'];
  if (costs === undefined) return { fixed: 0, perHour: 3600, perKm: 0 };
  if (!isObject(costs)) throw inputError(`Invalid costs for vehicle ${idOf(object)}.`);
  const read = (key: string, fallback: number): number => {
    const value = costs[key];
    if (value === undefined) return fallback;
    if (isUint(value)) return value;
    throw inputError(`Invalid ${key} cost for vehicle ${idOf(object)}.`);
  };
  return { fixed: read('fixed', 0), perHour: read('per_hour', 3600), perKm: read('per_km', 0) };
}

function parseEnd(
  object: Json,
  key: 'start' | 'end',
): { index: number | undefined; coordinates: LonLat | undefined } | undefined {
  const index = object[`${key}_index`];
  if (index !== undefined && !isUint(index)) {
    throw inputError(`Invalid ${key}_index for vehicle ${idOf(object)}.`);
  }
  const coordinates = has(object, key) ? parseCoordinates(object, key) : undefined;
  return index === undefined && coordinates === undefined ? undefined : { index, coordinates };
}

function parseSpeedFactor(object: Json): number {
  const value = object['speed_factor'];
  if (value === undefined) return 1;
  if (typeof value !== 'number') throw inputError('Invalid speed_factor value.');
  if (!(value > 0 && value <= MAX_SPEED_FACTOR)) {
    throw inputError(`Invalid speed factor: ${value.toFixed(6)}`);
  }
  return value;
}

function parseVehicle(object: unknown, amountSize: number, places: Places): Vehicle {
  checkId(object, 'vehicle');
  const id = idOf(object);
  const start = parseEnd(object, 'start');
  const end = parseEnd(object, 'end');
  const vehicle = {
    id,
    profile: parseText(object, 'profile') ?? DEFAULT_PROFILE,
    capacity: parseAmount(object, 'capacity', amountSize),
    skills: new Set(parseSkills(object)),
    window: has(object, 'time_window')
      ? parseWindow(object['time_window'])
      : ([0, HORIZON] as Window),
    breaks: parseBreaks(object, amountSize),
    description: parseText(object, 'description'),
    ...parseCosts(object),
    speedFactor: parseSpeedFactor(object),
    maxTasks: parseOptionalUint(object, 'max_tasks') ?? Infinity,
    maxTravelTime: parseOptionalUint(object, 'max_travel_time') ?? Infinity,
    maxDistance: parseOptionalUint(object, 'max_distance') ?? Infinity,
    steps: [],
  };
  if (start === undefined && end === undefined) {
    throw inputError(`No start or end specified for vehicle ${id}.`);
  }
  if (start && end && (start.index === undefined) !== (end.index === undefined)) {
    throw inputError('Missing start_index or end_index.');
  }
  return {
    ...vehicle,
    start: start && places.add(start.index, start.coordinates),
    end: end && places.add(end.index, end.coordinates),
  };
}

function parseTaskPlace(object: Json, type: string, places: Places): Place {
  const index = object['location_index'];
  if (index !== undefined && !isUint(index)) {
    throw inputError(`Invalid location_index for ${type} ${idOf(object)}.`);
  }
  if (index === undefined && !Array.isArray(object['location'])) {
    throw inputError(`Invalid location for ${type} ${idOf(object)}.`);
  }
  const coordinates = has(object, 'location') ? parseCoordinates(object, 'location') : undefined;
  return places.add(index, coordinates);
}

async function parseJobs(
  raw: Json,
  amountSize: number,
  places: Places,
  tasks: Task[],
  ranks: Ranks,
  pauser: Pauser,
): Promise<void> {
  const jobs = raw['jobs'];
  if (jobs === undefined) return;
  if (!Array.isArray(jobs)) throw inputError('Invalid jobs.');
  for (const job of jobs as unknown[]) {
    checkId(job, 'job');
    const id = idOf(job);
    // VROOM still reads the deprecated `amount` of a job as its delivery.
    const old = has(job, 'amount') && !has(job, 'delivery') && !has(job, 'pickup');
    const task: Task = {
      kind: 'job',
      id,
      place: parseTaskPlace(job, 'job', places),
      setup: parseDuration(job, 'setup'),
      service: parseDuration(job, 'service'),
      delivery: parseAmount(job, old ? 'amount' : 'delivery', amountSize),
      pickup: parseAmount(job, 'pickup', amountSize),
      skills: parseSkills(job),
      priority: parsePriority(job, 'job', id),
      windows: parseWindows(job, 'job'),
      description: parseText(job, 'description'),
      mate: -1,
    };
    if (ranks.job.has(id)) throw inputError(`Duplicate job id: ${id}.`);
    ranks.job.set(id, tasks.length);
    tasks.push(task);
    if (pauser.due()) await pauser.turn();
  }
}

async function parseShipments(
  raw: Json,
  amountSize: number,
  places: Places,
  tasks: Task[],
  ranks: Ranks,
  pauser: Pauser,
): Promise<void> {
  const shipments = raw['shipments'];
  if (shipments === undefined) return;
  if (!Array.isArray(shipments)) throw inputError('Invalid shipments.');
  for (const shipment of shipments as unknown[]) {
    if (!isObject(shipment)) throw inputError('Invalid shipment.');
    if (!isObject(shipment['pickup'])) throw inputError('Missing pickup for shipment.');
    if (!isObject(shipment['delivery'])) throw inputError('Missing delivery for shipment.');
    const amount = parseAmount(shipment, 'amount', amountSize);
    const skills = parseSkills(shipment);
    const zero = new Array<number>(amountSize).fill(0);
    for (const kind of ['pickup', 'delivery'] as const) {
      const half = shipment[kind];
      checkId(half, kind);
      const id = idOf(half);
      const task: Task = {
        kind,
        id,
        place: parseTaskPlace(half, kind, places),
        setup: parseDuration(half, 'setup'),
        service: parseDuration(half, 'service'),
        delivery: kind === 'delivery' ? amount : zero,
        pickup: kind === 'pickup' ? amount : zero,
        skills,
        priority: parsePriority(shipment, 'job', id),
        windows: parseWindows(half, kind),
        description: parseText(half, 'description'),
        mate: kind === 'pickup' ? tasks.length + 1 : tasks.length - 1,
      };
      if (ranks[kind].has(id)) throw inputError(`Duplicate ${kind} id: ${id}.`);
      ranks[kind].set(id, tasks.length);
      tasks.push(task);
    }
    if (pauser.due()) await pauser.turn();
  }
}

async function parseMatrices(raw: Json, pauser: Pauser): Promise<Map<string, ProfileMatrices>> {
  const matrices = new Map<string, ProfileMatrices>();
  const value = raw['matrices'];
  if (value === undefined) {
    if (raw['matrix'] !== undefined) {
      const durations = await parseMatrix(raw['matrix'], pauser);
      if (durations.length === 0) {
        throw inputError(`Empty durations matrix for ${DEFAULT_PROFILE} profile.`);
      }
      matrices.set(DEFAULT_PROFILE, { durations, distances: undefined, costs: undefined });
    }
    return matrices;
  }
  if (!isObject(value)) throw inputError('Unexpected matrices value.');
  for (const [profile, entry] of Object.entries(value)) {
    if (!isObject(entry)) continue;
    const own: ProfileMatrices = { durations: undefined, distances: undefined, costs: undefined };
    for (const key of ['durations', 'distances', 'costs'] as const) {
      if (!has(entry, key)) continue;
      own[key] = await parseMatrix(entry[key], pauser);
      if (own[key].length === 0) throw inputError(`Empty ${key} matrix for ${profile} profile.`);
    }
    matrices.set(profile, own);
  }
  return matrices;
}

async function parseMatrix(value: unknown, pauser: Pauser): Promise<number[][]> {
  if (!Array.isArray(value)) throw inputError('Invalid matrix.');
  for (const line of value as unknown[]) {
    if (!Array.isArray(line) || line.length !== value.length) {
      throw inputError('Unexpected matrix line length.');
    }
    for (let j = 0; j < line.length; j++) {
      if (!isUint(line[j])) throw inputError('Invalid matrix entry.');
    }
    if (pauser.due()) await pauser.turn();
  }
  return value as number[][];
}

function checkMatrices(
  vehicles: Vehicle[],
  matrices: Map<string, ProfileMatrices>,
  places: Places,
): void {
  const all = [...matrices.values()];
  const custom = all.some((m) => m.durations ?? m.distances ?? m.costs);
  if (custom && !places.userIndex) throw inputError('Missing location index.');
  if (places.userIndex && !all.some((m) => m.durations ?? m.costs)) {
    throw inputError('Unexpected location index while no custom matrices provided.');
  }
  const anyDistances = all.some((m) => m.distances);
  for (const vehicle of vehicles) {
    const { profile } = vehicle;
    const own = matrices.get(profile);
    if (anyDistances && !own?.distances) {
      throw inputError(`Missing distances matrix for ${profile} profile.`);
    }
    if (own?.distances && !own.durations) {
      throw inputError(
        `Custom matrix provided for distances but not for durations for ${profile} profile.`,
      );
    }
    if (!own?.durations && !places.allHaveCoordinates) {
      throw inputError('Missing coordinates for routing engine.');
    }
    for (const key of ['durations', 'distances', 'costs'] as const) {
      const matrix = own?.[key];
      if (matrix && matrix.length < places.size) {
        throw inputError(`location_index exceeding ${key} matrix size for ${profile} profile.`);
      }
    }
    if (own?.costs && vehicle.perHour !== 3600) {
      throw inputError('Custom costs are incompatible with using a per_hour value.');
    }
    if (own?.costs && vehicle.perKm !== 0) {
      throw inputError('Custom costs are incompatible with using a per_km value.');
    }
  }
}

function parseSteps(value: unknown, vehicle: Vehicle, ranks: Ranks, planned: Planned): RouteStep[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw inputError(`Invalid steps for vehicle ${vehicle.id}.`);
  const steps = value.map((step: unknown) => parseStep(step, vehicle, ranks, planned));
  const taken = steps.filter((step) => step.kind === 'break').map((step) => step.rank);
  taken.forEach((rank, i) => {
    if (taken.indexOf(rank) === i) return;
    const { id } = vehicle.breaks[rank]!;
    throw inputError(`Duplicate break id ${id} in input steps for vehicle ${vehicle.id}.`);
  });
  steps.forEach((step, i) => {
    if (step.kind === 'start' && i > 0) {
      throw inputError(`Unexpected start in input steps for vehicle ${vehicle.id}.`);
    }
    if (step.kind === 'end' && i < steps.length - 1) {
      throw inputError(`Unexpected end in input steps for vehicle ${vehicle.id}.`);
    }
  });
  return steps;
}

function parseStep(value: unknown, vehicle: Vehicle, ranks: Ranks, planned: Planned): RouteStep {
  const step = isObject(value) ? value : {};
  const forced = {
    at: parseOptionalUint(step, 'service_at'),
    after: parseOptionalUint(step, 'service_after'),
    before: parseOptionalUint(step, 'service_before'),
  };
  const type = parseText(step, 'type');
  if (type === 'start' || type === 'end') return { kind: type, rank: -1, ...forced };
  const id = step['id'];
  if (!isId(id)) throw inputError(`Invalid id in steps for vehicle ${vehicle.id}.`);
  if (type === 'break') {
    const rank = vehicle.breaks.findIndex((b) => b.id === id);
    if (rank < 0) throw inputError(`Invalid break id ${id} for vehicle ${vehicle.id}.`);
    return { kind: 'break', rank, ...forced };
  }
  if (type !== 'job' && type !== 'pickup' && type !== 'delivery') {
    throw inputError(`Invalid type in steps for vehicle ${vehicle.id}.`);
  }
  const rank = ranks[type].get(id);
  if (rank === undefined) throw inputError(`Invalid ${type} id ${id} for vehicle ${vehicle.id}.`);
  if (planned[type].has(id)) {
    throw inputError(`Duplicate ${type} id ${id} in input steps for vehicle ${vehicle.id}.`);
  }
  planned[type].add(id);
  return { kind: 'task', rank, ...forced };
}

/**
 * The rules a second time, plainly, on the raw request and the raw answer. Nothing here knows the
 * search: it re-reads the JSON, walks every route step by step and names whatever is wrong.
 */
import { DEFAULT_ROADS, greatCircle } from './matrix.ts';
import type { Roads } from './matrix.ts';
import type {
  LonLat,
  VroomBreak,
  VroomInput,
  VroomRoute,
  VroomSolution,
  VroomStep,
  VroomVehicle,
  Window,
} from './types.ts';

interface PlainTask {
  shipment: number | undefined;
  index: number | undefined;
  location: LonLat | undefined;
  setup: number;
  service: number;
  delivery: number[];
  pickup: number[];
  skills: number[];
  priority: number;
  windows: Window[];
}

const ALWAYS: Window[] = [[0, Infinity]];
const NO_WAY = 4294967295;

/** Everything wrong with an answer; an empty list means it keeps every rule. */
export function verify(
  input: VroomInput,
  solution: VroomSolution,
  roads: Roads = DEFAULT_ROADS,
): string[] {
  const verifier = new Verifier(input, roads);
  return verifier.check(solution);
}

class Verifier {
  readonly #input: VroomInput;
  readonly #roads: Roads;
  readonly #planMode: boolean;
  readonly #tasks: Map<string, PlainTask>;
  readonly #faults: string[] = [];

  constructor(input: VroomInput, roads: Roads) {
    this.#input = input;
    this.#roads = roads;
    this.#planMode = input.options?.c === true;
    this.#tasks = readTasks(input);
  }

  check(solution: VroomSolution): string[] {
    const seen = new Set<string>();
    const place = (key: string): void => {
      if (!this.#tasks.has(key)) this.#fault(`${key} is unknown`);
      if (seen.has(key)) this.#fault(`${key} appears twice`);
      seen.add(key);
    };
    const vehicles = new Set<number>();
    for (const route of solution.routes) {
      if (vehicles.has(route.vehicle)) this.#fault(`vehicle ${route.vehicle} has two routes`);
      vehicles.add(route.vehicle);
      for (const step of route.steps) if (isTask(step)) place(keyOf(step));
      this.#checkRoute(route);
    }
    const left = new Set<string>();
    for (const entry of solution.unassigned) {
      const key = `${entry.type} ${entry.id}`;
      place(key);
      left.add(key);
      if (!this.#planMode && !entry.reason) this.#fault(`${key} is left out without a reason`);
    }
    for (const key of this.#tasks.keys()) {
      if (!seen.has(key)) this.#fault(`${key} is missing`);
    }
    for (const { pickup, delivery } of this.#input.shipments ?? []) {
      if (this.#planMode) break;
      if (left.has(`pickup ${pickup.id}`) !== left.has(`delivery ${delivery.id}`)) {
        this.#fault(`pickup ${pickup.id} is parted from delivery ${delivery.id}`);
      }
    }
    this.#checkSums(solution);
    return this.#faults;
  }

  #fault(what: string): void {
    this.#faults.push(what);
  }

  #checkSums(solution: VroomSolution): void {
    const { routes, summary } = solution;
    const keys = ['cost', 'setup', 'service', 'duration', 'waiting_time', 'priority'] as const;
    for (const key of keys) {
      const sum = routes.reduce((total, route) => total + route[key], 0);
      if (summary[key] !== sum)
        this.#fault(`summary.${key} is ${summary[key]}, routes add to ${sum}`);
    }
    if (summary.routes !== routes.length) this.#fault('summary.routes is wrong');
    if (summary.unassigned !== solution.unassigned.length)
      this.#fault('summary.unassigned is wrong');
  }

  #checkRoute(route: VroomRoute): void {
    const vehicle = this.#input.vehicles.find((v) => v.id === route.vehicle);
    if (vehicle === undefined) {
      this.#fault(`vehicle ${route.vehicle} is unknown`);
      return;
    }
    const { steps } = route;
    if (steps[0]?.type !== 'start' || steps.at(-1)?.type !== 'end') {
      this.#fault(`route ${route.vehicle} does not run from start to end`);
      return;
    }
    const expected = new Map<VroomStep, Set<string>>(steps.map((step) => [step, new Set()]));
    const note = (step: VroomStep, cause: string): void => void expected.get(step)!.add(cause);
    this.#checkLoads(vehicle, steps, note);
    this.#checkTasks(vehicle, steps, note);
    this.#checkTimes(vehicle, route, note);
    const missing = this.#checkBreaks(vehicle, steps);
    for (const step of steps) {
      const found = step.violations
        .map((v) => v.cause as string)
        .sort()
        .join();
      const wanted = [...expected.get(step)!].sort().join();
      const name = `vehicle ${vehicle.id}, step ${step.type} ${step.id ?? ''}`;
      if (!this.#planMode && wanted !== '') this.#fault(`${name} breaks ${wanted}`);
      else if (found !== wanted) this.#fault(`${name} reports "${found}" instead of "${wanted}"`);
    }
    const causes = new Set(steps.flatMap((step) => step.violations.map((v) => v.cause as string)));
    if (missing) causes.add('missing_break');
    const reported = route.violations.map((v) => v.cause as string);
    if (reported.length !== causes.size || !reported.every((cause) => causes.has(cause))) {
      this.#fault(
        `vehicle ${vehicle.id} reports ${reported.join()} instead of ${[...causes].join()}`,
      );
    }
  }

  #checkLoads(vehicle: VroomVehicle, steps: VroomStep[], note: Note): void {
    const capacity = vehicle.capacity ?? [];
    const load = capacity.map(() => 0);
    const tasks = steps.filter(isTask).map((step) => this.#tasks.get(keyOf(step)));
    for (const task of tasks) {
      if (task && task.shipment === undefined) add(load, task.delivery, 1);
    }
    for (const step of steps) {
      const task = isTask(step) ? this.#tasks.get(keyOf(step)) : undefined;
      if (task) {
        add(load, task.pickup, 1);
        add(load, task.delivery, -1);
      }
      if (capacity.length > 0 && step.load?.join() !== load.join()) {
        this.#fault(
          `vehicle ${vehicle.id} reports load ${step.load?.join()} instead of ${load.join()}`,
        );
      }
      if (load.some((amount, q) => amount > capacity[q]!)) note(step, 'load');
      if (step.type !== 'break') continue;
      const most = breakOf(vehicle, step)?.max_load;
      if (most && load.some((amount, q) => amount > most[q]!)) note(step, 'max_load');
    }
  }

  #checkTasks(vehicle: VroomVehicle, steps: VroomStep[], note: Note): void {
    const skills = vehicle.skills ?? [];
    const picked = new Map<number, VroomStep>();
    const delivered = new Set<number>();
    let count = 0;
    for (const step of steps) {
      const task = isTask(step) ? this.#tasks.get(keyOf(step)) : undefined;
      if (!task) continue;
      if (++count > (vehicle.max_tasks ?? Infinity)) note(step, 'max_tasks');
      if (!task.skills.every((skill) => skills.includes(skill))) note(step, 'skills');
      if (task.shipment === undefined) continue;
      if (step.type === 'pickup') {
        if (delivered.has(task.shipment)) note(step, 'precedence');
        else picked.set(task.shipment, step);
      } else if (!picked.delete(task.shipment)) {
        note(step, 'precedence');
        delivered.add(task.shipment);
      }
    }
    for (const step of picked.values()) note(step, 'precedence');
  }

  /** Checks every break and returns true if one is missing from the route. */
  #checkBreaks(vehicle: VroomVehicle, steps: VroomStep[]): boolean {
    const due = new Set((vehicle.breaks ?? []).map((b) => b.id));
    for (const step of steps) {
      if (step.type !== 'break') continue;
      if (!due.delete(step.id!)) {
        this.#fault(`vehicle ${vehicle.id} takes break ${step.id} twice or without having it`);
      }
    }
    if (due.size > 0 && !this.#planMode) this.#fault(`vehicle ${vehicle.id} misses a break`);
    return due.size > 0;
  }

  #checkTimes(vehicle: VroomVehicle, route: VroomRoute, note: Note): void {
    const { steps } = route;
    const hundredths = Math.round(100 / (vehicle.speed_factor ?? 1));
    const exact = hundredths === 100;
    const name = `vehicle ${vehicle.id}`;
    const [open, close] = vehicle.time_window ?? [0, Infinity];
    let last: VroomStep | undefined;
    let leg = 0;
    let segments = 0;
    let duration = 0;
    let distance = 0;
    let ownCost = 0;
    let end = steps[0]!.arrival;
    let travelExact = 0;
    for (const step of steps) {
      const begin = step.arrival + step.waiting_time;
      if (step.arrival < end || step.waiting_time < 0) this.#fault(`${name} goes back in time`);
      leg += step.arrival - end;
      segments++;
      duration += step.arrival - end;
      end = begin + step.setup + step.service;
      if (step.duration !== duration) this.#fault(`${name} reports a wrong duration`);
      const task = isTask(step) ? this.#tasks.get(keyOf(step)) : undefined;
      const pause = step.type === 'break' ? breakOf(vehicle, step) : undefined;
      const windows = task?.windows ?? pause?.time_windows ?? ALWAYS;
      const before = windows.every((w) => begin < w[0] || begin > w[1]);
      if (before) note(step, nearestSide(windows, begin));
      if (step.type === 'start' && begin < open) note(step, 'lead_time');
      if (step.type === 'end' && begin > close) note(step, 'delay');
      if (step.type !== 'break') {
        const way = last ? this.#way(vehicle, last, step) : { seconds: 0, metres: 0, cost: 0 };
        const seconds = (way.seconds * hundredths) / 100;
        travelExact += seconds;
        distance += way.metres;
        ownCost += way.cost;
        if (way.seconds >= NO_WAY) this.#fault(`${name} drives where there is no way`);
        const off = Math.abs(leg - seconds);
        if (last && (exact ? off !== 0 : off > segments + 1)) {
          this.#fault(`${name} needs ${seconds} s to ${step.type} ${step.id ?? ''}, not ${leg}`);
        }
        const same = last !== undefined && this.#samePlace(vehicle, last, step);
        if (task && step.setup !== (same ? 0 : task.setup))
          this.#fault(`${name} has a wrong setup`);
        leg = 0;
        segments = 0;
        last = step;
        if (step.distance !== undefined && step.distance !== distance) {
          this.#fault(`${name} reports distance ${step.distance} instead of ${distance}`);
        }
      }
      const service = task?.service ?? pause?.service ?? 0;
      if (step.service !== service) this.#fault(`${name} has a wrong service`);
      if (duration > (vehicle.max_travel_time ?? Infinity)) note(step, 'max_travel_time');
      const metres = step.type === 'break' ? (step.distance ?? 0) : distance;
      if (metres > (vehicle.max_distance ?? Infinity)) note(step, 'max_distance');
    }
    if (travelExact > (vehicle.max_travel_time ?? Infinity) && !this.#planMode) {
      this.#fault(`${name} travels ${travelExact} s`);
    }
    if (!this.#planMode && !exact) this.#checkExactTimes(vehicle, steps, hundredths);
    const { fixed = 0, per_hour: perHour = 3600, per_km: perKm = 0 } = vehicle.costs ?? {};
    const own = this.#input.matrices?.[vehicle.profile ?? 'car']?.costs;
    const cost =
      fixed + (own ? ownCost : Math.round((duration * perHour) / 3600 + (distance * perKm) / 1000));
    const served = steps.filter(isTask).map((step) => this.#tasks.get(keyOf(step)));
    const priority = served.reduce((sum, task) => sum + (task?.priority ?? 0), 0);
    if (route.priority !== priority) this.#fault(`${name} has a wrong priority`);
    for (const key of ['delivery', 'pickup'] as const) {
      const sums = (route[key] ?? []).map(() => 0);
      for (const task of served) if (task) add(sums, task[key], 1);
      if (String(route[key] ?? []) !== String(sums)) this.#fault(`${name} has a wrong ${key}`);
    }
    if (route.cost !== cost) this.#fault(`${name} costs ${cost}, not ${route.cost}`);
    if (route.duration !== duration) this.#fault(`${name} has a wrong sum of travel`);
  }

  /** Whole seconds can hide a hundredth too many: the order of steps, again, in hundredths. */
  #checkExactTimes(vehicle: VroomVehicle, steps: VroomStep[], hundredths: number): void {
    const [open, close] = vehicle.time_window ?? [0, Infinity];
    let time = open * 100;
    let rest = 0;
    let last: VroomStep | undefined;
    steps.forEach((step, i) => {
      if (last && steps[i - 1] === last) {
        const ahead = steps.slice(i).find((s) => s.type !== 'break')!;
        rest = this.#way(vehicle, last, ahead).seconds * hundredths;
      }
      const task = isTask(step) ? this.#tasks.get(keyOf(step)) : undefined;
      const pause = step.type === 'break' ? breakOf(vehicle, step) : undefined;
      if (!pause) time += rest;
      const windows = task?.windows ?? pause?.time_windows ?? ALWAYS;
      const window = windows.find((w) => time <= w[1] * 100);
      if (!window) this.#fault(`vehicle ${vehicle.id} misses a window by a fraction of a second`);
      const begin = Math.max(time, (window?.[0] ?? 0) * 100);
      if (pause) rest = Math.max(0, rest - (begin - time));
      else last = step;
      time = begin + 100 * (step.setup + step.service);
    });
    if (time > close * 100) this.#fault(`vehicle ${vehicle.id} ends a fraction too late`);
  }

  #way(
    vehicle: VroomVehicle,
    from: VroomStep,
    to: VroomStep,
  ): { seconds: number; metres: number; cost: number } {
    const a = this.#placeOf(vehicle, from);
    const b = this.#placeOf(vehicle, to);
    if (!a || !b) return { seconds: 0, metres: 0, cost: 0 };
    const own = this.#input.matrices?.[vehicle.profile ?? 'car'];
    const old = this.#input.matrices ? undefined : this.#input.matrix;
    const durations =
      own?.durations ??
      (vehicle.profile === undefined || vehicle.profile === 'car' ? old : undefined);
    const entry = (matrix: number[][] | undefined): number =>
      matrix === undefined ? 0 : matrix[a.index!]![b.index!]!;
    const cost = entry(own?.costs);
    if (durations) return { seconds: entry(durations), metres: entry(own?.distances), cost };
    const metres = this.#roads.factor * greatCircle(a.location!, b.location!);
    const seconds = metres / (this.#roads.kilometresPerHour / 3.6);
    return { seconds: Math.round(seconds), metres: Math.round(metres), cost };
  }

  #samePlace(vehicle: VroomVehicle, from: VroomStep, to: VroomStep): boolean {
    const a = this.#placeOf(vehicle, from);
    const b = this.#placeOf(vehicle, to);
    if (!a || !b) return false;
    return a.index !== undefined ? a.index === b.index : String(a.location) === String(b.location);
  }

  #placeOf(
    vehicle: VroomVehicle,
    step: VroomStep,
  ): { index: number | undefined; location: LonLat | undefined } | undefined {
    if (isTask(step)) return this.#tasks.get(keyOf(step));
    const [index, location] =
      step.type === 'start'
        ? [vehicle.start_index, vehicle.start]
        : [vehicle.end_index, vehicle.end];
    return index === undefined && location === undefined ? undefined : { index, location };
  }
}

type Note = (step: VroomStep, cause: string) => void;

const isTask = (step: VroomStep): boolean =>
  step.type === 'job' || step.type === 'pickup' || step.type === 'delivery';
const keyOf = (step: VroomStep): string => `${step.type} ${step.id}`;
const breakOf = (vehicle: VroomVehicle, step: VroomStep): VroomBreak | undefined =>
  vehicle.breaks?.find((b) => b.id === step.id);

function add(load: number[], amount: number[], sign: number): void {
  for (let q = 0; q < load.length; q++) load[q]! += sign * amount[q]!;
}

/** Between two windows a begin counts for the nearer one, the earlier one if both are as near. */
function nearestSide(windows: Window[], time: number): 'lead_time' | 'delay' {
  let nearest = Infinity;
  let side: 'lead_time' | 'delay' = 'delay';
  for (const [open, close] of [...windows].sort((a, b) => a[0] - b[0])) {
    const off = time < open ? open - time : time - close;
    if (off < nearest) {
      nearest = off;
      side = time < open ? 'lead_time' : 'delay';
    }
  }
  return side;
}

function readTasks(input: VroomInput): Map<string, PlainTask> {
  const size = input.vehicles[0]?.capacity?.length ?? 0;
  const zero = new Array<number>(size).fill(0);
  const tasks = new Map<string, PlainTask>();
  for (const job of input.jobs ?? []) {
    const old = job.delivery === undefined && job.pickup === undefined ? job.amount : undefined;
    tasks.set(`job ${job.id}`, {
      shipment: undefined,
      index: job.location_index,
      location: job.location,
      setup: job.setup ?? 0,
      service: job.service ?? 0,
      delivery: job.delivery ?? old ?? zero,
      pickup: job.pickup ?? zero,
      skills: job.skills ?? [],
      priority: job.priority ?? 0,
      windows: job.time_windows ?? ALWAYS,
    });
  }
  (input.shipments ?? []).forEach((shipment, s) => {
    for (const kind of ['pickup', 'delivery'] as const) {
      const half = shipment[kind];
      tasks.set(`${kind} ${half.id}`, {
        shipment: s,
        index: half.location_index,
        location: half.location,
        setup: half.setup ?? 0,
        service: half.service ?? 0,
        delivery: kind === 'delivery' ? (shipment.amount ?? zero) : zero,
        pickup: kind === 'pickup' ? (shipment.amount ?? zero) : zero,
        skills: shipment.skills ?? [],
        priority: shipment.priority ?? 0,
        windows: half.time_windows ?? ALWAYS,
      });
    }
  });
  return tasks;
}

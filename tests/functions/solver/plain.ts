/**
 * Routing rules in the plainest form, for tests only: no incremental values, no pruning, every
 * order tried. Shares nothing with the solver but the JSON types.
 */
import type {
  LonLat,
  VroomInput,
  VroomSolution,
  VroomVehicle,
  Window,
} from '../../../solver/mod.ts';

export interface PlainTask {
  key: string;
  kind: 'job' | 'pickup' | 'delivery';
  /** The same for both halves of a shipment. */
  item: string;
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

const ROADS = { factor: 1.3, metresPerSecond: 30 / 3.6 };

export function plainTasks(input: VroomInput): PlainTask[] {
  const size = input.vehicles[0]!.capacity?.length ?? 0;
  const none = new Array<number>(size).fill(0);
  const tasks: PlainTask[] = (input.jobs ?? []).map((job) => ({
    key: `job ${job.id}`,
    kind: 'job',
    item: `job ${job.id}`,
    index: job.location_index,
    location: job.location,
    setup: job.setup ?? 0,
    service: job.service ?? 0,
    delivery: job.delivery ?? none,
    pickup: job.pickup ?? none,
    skills: job.skills ?? [],
    priority: job.priority ?? 0,
    windows: job.time_windows ?? [[0, Infinity]],
  }));
  for (const shipment of input.shipments ?? []) {
    for (const kind of ['pickup', 'delivery'] as const) {
      const half = shipment[kind];
      tasks.push({
        key: `${kind} ${half.id}`,
        kind,
        item: `shipment ${shipment.pickup.id}`,
        index: half.location_index,
        location: half.location,
        setup: half.setup ?? 0,
        service: half.service ?? 0,
        delivery: kind === 'delivery' ? (shipment.amount ?? none) : none,
        pickup: kind === 'pickup' ? (shipment.amount ?? none) : none,
        skills: shipment.skills ?? [],
        priority: shipment.priority ?? 0,
        windows: half.time_windows ?? [[0, Infinity]],
      });
    }
  }
  return tasks;
}

type Spot = { index: number | undefined; location: LonLat | undefined } | undefined;

function way(input: VroomInput, vehicle: VroomVehicle, a: Spot, b: Spot): [number, number, number] {
  if (!a || !b) return [0, 0, 0];
  const own = input.matrices?.[vehicle.profile ?? 'car'];
  if (own?.durations) {
    return [
      own.durations[a.index!]![b.index!]!,
      own.distances?.[a.index!]![b.index!] ?? 0,
      own.costs?.[a.index!]![b.index!] ?? 0,
    ];
  }
  const radians = Math.PI / 180;
  const [lon1, lat1] = a.location!;
  const [lon2, lat2] = b.location!;
  const h =
    Math.sin(((lat2 - lat1) * radians) / 2) ** 2 +
    Math.cos(lat1 * radians) *
      Math.cos(lat2 * radians) *
      Math.sin(((lon2 - lon1) * radians) / 2) ** 2;
  const metres = ROADS.factor * 2 * 6371008.8 * Math.asin(Math.min(1, Math.sqrt(h)));
  return [Math.round(metres / ROADS.metresPerSecond), Math.round(metres), 0];
}

const samePlace = (a: Spot, b: Spot): boolean =>
  a !== undefined &&
  b !== undefined &&
  (a.index === undefined ? String(a.location) === String(b.location) : a.index === b.index);

const spot = (index: number | undefined, location: LonLat | undefined): Spot =>
  index === undefined && location === undefined ? undefined : { index, location };

/** Exact cost of a vehicle doing these tasks in this order, or nothing if some rule is broken. */
export function plainCost(
  input: VroomInput,
  vehicle: VroomVehicle,
  tasks: PlainTask[],
): number | undefined {
  if (tasks.length === 0) return 0;
  if (tasks.length > (vehicle.max_tasks ?? Infinity)) return undefined;
  const skills = vehicle.skills ?? [];
  if (!tasks.every((task) => task.skills.every((s) => skills.includes(s)))) return undefined;
  for (const [i, task] of tasks.entries()) {
    const mate = tasks.findIndex((other) => other.item === task.item && other !== task);
    if (task.kind === 'pickup' && mate < i) return undefined;
    if (task.kind === 'delivery' && (mate < 0 || mate > i)) return undefined;
  }
  const capacity = vehicle.capacity ?? [];
  const load = capacity.map((_, q) =>
    tasks.reduce((sum, t) => sum + (t.kind === 'job' ? t.delivery[q]! : 0), 0),
  );
  const loads = [[...load]];
  for (const task of tasks) {
    capacity.forEach((_, q) => (load[q]! += task.pickup[q]! - task.delivery[q]!));
    loads.push([...load]);
  }
  if (loads.some((at) => at.some((amount, q) => amount > capacity[q]!))) return undefined;

  const stops: Spot[] = [
    spot(vehicle.start_index, vehicle.start),
    ...tasks.map((task) => spot(task.index, task.location)),
    spot(vehicle.end_index, vehicle.end),
  ];
  const legs = stops.slice(1).map((stop, i) => way(input, vehicle, stops[i], stop));
  const factor = Math.round(100 / (vehicle.speed_factor ?? 1));
  const travel = legs.reduce((sum, leg) => sum + leg[0], 0);
  const metres = legs.reduce((sum, leg) => sum + leg[1], 0);
  if (travel * factor > (vehicle.max_travel_time ?? Infinity) * 100) return undefined;
  if (metres > (vehicle.max_distance ?? Infinity)) return undefined;
  if (legs.some((leg) => leg[0] === 4294967295)) return undefined;

  const [open, close] = vehicle.time_window ?? [0, Infinity];
  const setups = tasks.map((task, i) => (samePlace(stops[i], stops[i + 1]) ? 0 : task.setup));
  const breaks = [...(vehicle.breaks ?? [])]
    .map((b) => ({ ...b, windows: [...b.time_windows!].sort((x, y) => x[0] - y[0]) }))
    .sort((a, b) => a.windows[0]![0] - b.windows[0]![0] || a.windows[0]![1] - b.windows[0]![1]);
  const inWindows = (windows: Window[], time: number): number => {
    const window = [...windows].sort((a, b) => a[0] - b[0]).find((w) => time <= w[1] * 100);
    return window ? Math.max(time, window[0] * 100) : Infinity;
  };
  /** Every way to put the remaining breaks before, between and behind the remaining tasks. */
  const drive = (leg: number, time: number, rest: number, nextBreak: number): boolean => {
    if (time === Infinity) return false;
    const pause = breaks[nextBreak];
    if (pause) {
      const fits =
        !pause.max_load || loads[leg]!.every((amount, q) => amount <= pause.max_load![q]!);
      const begin = inWindows(pause.windows, time);
      if (fits && begin < Infinity) {
        const left = Math.max(0, rest - (begin - time));
        if (drive(leg, begin + (pause.service ?? 0) * 100, left, nextBreak + 1)) return true;
      }
    }
    const arrival = time + rest;
    const task = tasks[leg];
    if (!task) return nextBreak === breaks.length && arrival <= close * 100;
    const leave = inWindows(task.windows, arrival) + 100 * (setups[leg]! + task.service);
    return drive(leg + 1, leave, legs[leg + 1]![0] * factor, nextBreak);
  };
  if (!drive(0, open * 100, legs[0]![0] * factor, 0)) return undefined;

  const { fixed = 0, per_hour: perHour = 3600, per_km: perKm = 0 } = vehicle.costs ?? {};
  if (input.matrices?.[vehicle.profile ?? 'car']?.costs) {
    return fixed + legs.reduce((sum, leg) => sum + leg[2], 0);
  }
  const perSecond = Math.round((100 * perHour) / (vehicle.speed_factor ?? 1)) / 360000;
  return fixed + travel * perSecond + (metres * perKm) / 1000;
}

export interface Value {
  /** Sum of the priorities served, number of tasks served, cost: in this order. */
  priority: number;
  served: number;
  cost: number;
}

export function isBetter(a: Value, b: Value): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.served !== b.served) return a.served > b.served;
  return a.cost < b.cost - 1e-6;
}

/** The best value there is, by trying every subset and every order for every vehicle. */
export function bruteForce(input: VroomInput): Value {
  const tasks = plainTasks(input);
  const full = (1 << tasks.length) - 1;
  const best = input.vehicles.map((vehicle) => {
    const costs = new Array<number>(full + 1).fill(Infinity);
    costs[0] = 0;
    const extend = (mask: number, order: PlainTask[]): void => {
      if (mask > 0) {
        const cost = plainCost(input, vehicle, order);
        if (cost !== undefined && cost < costs[mask]!) costs[mask] = cost;
      }
      for (let t = 0; t < tasks.length; t++) {
        if ((mask & (1 << t)) === 0) extend(mask | (1 << t), [...order, tasks[t]!]);
      }
    };
    extend(0, []);
    return costs;
  });
  let together = [...best[0]!];
  for (const costs of best.slice(1)) {
    const next = [...together];
    for (let mask = 1; mask <= full; mask++) {
      for (let part = mask; part > 0; part = (part - 1) & mask) {
        const cost = costs[part]! + together[mask ^ part]!;
        if (cost < next[mask]!) next[mask] = cost;
      }
    }
    together = next;
  }
  let winner: Value = { priority: 0, served: 0, cost: 0 };
  for (let mask = 0; mask <= full; mask++) {
    if (together[mask] === Infinity) continue;
    const chosen = tasks.filter((_, t) => mask & (1 << t));
    const value = {
      priority: chosen.reduce((sum, task) => sum + task.priority, 0),
      served: chosen.length,
      cost: together[mask]!,
    };
    if (isBetter(value, winner)) winner = value;
  }
  return winner;
}

export function routesOf(
  input: VroomInput,
  solution: VroomSolution,
): { vehicle: VroomVehicle; tasks: PlainTask[] }[] {
  const byKey = new Map(plainTasks(input).map((task) => [task.key, task]));
  return input.vehicles.map((vehicle) => ({
    vehicle,
    tasks: (solution.routes.find((route) => route.vehicle === vehicle.id)?.steps ?? [])
      .map((step) => byKey.get(`${step.type} ${step.id}`))
      .filter((task) => task !== undefined),
  }));
}

/** What a plan is worth, recomputed from the order of its tasks alone. */
export function valueOf(input: VroomInput, solution: VroomSolution): Value {
  const value = { priority: 0, served: 0, cost: 0 };
  for (const { vehicle, tasks } of routesOf(input, solution)) {
    const cost = plainCost(input, vehicle, tasks);
    if (cost === undefined) throw new Error(`vehicle ${vehicle.id} breaks a rule`);
    value.cost += cost;
    value.served += tasks.length;
    value.priority += tasks.reduce((sum, task) => sum + task.priority, 0);
  }
  return value;
}

/** Items left out that would still fit somewhere in the plan as it is. */
export function stillInsertable(input: VroomInput, solution: VroomSolution): string[] {
  const tasks = plainTasks(input);
  const routes = routesOf(input, solution);
  const served = new Set(routes.flatMap((route) => route.tasks.map((task) => task.key)));
  const items = new Set(tasks.filter((t) => !served.has(t.key)).map((t) => t.item));
  return [...items].filter((item) => {
    const [first, second] = tasks.filter((task) => task.item === item) as [PlainTask, PlainTask?];
    return routes.some(({ vehicle, tasks: order }) => {
      for (let i = 0; i <= order.length; i++) {
        const one = [...order.slice(0, i), first, ...order.slice(i)];
        if (!second) {
          if (plainCost(input, vehicle, one) !== undefined) return true;
          continue;
        }
        for (let j = i + 1; j <= one.length; j++) {
          const both = [...one.slice(0, j), second, ...one.slice(j)];
          if (plainCost(input, vehicle, both) !== undefined) return true;
        }
      }
      return false;
    });
  });
}

/** Random requests with every feature of the interface switched on or off. */
import fc from 'fast-check';
import type {
  VroomBreak,
  VroomInput,
  VroomShipmentStep,
  VroomVehicle,
  Window,
} from '../../../solver/mod.ts';

export interface Features {
  seed: number;
  jobs: number;
  shipments: number;
  vehicles: number;
  amounts: number;
  travel: 'durations' | 'distances' | 'costs' | 'circles';
  oneWay: boolean;
  windows: boolean;
  severalWindows: boolean;
  shifts: boolean;
  setup: boolean;
  skills: boolean;
  priorities: boolean;
  breaks: boolean;
  breakLoads: boolean;
  maxTasks: boolean;
  maxTravel: boolean;
  maxDistance: boolean;
  ownCosts: boolean;
  speeds: boolean;
  openStart: boolean;
  openEnd: boolean;
  noWay: boolean;
  sharedPlaces: boolean;
  /** No detour is shorter than the way itself, as in any matrix of a road network. */
  closed: boolean;
}

export function features(most: {
  jobs: number;
  shipments: number;
  vehicles: number;
}): fc.Arbitrary<Features> {
  const flag = fc.boolean();
  return fc
    .record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      jobs: fc.integer({ min: 0, max: most.jobs }),
      shipments: fc.integer({ min: 0, max: most.shipments }),
      vehicles: fc.integer({ min: 1, max: most.vehicles }),
      amounts: fc.integer({ min: 0, max: 2 }),
      travel: fc.constantFrom<Features['travel']>('durations', 'distances', 'costs', 'circles'),
      oneWay: flag,
      windows: flag,
      severalWindows: flag,
      shifts: flag,
      setup: flag,
      skills: flag,
      priorities: flag,
      breaks: flag,
      breakLoads: flag,
      maxTasks: flag,
      maxTravel: flag,
      maxDistance: flag,
      ownCosts: flag,
      speeds: flag,
      openStart: flag,
      openEnd: flag,
      noWay: flag,
      sharedPlaces: flag,
      closed: flag,
    })
    .filter((f) => f.jobs + f.shipments > 0);
}

export function build(f: Features): VroomInput {
  let state = f.seed * 2654435761;
  const whole = (low: number, high: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    state ^= state >>> 13;
    return low + ((state >>> 0) % (high - low + 1));
  };
  const chance = (percent: number): boolean => whole(1, 100) <= percent;
  const places = f.sharedPlaces ? 4 : f.jobs + 2 * f.shipments + 2;
  const points = Array.from({ length: places }, () => [whole(0, 60), whole(0, 60)] as const);
  const coordinates = points.map(([x, y]): [number, number] => [36.8 + x / 1000, -1.3 + y / 1000]);
  const matrix = (scale: number): number[][] =>
    points.map((a, i) =>
      points.map((b, j) => {
        if (i === j) return 0;
        const straight = Math.round(Math.hypot(a[0] - b[0], a[1] - b[1]) * scale);
        return straight + (f.oneWay ? whole(0, 8 * scale) : 0);
      }),
    );
  const shortest = (square: number[][]): number[][] => {
    if (!f.closed) return square;
    for (const k of square.keys()) {
      for (const row of square) {
        for (const j of row.keys()) row[j] = Math.min(row[j]!, row[k]! + square[k]![j]!);
      }
    }
    return square;
  };
  const durations = shortest(matrix(1));
  if (f.noWay) {
    const cutOff = whole(0, places - 1);
    durations.forEach((row, i) => {
      if (i !== cutOff) row[cutOff] = 4294967295;
      else if (!f.closed) row[whole(0, places - 1)] = 4294967295;
    });
    durations[cutOff]![cutOff] = 0;
  }
  const drawn = f.travel === 'circles';
  const at = (place: number): { location_index?: number; location?: [number, number] } =>
    drawn ? { location: coordinates[place]! } : { location_index: place };
  const day = drawn ? 6000 : 400;
  const window = (): Window[] => {
    const open = whole(0, day);
    const first: Window = [open, open + whole(0, day / (chance(50) ? 2 : 20))];
    if (!f.severalWindows || chance(50)) return [first];
    const again = first[1] + whole(1, day / 4);
    return [first, [again, again + whole(0, day / 4)]];
  };
  const task = (id: number): VroomShipmentStep => ({
    id,
    ...at(whole(0, places - 1)),
    ...(f.setup && { setup: whole(0, 40) }),
    service: whole(0, 10),
    ...(f.windows && chance(70) && { time_windows: window() }),
  });
  const amount = (high: number): number[] =>
    Array.from({ length: f.amounts }, () => whole(0, high));
  const skills = (): number[] => [1, 2, 3].filter(() => chance(30));
  const shared = (): { skills?: number[]; priority?: number } => ({
    ...(f.skills && { skills: skills() }),
    ...(f.priorities && { priority: whole(0, 3) * 5 }),
  });
  const vehicle = (id: number): VroomVehicle => {
    const open = f.openStart && chance(50);
    const [start, end] = [whole(0, places - 1), whole(0, places - 1)];
    const breaks = Array.from({ length: whole(0, 2) }, (_, b): VroomBreak => ({
      id: b + 1,
      service: whole(0, 30),
      time_windows: window(),
      ...(f.breakLoads && f.amounts > 0 && chance(50) && { max_load: amount(10) }),
    }));
    return {
      id,
      ...(!open && (drawn ? { start: coordinates[start]! } : { start_index: start })),
      ...((open || !f.openEnd || chance(50)) &&
        (drawn ? { end: coordinates[end]! } : { end_index: end })),
      ...(f.amounts > 0 && { capacity: Array.from({ length: f.amounts }, () => whole(4, 14)) }),
      ...(f.skills && { skills: [1, 2, 3].filter(() => chance(70)) }),
      ...(f.shifts && { time_window: [whole(0, day / 4), whole(day, 2 * day)] as Window }),
      ...(f.breaks && { breaks }),
      ...(f.maxTasks && { max_tasks: whole(1, 6) }),
      ...(f.maxTravel && { max_travel_time: whole(day / 4, day) }),
      ...(f.maxDistance && { max_distance: drawn ? whole(2000, 30000) : whole(500, 3000) }),
      ...(f.speeds && { speed_factor: whole(5, 20) / 10 }),
      ...(f.ownCosts && {
        costs:
          f.travel === 'costs'
            ? { fixed: whole(0, 90) }
            : { fixed: whole(0, 90), per_hour: whole(0, 5000), per_km: whole(0, 60) },
      }),
    };
  };
  return {
    vehicles: Array.from({ length: f.vehicles }, (_, v) => vehicle(v + 1)),
    jobs: Array.from({ length: f.jobs }, (_, j) => ({
      ...task(j + 1),
      ...(f.amounts > 0 && chance(80) && { delivery: amount(5) }),
      ...(f.amounts > 0 && chance(50) && { pickup: amount(5) }),
      ...shared(),
    })),
    shipments: Array.from({ length: f.shipments }, (_, s) => ({
      pickup: task(s + 1),
      delivery: task(s + 1),
      ...(f.amounts > 0 && { amount: amount(6) }),
      ...shared(),
    })),
    ...(!drawn && {
      matrices: {
        car: {
          durations,
          ...(f.travel !== 'durations' && { distances: shortest(matrix(10)) }),
          ...(f.travel === 'costs' && { costs: matrix(3) }),
        },
      },
    }),
  };
}

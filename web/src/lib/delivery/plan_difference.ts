/** A plan as a run keeps it, before and after (`planning_runs.before`, `plan`). */
export interface PlanShot {
  cost: number;
  seconds: number;
  metres: number;
  vans: number;
  late: number;
  unassigned: number;
  stops: { order_id: string; vehicle_id: string | null; sequence: number | null }[];
}

export interface Where {
  vehicleId: string | null;
  sequence: number | null;
}

/** An order that is elsewhere in the other plan. */
export interface Moved {
  orderId: string;
  from: Where;
  to: Where;
}

const whereOf = (stop?: PlanShot['stops'][number]): Where => ({
  vehicleId: stop?.vehicle_id ?? null,
  sequence: stop?.sequence ?? null,
});

/** The orders that ride on another van or at another place of the route, those of one van together. */
export function differenceOf(one: PlanShot, other: PlanShot): Moved[] {
  const before = new Map(one.stops.map((stop) => [stop.order_id, stop]));
  return other.stops
    .map((stop) => ({
      orderId: stop.order_id,
      from: whereOf(before.get(stop.order_id)),
      to: whereOf(stop),
    }))
    .filter(({ from, to }) => from.vehicleId !== to.vehicleId || from.sequence !== to.sequence)
    .sort(
      (a, b) =>
        (a.to.vehicleId ?? '').localeCompare(b.to.vehicleId ?? '') ||
        (a.to.sequence ?? 0) - (b.to.sequence ?? 0),
    );
}

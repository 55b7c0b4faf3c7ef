/** Something that happened on a trip. */
export interface Happening {
  key: string;
  at: string;
  state: string;
  where: string;
}

interface Told {
  started_at: string | null;
  completed_at: string | null;
  cancelled_at: string | null;
  warehouses: { name: string } | null;
  trip_stops: {
    id: string;
    status: string;
    arrived_at: string | null;
    left_at: string | null;
    near_at: string | null;
    customers: { name: string } | null;
  }[];
}

/** What happened on a trip, in the order of time: it started, was near its stops, there and away, and was over. */
export function happeningsOf(trip: Told): Happening[] {
  const found: Happening[] = [];
  const add = (key: string, at: string | null, state: string, where: string) => {
    if (at) found.push({ key, at, state, where });
  };
  add('start', trip.started_at, 'in_progress', trip.warehouses?.name ?? '');
  for (const stop of trip.trip_stops) {
    const where = stop.customers?.name ?? '';
    add(`${stop.id} near`, stop.near_at, 'near', where);
    add(`${stop.id} arrived`, stop.arrived_at, 'arrived', where);
    add(`${stop.id} left`, stop.left_at, stop.status, where);
  }
  if (trip.started_at) {
    add('end', trip.completed_at, 'completed', '');
    add('end', trip.cancelled_at, 'cancelled', '');
  }
  return found.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** Nobody knows where a van is that was not heard of for longer. */
const SILENT_MS = 15 * 60_000;

/** Where the van was last seen by a moment (milliseconds since 1970); null where that is too long ago. */
export function placeAt<Point extends { happened_at: string }>(
  way: Point[],
  moment: number,
): Point | null {
  let low = 0;
  let high = way.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const point = way[middle];
    if (point && Date.parse(point.happened_at) <= moment) low = middle + 1;
    else high = middle;
  }
  const found = way[low - 1];
  return found && moment - Date.parse(found.happened_at) <= SILENT_MS ? found : null;
}

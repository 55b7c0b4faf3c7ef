import { time } from '#lib/platform/format.ts';
import { label } from '#lib/platform/label.ts';
import { m } from '#lib/words.ts';
import type { LiveStop, LiveTrip } from './positions.ts';

/** A phone that was silent for longer may be anywhere. */
export const OLD_AFTER_MS = 10 * 60_000;

export type Trouble = { trip: LiveTrip; stop: LiveStop };

/** What somebody has to look at: failed stops and those that come late, the latest first. */
export function troublesOf(trips: LiveTrip[]): Trouble[] {
  const weight = ({ stop }: Trouble) =>
    stop.status === 'failed' ? Infinity : (stop.due?.late_minutes ?? 0);
  return trips
    .flatMap((trip) => trip.trip_stops.map((stop) => ({ trip, stop })))
    .filter((trouble) => weight(trouble) > 0)
    .sort((one, other) => weight(other) - weight(one) || one.stop.sequence - other.stop.sequence);
}

/** How long ago, in whole minutes. */
export const minutesSince = (at: string, now: number) =>
  Math.max(0, Math.round((now - Date.parse(at)) / 60_000));

/** When the van was there, or comes. */
export function momentOf(stop: LiveStop): string {
  if (stop.left_at) return m.state_at({ state: label(stop.status), at: time(stop.left_at) });
  if (stop.arrived_at) return m.state_at({ state: label(stop.status), at: time(stop.arrived_at) });
  if (stop.due) return m.expected_about({ at: time(stop.due.arrives_at) });
  return stop.planned_arrival_at ? m.planned_for_at({ at: time(stop.planned_arrival_at) }) : '';
}

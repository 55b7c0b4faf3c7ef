import { type PortalError, toPortalError } from '#lib/errors.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { phone } from './phone.ts';
import { type Position, recordPositions } from './positions.ts';

/** No oftener than this, whatever the phone says: each reading costs battery and data. */
const AT_LEAST_MS = 15_000;
/** A van that stands tells so once a minute. */
const STANDING_MS = 60_000;
const MOVED_M = 50;
/** What is less exact than this is no position of a van. */
const MOST_INEXACT_M = 1000;
const SEND_MS = 60_000;
const PER_SENDING = 200;
/** A day and a night without network; then the oldest make room. */
const MOST_UNTOLD = 3000;

type Where = Pick<Position, 'happened_at' | 'latitude' | 'longitude'>;

/** As the crow flies, on a sphere, in metres. */
export function metresBetween(one: Where, other: Where): number {
  const rad = Math.PI / 180;
  const half = (degrees: number) => Math.sin((degrees * rad) / 2) ** 2;
  return (
    2 *
    6_371_000 *
    Math.asin(
      Math.sqrt(
        half(other.latitude - one.latitude) +
          Math.cos(one.latitude * rad) *
            Math.cos(other.latitude * rad) *
            half(other.longitude - one.longitude),
      ),
    )
  );
}

/** Whether a reading tells enough after the one that was kept last. */
export function isWorthKeeping(last: Where | null, next: Where): boolean {
  if (!last) return true;
  const since = Date.parse(next.happened_at) - Date.parse(last.happened_at);
  return since >= STANDING_MS || (since >= AT_LEAST_MS && metresBetween(last, next) >= MOVED_M);
}

/** The charge of the phone in percent, where the browser tells it. */
async function charge(): Promise<number | null> {
  const { getBattery } = navigator as Navigator & { getBattery?: () => Promise<{ level: number }> };
  const battery = await getBattery?.call(navigator).catch(() => null);
  return battery ? Math.round(battery.level * 100) : null;
}

const whole = (value: number | null) =>
  value === null || Number.isNaN(value) ? null : Math.round(value);

/** Follows the phone while a trip is on the way, and tells the database where it is. */
class Following {
  /** Positions that were not told yet. */
  untold = $state(0);
  /** When the database last answered. */
  toldAt = $state<string | null>(null);
  /** The phone does not say where it is, or may not. */
  isLost = $state(false);
  #last: Position | null = null;
  #sending = false;

  /** Begins; returns a function that ends it. */
  follow(tripId: string): () => void {
    if (!('geolocation' in navigator)) {
      this.isLost = true;
      return () => undefined;
    }
    this.#last = null;
    const watch = navigator.geolocation.watchPosition(
      (found) => void this.#take(tripId, found),
      () => (this.isLost = true),
      { enableHighAccuracy: true, maximumAge: AT_LEAST_MS, timeout: STANDING_MS },
    );
    const send = () => void this.send(tripId);
    const timer = setInterval(send, SEND_MS);
    window.addEventListener('online', send);
    send();
    return () => {
      navigator.geolocation.clearWatch(watch);
      clearInterval(timer);
      window.removeEventListener('online', send);
      send();
    };
  }

  /** Forgets what was not told yet: its driver has changed his mind. */
  async forget(): Promise<void> {
    await phone.positions.clear();
    this.untold = 0;
  }

  async #take(tripId: string, { coords, timestamp }: GeolocationPosition): Promise<void> {
    const user = session.me?.user.id;
    if (!user || coords.accuracy > MOST_INEXACT_M) return;
    this.isLost = false;
    const next: Position = {
      happened_at: new Date(timestamp).toISOString(),
      latitude: Number(coords.latitude.toFixed(6)),
      longitude: Number(coords.longitude.toFixed(6)),
      accuracy: whole(coords.accuracy),
      speed: whole(coords.speed === null ? null : Math.min(300, Math.max(0, coords.speed * 3.6))),
      heading: whole(coords.heading),
      battery: null,
    };
    if (!isWorthKeeping(this.#last, next)) return;
    const isFirst = this.#last === null;
    this.#last = next;
    next.battery = await charge();
    await phone.positions.put({ ...next, user_id: user, trip_id: tripId });
    await this.#count(user, tripId);
    // The office sees at once that somebody is followed.
    if (isFirst) await this.send(tripId);
  }

  /** Sends what was not told yet, oldest first. What the database takes no more is let go. */
  async send(tripId: string): Promise<void> {
    const user = session.me?.user.id;
    if (!user || this.#sending) return;
    this.#sending = true;
    try {
      for (;;) {
        const batch = await phone.positions
          .where('[user_id+trip_id]')
          .equals([user, tripId])
          .limit(PER_SENDING)
          .toArray();
        if (batch.length === 0) break;
        const failure = await this.#tell(tripId, batch);
        if (failure && (failure.retryable || failure.status === 401)) break;
        await phone.positions.bulkDelete(
          batch.map(({ user_id, trip_id, happened_at }) => [user_id, trip_id, happened_at]),
        );
      }
    } finally {
      this.#sending = false;
      await this.#count(user, tripId);
    }
  }

  async #tell(tripId: string, batch: Position[]): Promise<PortalError | null> {
    try {
      await recordPositions(
        tripId,
        batch.map(({ happened_at, latitude, longitude, accuracy, speed, heading, battery }) => ({
          happened_at,
          latitude,
          longitude,
          accuracy,
          speed,
          heading,
          battery,
        })),
      );
      this.toldAt = new Date().toISOString();
      return null;
    } catch (cause) {
      return toPortalError(cause);
    }
  }

  async #count(user: string, tripId: string): Promise<void> {
    const own = phone.positions.where('[user_id+trip_id]').equals([user, tripId]);
    this.untold = await own.count();
    if (this.untold > MOST_UNTOLD) {
      const oldest = await own.limit(this.untold - MOST_UNTOLD).primaryKeys();
      await phone.positions.bulkDelete(oldest);
      this.untold = MOST_UNTOLD;
    }
  }
}

export const following = new Following();

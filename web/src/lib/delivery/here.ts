/** The phone is asked no longer than this: a delivery does not wait for satellites. */
const LONGEST_MS = 4000;
/** A position of a moment ago is as good. */
const FRESH_MS = 60_000;

export interface Position {
  latitude: number;
  longitude: number;
  /** Metres by which it may be wrong. */
  accuracy: number;
}

/** Where the phone is, in degrees; null where it does not know, may not say, or takes too long. */
export function position(): Promise<Position | null> {
  if (!('geolocation' in navigator)) return Promise.resolve(null);
  return new Promise((resolve) => {
    // A question for permission that nobody answers has no end of its own.
    const timer = setTimeout(() => resolve(null), LONGEST_MS);
    const answer = (found: Position | null) => {
      clearTimeout(timer);
      resolve(found);
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude, accuracy } }) =>
        answer({
          latitude: Number(latitude.toFixed(6)),
          longitude: Number(longitude.toFixed(6)),
          accuracy: Math.min(Number(accuracy.toFixed(1)), 100_000),
        }),
      () => answer(null),
      { enableHighAccuracy: true, timeout: LONGEST_MS, maximumAge: FRESH_MS },
    );
  });
}

/** The same as arguments of a command; none where it is not known. */
export async function here(): Promise<
  Pick<Position, 'latitude' | 'longitude'> | Record<never, never>
> {
  const found = await position();
  return found ? { latitude: found.latitude, longitude: found.longitude } : {};
}

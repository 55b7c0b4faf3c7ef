/** The phone is asked no longer than this: a delivery does not wait for satellites. */
const LONGEST_MS = 4000;
/** A position of a moment ago is as good. */
const FRESH_MS = 60_000;

/** Where the phone is, in degrees; nothing where it does not know, may not say, or takes too long. */
export function here(): Promise<{ latitude: number; longitude: number } | Record<never, never>> {
  if (!('geolocation' in navigator)) return Promise.resolve({});
  return new Promise((resolve) => {
    // A question for permission that nobody answers has no end of its own.
    const timer = setTimeout(() => resolve({}), LONGEST_MS);
    const answer = (found: { latitude: number; longitude: number } | Record<never, never>) => {
      clearTimeout(timer);
      resolve(found);
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) =>
        answer({ latitude: Number(latitude.toFixed(6)), longitude: Number(longitude.toFixed(6)) }),
      () => answer({}),
      { enableHighAccuracy: true, timeout: LONGEST_MS, maximumAge: FRESH_MS },
    );
  });
}

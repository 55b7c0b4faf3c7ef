import { z } from 'zod';
import { type Fetch, type Geocoder, GeocoderFailure, getJson, type Place } from './geocoder.ts';

const answerSchema = z.object({
  status: z.string(),
  results: z
    .array(
      z.object({
        types: z.array(z.string()),
        partial_match: z.boolean().optional(),
        geometry: z.object({
          location_type: z.string(),
          location: z.object({ lat: z.number(), lng: z.number() }),
        }),
      }),
    )
    .default([]),
});
type Result = z.infer<typeof answerSchema>['results'][number];

/** The Geocoding API of Google Maps. */
export function google(key: string, send: Fetch, url = 'https://maps.googleapis.com'): Geocoder {
  return {
    name: 'google',
    async find(address, country) {
      const asked = new URL('/maps/api/geocode/json', url);
      asked.search = new URLSearchParams({
        address,
        components: `country:${country}`,
        key,
      }).toString();
      const answer = answerSchema.safeParse(await getJson(send, asked));
      if (!answer.success) throw new GeocoderFailure('geocoder_unreachable', 'Not an answer');
      const { status, results } = answer.data;
      if (status === 'ZERO_RESULTS') return null;
      if (status === 'REQUEST_DENIED' || status === 'INVALID_REQUEST') {
        throw new GeocoderFailure('geocoder_refused', status);
      }
      if (status !== 'OK') throw new GeocoderFailure('geocoder_unreachable', status);
      const [best] = results;
      if (best === undefined) return null;
      const { lat, lng } = best.geometry.location;
      return { precision: precisionOf(best), latitude: lat, longitude: lng };
    },
  };
}

function precisionOf({ types, partial_match, geometry }: Result): Place['precision'] {
  const isTown = types.some((type) => /locality|neighborhood|postal_code/.test(type));
  if (partial_match || geometry.location_type === 'APPROXIMATE') return isTown ? 'town' : 'region';
  if (geometry.location_type === 'ROOFTOP') return 'exact';
  return isTown ? 'town' : 'street';
}

import { z } from 'zod';
import { type Fetch, type Geocoder, GeocoderFailure, getJson, type Place } from './geocoder.ts';

const answerSchema = z.array(
  z.object({ lat: z.coerce.number(), lon: z.coerce.number(), place_rank: z.number() }),
);
/** What its rules allow: one question in a second. */
const PAUSE_MS = 1000;

/** Nominatim, the search of OpenStreetMap. */
export function nominatim(url: string, send: Fetch, pauseMs = PAUSE_MS): Geocoder {
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(ask: () => Promise<Result>): Promise<Result> => {
    const asked = before.then(ask);
    before = asked
      .catch(() => undefined)
      .then(() => new Promise((resolve) => setTimeout(resolve, pauseMs)));
    return asked;
  };
  return {
    name: 'nominatim',
    find: (address, country) =>
      inTurn(async () => {
        const asked = new URL(`${url.replace(/\/$/, '')}/search`);
        asked.search = new URLSearchParams({
          q: address,
          countrycodes: country.toLowerCase(),
          format: 'jsonv2',
          limit: '1',
        }).toString();
        const answer = answerSchema.safeParse(await getJson(send, asked));
        if (!answer.success) throw new GeocoderFailure('geocoder_unreachable', 'Not an answer');
        const [best] = answer.data;
        if (best === undefined) return null;
        return {
          precision: precisionOf(best.place_rank),
          latitude: best.lat,
          longitude: best.lon,
        };
      }),
  };
}

/** Ranks of Nominatim: houses from 28 on, streets 26 and 27, settlements from 13 on. */
function precisionOf(rank: number): Place['precision'] {
  if (rank >= 28) return 'exact';
  if (rank >= 26) return 'street';
  return rank >= 13 ? 'town' : 'region';
}

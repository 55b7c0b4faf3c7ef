import { z } from 'zod';
import { type Attempt, makeErrand, type WorkerDependencies } from '../_shared/worker.ts';
import { type Geocoder, GeocoderFailure } from './geocoder.ts';

const askedSchema = z.object({
  asked_for: z.string(),
  country: z.string(),
  known: z.record(z.string(), z.unknown()).nullable(),
});

export interface Dependencies extends WorkerDependencies {
  geocoder: Geocoder;
}

/**
 * Finds out where addresses lie. The database says what is asked and what was answered to the same before; what
 * was asked goes along with the answer, so that one about an address that has changed is known.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  return makeErrand(
    {
      worker: 'geocode-address',
      queue: 'geocode_address',
      batch: 5,
      visibilitySeconds: 90,
      id: 'address_id',
      find: 'address_to_geocode',
      found: askedSchema,
      record: 'record_geocode',
      words: { taken: 'found', givenUp: 'unknown' },
      attempt: (asked) => attempt(asked, dependencies.geocoder),
    },
    dependencies,
  );
}

async function attempt(
  { asked_for, country, known }: z.infer<typeof askedSchema>,
  geocoder: Geocoder,
): Promise<Attempt> {
  if (known !== null) return { error: null, isFinal: false, result: { asked_for, ...known } };
  try {
    const place = await geocoder.find(asked_for, country);
    const result = { asked_for, provider: geocoder.name, ...place };
    return { error: null, isFinal: false, result };
  } catch (error) {
    if (!(error instanceof GeocoderFailure)) throw error;
    return { error: error.key, isFinal: error.isFinal, result: { asked_for } };
  }
}
